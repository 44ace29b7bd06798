"""Introspection: who may know what of whose tokens."""

from typing import Any

import pytest
from token_service.domain.errors import InvalidClient, Unavailable
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.mint import TokenDetails
from token_service.domain.owners import (
    CLIENT_GRANTS,
    TOKEN_OWNERS,
    Account,
    ClientCredentials,
    Integration,
    Introspection,
    Owner,
    OwnerKind,
    OwnerRef,
)
from token_service.domain.tokens import IssuedToken

from tests.domain.acts import EVERY_KIND, issue, register
from tests.samples import an_account, an_integration
from tests.service import ISSUER, Service


@EVERY_KIND
@pytest.mark.parametrize("grant", sorted(CLIENT_GRANTS))
@pytest.mark.parametrize(
    ("caller", "introspection", "knows"),
    [
        ("shop", Introspection.OWN, True),
        ("shop", Introspection.ANY, True),
        ("api", Introspection.OWN, False),
        ("api", Introspection.ANY, True),
    ],
)
def test_own_tokens_or_any(  # noqa: PLR0913 - one table
    service: Service,
    kind: dict[str, Any],
    grant: Grant,
    caller: str,
    introspection: Introspection,
    *,
    knows: bool,
) -> None:
    """A client learns of its own tokens, an administrator of all (items 37, 59)."""
    shop = register(service, introspection=introspection, **kind)
    api = register(service, id="api", introspection=introspection)
    token = issue(service, shop[1], grant)
    asking = service.introspector.authenticate({"shop": shop, "api": api}[caller][1])
    active = service.introspector.introspect(asking, token.value)
    assert (active.record if active else None) == (token.record if knows else None)


ORDERS, STOCK = "https://orders.example.test", "https://stock.example.test"


@EVERY_KIND
@pytest.mark.parametrize(
    ("serves", "audience", "knows"),
    [
        ((ORDERS,), (ORDERS,), True),
        ((ORDERS,), (STOCK, ORDERS), True),
        ((STOCK, ORDERS), (ORDERS,), True),
        ((ORDERS,), (STOCK,), False),
        ((ORDERS,), (ORDERS + "/",), False),
        ((ORDERS,), (), False),
        ((ISSUER,), (), True),
    ],
)
def test_a_resource_server_s_audiences(
    service: Service,
    kind: dict[str, Any],
    serves: tuple[str, ...],
    audience: tuple[str, ...],
    *,
    knows: bool,
) -> None:
    """It learns of tokens for an audience it serves, by exact name, and of no others (item 59)."""
    _, shop = register(service, audience=audience, **kind)
    api, own = register(
        service, id="api", introspection=Introspection.AUDIENCE, serves=serves, **kind
    )
    token = issue(service, shop)
    active = service.introspector.introspect(api, token.value)
    assert (active.record if active else None) == (token.record if knows else None)
    assert service.introspector.introspect(api, issue(service, own).value)


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(
    ("introspection", "known", "told"),
    [
        (Introspection.AUDIENCE, (), ("read", "write", "stock:read")),
        (Introspection.AUDIENCE, ("write", "read", "delete"), ("read", "write")),
        (Introspection.AUDIENCE, ("delete",), ()),
        (Introspection.ANY, ("read",), ("read", "write", "stock:read")),
    ],
)
def test_a_resource_server_s_scopes(
    service: Service,
    introspection: Introspection,
    known: tuple[str, ...],
    told: tuple[str, ...],
    *,
    recorded: bool,
) -> None:
    """Of a token for several, each resource server is told its own scopes (item 62)."""
    _, shop = register(
        service,
        audience=(ORDERS, STOCK),
        scopes=("read", "write", "stock:read"),
        recorded=recorded,
    )
    api, _ = register(
        service,
        id="api",
        introspection=introspection,
        serves=(ORDERS,) if introspection is Introspection.AUDIENCE else (),
        scopes=known,
    )
    active = service.introspector.introspect(api, issue(service, shop).value)
    assert active
    assert active.record.scope == told
    assert active.record.audience == (ORDERS, STOCK)


@pytest.mark.parametrize(
    ("introspection", "serves", "knows"),
    [
        (Introspection.OWN, (), False),
        (Introspection.AUDIENCE, (ORDERS,), False),
        (Introspection.AUDIENCE, (ISSUER,), True),
        (Introspection.ANY, (), True),
    ],
)
@pytest.mark.parametrize("kind", sorted(TOKEN_OWNERS - {OwnerKind.CLIENT}))
def test_people_s_tokens_are_for_resource_servers(
    service: Service,
    kind: OwnerKind,
    introspection: Introspection,
    serves: tuple[str, ...],
    *,
    knows: bool,
) -> None:
    """No client learns of a person's or an integration's token because it calls itself alike."""
    token, owner = token_of_another_kind(service, kind)
    caller, _ = register(service, id=owner.id, introspection=introspection, serves=serves)
    active = service.introspector.introspect(caller, token.value)
    assert (active.record.owner if active else None) == (owner if knows else None)
    assert not service.revocation.revoke(caller, token.value)
    assert service.validator.validate(token.value)


def token_of_another_kind(service: Service, kind: OwnerKind) -> tuple[IssuedToken, OwnerRef]:
    """A token whose owner is no client."""
    owner: Owner = an_integration() if kind is OwnerKind.INTEGRATION else an_account(kind=kind)
    if isinstance(owner, Integration):
        service.owners.integrations.create(owner)
    else:
        assert isinstance(owner, Account)
        service.owners.accounts[kind].create(owner)
    details = TokenDetails(owner, Grant.PASSWORD, TokenFormat.BASE36, lifetime=600)
    return service.mint.mint(details), owner.ref


@pytest.mark.parametrize("secret", [None, "wrong"])
def test_a_public_client_may_not_ask(service: Service, secret: str | None) -> None:
    """Neither with its id alone nor with an invented secret (item 63)."""
    register(service, id="page", public=True)
    with pytest.raises(InvalidClient):
        service.introspector.authenticate(ClientCredentials("page", secret))


@pytest.mark.parametrize(
    "credentials",
    [None, ClientCredentials("shop"), ClientCredentials("shop", "x"), ClientCredentials("no", "x")],
)
def test_strangers_may_not_ask(service: Service, credentials: ClientCredentials | None) -> None:
    """Without good credentials there is no answer at all (item 56)."""
    register(service)
    with pytest.raises(InvalidClient):
        service.introspector.authenticate(credentials)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "0" * 40, "a" * 100_000])
def test_what_is_no_token_is_inactive(service: Service, token: str) -> None:
    """Any text has an answer, and it is no (item 58)."""
    caller, _ = register(service, introspection=Introspection.ANY)
    assert service.introspector.introspect(caller, token) is None


def test_an_ended_token_is_inactive_even_to_its_owner(service: Service) -> None:
    """After revocation the very next answer is no (item 66)."""
    caller, credentials = register(service)
    token = issue(service, credentials).value
    assert service.introspector.introspect(caller, token)
    assert service.revocation.revoke(caller, token)
    assert service.introspector.introspect(caller, token) is None


@EVERY_KIND
@pytest.mark.parametrize("hold_seconds", [0, 600])
def test_a_disabled_client_s_tokens_are_refused_at_once(
    kind: dict[str, Any], hold_seconds: int
) -> None:
    """By the next introspection, whatever the issuing function still holds (item 22)."""
    service = Service(hold_seconds=hold_seconds)
    caller, _ = register(service, id="api", introspection=Introspection.ANY)
    _, credentials = register(service, **kind)
    tokens = [issue(service, credentials).value]
    service.administration.set_enabled("shop", enabled=False)
    assert service.introspector.introspect(caller, tokens[0]) is None
    if hold_seconds:
        tokens.append(issue(service, credentials).value)  # by the client as it was
    assert not any(service.introspector.introspect(caller, token) for token in tokens)


def test_an_outage_is_not_inactive(service: Service) -> None:
    """A resource server must not throw out live callers because a read failed."""
    caller, credentials = register(service)
    token = issue(service, credentials).value

    def out(*_: object) -> None:
        raise Unavailable

    service.tokens.find_with_owners = out  # type: ignore[assignment] # a store that is down
    with pytest.raises(Unavailable):
        service.introspector.introspect(caller, token)
