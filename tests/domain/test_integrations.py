"""Integrations: four credentials, a token for ever, and its ends (docs/platforms/magento.md, 5)."""

import re

import pytest
from token_service.domain.account_administration import AccountDetailError
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.integrations import (
    AccessCredentials,
    ConsumerCredentials,
    NoSuchIntegrationError,
    consumer_sealing,
    token_sealing,
)
from token_service.domain.limits import HOUR, NEVER
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.ports import OwnerExistsError
from token_service.domain.sealing import UnsealableError
from token_service.domain.sweep import Sweeper, SweepSettings

from tests.service import Service

NAME = "Warehouse"
CREDENTIAL = "[0-9a-z]{32}"
YEAR = 366 * 24 * HOUR


@pytest.fixture
def made(service: Service) -> ConsumerCredentials:
    """An integration that is not active yet."""
    return service.integrations.create(NAME, (ALL_RESOURCES,))


@pytest.fixture
def access(service: Service, made: ConsumerCredentials) -> AccessCredentials:  # noqa: ARG001 - made first
    """The same, active."""
    return service.integrations.activate(NAME)


def lives(service: Service, token: str) -> bool:
    """Whether a token is active."""
    return service.validator.validate(token) is not None


def test_four_credentials(made: ConsumerCredentials, access: AccessCredentials) -> None:
    """Each has 32 characters of 0-9 and a-z; no two are alike; printing shows no secret."""
    shown_once = [made.consumer_secret, access.access_token, access.access_token_secret]
    four = {made.integration.consumer_key, *shown_once}
    assert len(four) == 4
    assert all(re.fullmatch(CREDENTIAL, credential) for credential in four)
    assert not any(secret in repr((made, access)) for secret in shown_once)


def test_secrets_are_sealed_at_rest(
    service: Service, made: ConsumerCredentials, access: AccessCredentials
) -> None:
    """The store holds neither secret nor the token, but can give both secrets back."""
    kept = service.integrations.show(NAME)
    stored = f"{vars(service.owners.integrations)}{service.tokens.records}"
    for secret in (made.consumer_secret, access.access_token, access.access_token_secret):
        assert secret not in stored
    assert kept.token_secret is not None
    sealer, key = service.sealer, kept.consumer_key
    assert sealer.open(kept.consumer_secret, consumer_sealing(key)) == made.consumer_secret
    assert sealer.open(kept.token_secret, token_sealing(key)) == access.access_token_secret
    with pytest.raises(UnsealableError):  # neither passes for the other
        sealer.open(kept.token_secret, consumer_sealing(key))


def test_inactive_until_activated(service: Service, made: ConsumerCredentials) -> None:
    """A new one has a consumer, and nothing that opens anything."""
    assert made.integration.enabled is False
    assert made.integration.token_secret is None
    assert not service.tokens.records


def test_the_token(service: Service, access: AccessCredentials) -> None:
    """It is opaque, for this deployment, and names its integration."""
    active = service.validator.validate(access.access_token)
    assert active is not None
    assert (active.record.owner.kind, active.record.grant, active.format) == (
        OwnerKind.INTEGRATION,
        Grant.INTEGRATION,
        TokenFormat.BASE36,
    )
    assert active.record.audience == (service.settings.audience,)


def test_the_token_never_expires(service: Service, access: AccessCredentials) -> None:
    """4.2: it lives until it is revoked: in ten years, in fifty, and in a thousand (item 36)."""
    for years in (1, 10, 50, 1000):
        service.now.advance(years * YEAR)
        assert lives(service, access.access_token)
    assert service.now() < NEVER


@pytest.mark.parametrize("layouts", [(8,), (0, 1, 8)])
def test_no_sweep_touches_the_token(
    service: Service, access: AccessCredentials, layouts: tuple[int, ...]
) -> None:
    """4.3: the cron removes what people left behind and never an integration's token."""
    service.account_administration.create(OwnerKind.CUSTOMER, "jane", "correct horse")
    service.login.sign_in(OwnerKind.CUSTOMER, "jane", "correct horse")
    assert len(service.tokens.records) == 2
    settings = SweepSettings(layouts, since=service.now())
    for hours in (5, 1000, 1000):
        service.now.advance(hours * HOUR)
        sweeper = Sweeper(service.tokens, settings, service.now)
        assert sweeper.run(lambda: 900).finished
    assert len(service.tokens.records) == 1
    assert lives(service, access.access_token)


def test_reauthorising(
    service: Service, made: ConsumerCredentials, access: AccessCredentials
) -> None:
    """A new token and secret; the old token ends; key and consumer secret stay."""
    again = service.integrations.activate(NAME)
    assert again.access_token != access.access_token
    assert again.access_token_secret != access.access_token_secret
    assert [lives(service, a.access_token) for a in (access, again)] == [False, True]
    assert again.integration.consumer_key == made.integration.consumer_key
    assert again.integration.consumer_secret == made.integration.consumer_secret


def test_deactivating(service: Service, access: AccessCredentials) -> None:
    """Its token ends for good; activating again gives another (item 36)."""
    service.integrations.deactivate(NAME)
    kept = service.integrations.show(NAME)
    assert (kept.enabled, kept.token_secret) == (False, None)
    assert not lives(service, access.access_token)
    again = service.integrations.activate(NAME)
    assert [lives(service, a.access_token) for a in (access, again)] == [False, True]


def test_deleting(service: Service, made: ConsumerCredentials, access: AccessCredentials) -> None:
    """Its token ends with it, and its name and key are free; one of the same name is another."""
    service.integrations.delete(NAME)
    assert not lives(service, access.access_token)
    assert service.owners.integrations.find_by_consumer_key(made.integration.consumer_key) is None
    anew = service.integrations.create(NAME, ())
    assert anew.integration.id != made.integration.id
    service.integrations.activate(NAME)
    assert not lives(service, access.access_token)


@pytest.mark.parametrize("name", [NAME, f"  {NAME} "])
def test_names_are_unique(service: Service, made: ConsumerCredentials, name: str) -> None:
    """Magento says that the integration with this name exists; the first is left alone."""
    with pytest.raises(OwnerExistsError):
        service.integrations.create(name, ())
    assert service.integrations.show(NAME) == made.integration


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 256, "\ud800"])
def test_names_that_are_refused(service: Service, name: str) -> None:
    """1 to 255 printable characters."""
    with pytest.raises(AccountDetailError, match="a name has 1 to 255 printable characters"):
        service.integrations.create(name, ())


def test_resources(service: Service, access: AccessCredentials) -> None:
    """All or a list; granting replaces the whole set, and the token lives on."""
    assert access.integration.resources == (ALL_RESOURCES,)
    changed = service.integrations.grant(NAME, ("A::a", "A::b"))
    assert changed.resources == ("A::a", "A::b")
    assert lives(service, access.access_token)
    for refused in (("nonsense",), tuple(f"A::r{number}" for number in range(501))):
        with pytest.raises(AccountDetailError):
            service.integrations.grant(NAME, refused)
        with pytest.raises(AccountDetailError):
            service.integrations.create("Another", refused)


def test_nobody_of_this_name(service: Service) -> None:
    """Every command says so."""
    for attempt in (
        service.integrations.show,
        service.integrations.activate,
        service.integrations.deactivate,
        service.integrations.delete,
        lambda name: service.integrations.grant(name, ()),
    ):
        with pytest.raises(NoSuchIntegrationError, match="nobody"):
            attempt("nobody")


def test_listing(service: Service, made: ConsumerCredentials) -> None:
    """Every integration, active or not (item 36)."""
    other = service.integrations.create("Another", ())
    assert {i.id for i in service.integrations.list()} == {
        made.integration.id,
        other.integration.id,
    }
