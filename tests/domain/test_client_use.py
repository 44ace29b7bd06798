"""When clients, their secrets and their keys were last used: noted to the hour, at best effort."""

import pytest
from token_service.domain.client_use import (
    ClientUseNotes,
    key_last_used,
    key_mark,
    secret_last_used,
)
from token_service.domain.errors import InvalidClient, Unavailable
from token_service.domain.grants import Grant
from token_service.domain.owners import ClientCredentials, LastUse

from tests.client_keys import ABSENT, an_assertion, client_jwk, client_key
from tests.clock import FrozenClock
from tests.domain.acts import issue, register
from tests.memory_store import MemoryClientUses
from tests.samples import NOW, SECRET
from tests.service import ISSUER, Service


def test_never_used(service: Service) -> None:
    """A client that was only made has no use."""
    client, _ = register(service)
    use = service.uses.last_used("shop")
    assert (use, secret_last_used(use, client.secrets[0])) == (LastUse(), None)


def test_each_secret_has_its_own_time(service: Service) -> None:
    """After a rotation one sees when the old secret was used last, and so when it can go."""
    _, old = register(service)
    issue(service, old)
    service.now.advance(5000)
    made = service.administration.rotate_secret("shop", overlap=10_000)
    issue(service, ClientCredentials("shop", made.secret))
    use = service.uses.last_used("shop")
    new, former = made.client.secrets
    assert use.client == secret_last_used(use, new) == NOW + 5000
    assert secret_last_used(use, former) == NOW


@pytest.mark.parametrize("hold_seconds", [0, 60])
def test_at_most_once_an_hour(hold_seconds: int) -> None:
    """However often a client is used and held, an hour has one write."""
    service = Service(hold_seconds=hold_seconds)
    _, credentials = register(service)
    for seconds, writes, noted in ((0, 1, 0), (1, 1, 0), (3598, 1, 0), (1, 2, 3600), (9, 2, 3600)):
        service.now.advance(seconds)
        issue(service, credentials)
        assert service.uses.writes == writes
        assert service.uses.last_used("shop").client == NOW + noted


def test_every_endpoint_notes(service: Service) -> None:
    """Introspecting and revoking is use, too; another process's note of the hour stays."""
    _, credentials = register(service)
    service.introspector.authenticate(credentials)
    assert service.uses.last_used("shop").client == NOW
    service.now.advance(3599)
    service.revocation.authenticate(credentials)
    issue(service, credentials)
    assert (service.uses.writes, service.uses.last_used("shop").client) == (3, NOW)


def test_an_implicit_grant_is_a_use_of_the_client(service: Service) -> None:
    """Elastic Path's public tokens need no secret, so none is noted."""
    client, credentials = register(service)
    issue(service, credentials, Grant.IMPLICIT)
    use = service.uses.last_used("shop")
    assert (use.client, secret_last_used(use, client.secrets[0])) == (NOW, None)
    issue(service, credentials)
    assert secret_last_used(service.uses.last_used("shop"), client.secrets[0]) == NOW


def test_keys_are_noted_by_kid(service: Service) -> None:
    """The key that signed, also where the assertion did not name it; one without a kid is not."""
    named, nameless = client_jwk(), client_jwk(number=2, kid=ABSENT)
    register(service, jwks=(named, nameless))
    for jti, key in (("1", client_key(number=2)), ("2", client_key())):
        assertion = an_assertion("shop", ISSUER, NOW, {"kid": ABSENT}, key, jti=jti)
        issue(service, ClientCredentials("shop", assertion=assertion))
        service.now.advance(10)
    use = service.uses.last_used("shop")
    assert (use.client, use.by_mark) == (NOW + 10, {key_mark(named["kid"]): NOW + 10})
    assert (key_last_used(use, named), key_last_used(use, nameless)) == (NOW + 10, None)


def test_a_refusal_is_no_use(service: Service) -> None:
    """Only who has proved itself has used anything."""
    register(service, secret=SECRET)
    for credentials in (ClientCredentials("shop", "wrong"), ClientCredentials("nobody", SECRET)):
        with pytest.raises(InvalidClient):
            issue(service, credentials)
    assert service.uses.writes == 0


@pytest.mark.parametrize("error", [Unavailable(), RuntimeError("no permission")])
def test_a_note_that_fails_costs_nobody_a_token(service: Service, error: Exception) -> None:
    """It is reported, and not tried again within the hour."""
    _, credentials = register(service)
    tried: list[str] = []

    def down(client_id: str, *_: object) -> None:
        tried.append(client_id)
        raise error

    service.uses.note = down  # type: ignore[assignment,method-assign]
    for _ in range(3):
        issue(service, credentials)
    assert (service.missed, tried) == ([error], ["shop"])
    service.now.advance(3600)
    issue(service, credentials)
    assert tried == ["shop", "shop"]


def test_what_is_remembered_is_bounded() -> None:
    """Many clients do not grow a function's memory without end."""
    missed: list[Exception] = []
    notes = ClientUseNotes(MemoryClientUses(), FrozenClock(NOW), missed.append)
    for n in range(1500):
        notes.note(f"c{n}")
    assert len(notes._noted) <= 1000  # noqa: SLF001 - nothing else shows it
    assert missed == []


def test_deleting_and_making_again_forgets(service: Service) -> None:
    """A new client of an old id was never used."""
    _, credentials = register(service)
    issue(service, credentials)
    service.administration.delete("shop")
    assert service.uses.last_used("shop") == LastUse()
