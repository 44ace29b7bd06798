"""Revocation: a client ends its own tokens, one by one, and nobody else's."""

from typing import Any

import pytest
from token_service.domain.errors import InvalidClient, Unavailable
from token_service.domain.model import ClientCredentials, Grant

from tests.domain.acts import EVERY_KIND, issue, register
from tests.domain.forge import encode
from tests.memory_store import place_of
from tests.service import Service

type Kind = dict[str, Any]


@EVERY_KIND
def test_ends_one_token_and_leaves_a_tombstone(service: Service, kind: Kind) -> None:
    """That token is dead at once, its record stays marked, the others live (items 66, 72)."""
    caller, credentials = register(service, **kind)
    token, other = issue(service, credentials), issue(service, credentials)
    assert service.revocation.revoke(caller, token.value)
    assert service.validator.validate(token.value) is None
    assert service.validator.validate(other.value)
    stored = service.tokens.find(place_of(token.record))
    assert stored is not None
    assert stored.revoked_at == service.now()


@EVERY_KIND
def test_revoking_again_changes_nothing(service: Service, kind: Kind) -> None:
    """It is as revoked as before, since the first time (item 72)."""
    caller, credentials = register(service, **kind)
    token = issue(service, credentials)
    first = service.now()
    service.revocation.revoke(caller, token.value)
    service.now.advance(5)
    assert service.revocation.revoke(caller, token.value)
    stored = service.tokens.find(place_of(token.record))
    assert stored is not None
    assert stored.revoked_at == first


@EVERY_KIND
def test_a_foreign_token_is_left_alone(service: Service, kind: Kind) -> None:
    """Who does not own it learns nothing and ends nothing (item 68)."""
    _, credentials = register(service, **kind)
    token = issue(service, credentials)
    stranger, _ = register(service, id="other")
    assert not service.revocation.revoke(stranger, token.value)
    assert service.validator.validate(token.value)


@EVERY_KIND
def test_an_expired_token_is_left_to_the_sweep(service: Service, kind: Kind) -> None:
    """It is dead already: False, and no error (item 69)."""
    caller, credentials = register(service, **kind)
    token = issue(service, credentials)
    service.now.advance(2 * token.expires_in)
    assert not service.revocation.revoke(caller, token.value)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "0" * 40, "f" * 40, "\ud800", "a" * 100_000])
def test_what_is_no_token_is_no_error(service: Service, token: str) -> None:
    """Any text is answered: there was nothing to end (item 69)."""
    caller, _ = register(service)
    assert not service.revocation.revoke(caller, token)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_forged_token_ends_nothing(service: Service, *, recorded: bool) -> None:
    """Knowing a jti is not enough; the signature must be ours (item 60)."""
    caller, credentials = register(service, recorded=recorded)
    token = issue(service, credentials).value
    assert not service.revocation.revoke(caller, f"{token.rpartition('.')[0]}.{encode(bytes(64))}")
    assert service.validator.validate(token)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_public_client_ends_its_own_by_its_id(service: Service, *, recorded: bool) -> None:
    """It has nothing else to show (RFC 7009 section 2.1)."""
    _, credentials = register(service, public=True, recorded=recorded)
    token = issue(service, credentials, Grant.IMPLICIT)
    caller = service.revocation.authenticate(ClientCredentials("shop"))
    assert service.revocation.revoke(caller, token.value)
    assert service.validator.validate(token.value) is None


@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_a_confidential_client_must_prove_itself(service: Service, secret: str | None) -> None:
    """Its id alone ends nothing (item 68)."""
    register(service)
    with pytest.raises(InvalidClient):
        service.revocation.authenticate(ClientCredentials("shop", secret))


@pytest.mark.parametrize("recorded", [True, False])
def test_an_outage_is_told(service: Service, *, recorded: bool) -> None:
    """A token that may still live is never reported as ended (item 70)."""
    caller, credentials = register(service, recorded=recorded)
    token = issue(service, credentials).value

    def out(*_: object) -> bool:
        raise Unavailable

    service.tokens.revoke = out  # type: ignore[assignment, method-assign] # a store that is down
    service.tokens.bury = out  # type: ignore[assignment, method-assign] # likewise
    with pytest.raises(Unavailable):
        service.revocation.revoke(caller, token)
