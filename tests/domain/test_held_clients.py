"""What a verifier that holds clients for some seconds still sees at once, and what it does not."""

from collections.abc import Callable, Mapping

import pytest
from token_service.domain.location import Location
from token_service.domain.owners import Owner, OwnerKind, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.domain.validate import TokenValidator, ValidationSettings

from tests.domain.acts import EVERY_KIND, issue, register, token_of
from tests.domain.test_signature_validator import PASSWORD
from tests.domain.test_validation import Kind
from tests.service import ISSUER, Service

SECONDS = 5


@pytest.fixture
def holding(service: Service) -> TokenValidator:
    """A verifier beside the others that holds clients."""
    return TokenValidator(
        tokens=service.tokens,
        owners=service.owners,
        keys=service.keys,
        settings=ValidationSettings(ISSUER, hold_seconds=SECONDS),
        now=service.now,
    )


@EVERY_KIND
def test_a_revoked_token_ends_at_once(
    service: Service, holding: TokenValidator, kind: Kind
) -> None:
    """Its record is read every time, whoever is held."""
    client, credentials = register(service, **kind)
    token, other = issue(service, credentials), issue(service, credentials)
    assert holding.validate(token.value)
    assert service.revocation.revoke(client, token.value)
    assert holding.validate(token.value) is None
    assert holding.validate(other.value)


ENDS: dict[str, Callable[[Service], object]] = {
    "disabled": lambda s: s.administration.set_enabled("shop", enabled=False),
    "all tokens revoked": lambda s: s.administration.revoke_tokens("shop"),
    "deleted": lambda s: s.administration.delete("shop"),
}


@EVERY_KIND
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_client_s_end_takes_so_many_seconds_and_no_more(
    service: Service, holding: TokenValidator, kind: Kind, end: Callable[[Service], object]
) -> None:
    """That is what an operator chooses; whoever holds nothing sees it at once."""
    token = token_of(service, **kind)
    assert holding.validate(token.value)
    end(service)
    assert service.validator.validate(token.value) is None
    service.now.advance(SECONDS - 1)
    assert holding.validate(token.value)
    service.now.advance(1)
    assert holding.validate(token.value) is None


@EVERY_KIND
def test_what_is_better_is_seen_at_once(
    service: Service, holding: TokenValidator, kind: Kind
) -> None:
    """A refusal by what is held is looked up: tokens of a new epoch live from the first check."""
    _, credentials = register(service, **kind)
    assert holding.validate(issue(service, credentials).value)
    service.administration.revoke_tokens("shop")
    assert holding.validate(issue(service, credentials).value)


def test_people_are_never_held(service: Service, holding: TokenValidator) -> None:
    """Who has left has left."""
    service.account_administration.create(
        OwnerKind.ADMIN, "ada", PASSWORD, ("Magento_Sales::sales",)
    )
    token = service.login.sign_in(OwnerKind.ADMIN, "ada", PASSWORD)
    assert holding.validate(token.value)
    service.account_administration.set_enabled(OwnerKind.ADMIN, "ada", enabled=False)
    assert holding.validate(token.value) is None


def test_a_held_client_is_not_read(
    service: Service, holding: TokenValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One read a token, of its record: a client is read once in so many seconds."""
    token = token_of(service)
    reads: list[set[OwnerRef]] = []
    find = service.tokens.find_with_owners

    def noted(
        location: Location, owners: set[OwnerRef]
    ) -> tuple[TokenRecord | None, Mapping[OwnerRef, Owner]]:
        reads.append(owners)
        return find(location, owners)

    monkeypatch.setattr(service.tokens, "find_with_owners", noted)
    for _ in range(4):
        assert holding.validate(token.value)
    assert len(reads) == 1
    service.now.advance(SECONDS)
    assert holding.validate(token.value)
    assert len(reads) == 2


def test_nothing_is_held_unless_asked_for(service: Service) -> None:
    """By default every check reads both, and every end is an end."""
    token = token_of(service)
    assert service.validator.validate(token.value)
    service.administration.set_enabled("shop", enabled=False)
    assert service.validator.validate(token.value) is None
