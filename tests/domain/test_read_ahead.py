"""Token and caller read in one round trip: nothing but the number of reads may change by it."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from token_service.domain.errors import ServiceError, Unavailable
from token_service.domain.introspect import TokenIntrospector
from token_service.domain.limits import HOUR
from token_service.domain.location import Location
from token_service.domain.owners import ClientCredentials, Introspection, Owner, OwnerRef
from token_service.domain.tokens import ActiveToken, TokenRecord
from token_service.domain.validate import TokenValidator, ValidationSettings

from tests.domain.acts import EVERY_KIND, issue, register
from tests.service import ISSUER, Service, authenticator


class World:
    """A shop with a token, and a resource server that may ask about all."""

    def __init__(self, kind: dict[str, Any]) -> None:
        """`kind` is what the shop's tokens are like."""
        self.service = Service()
        self.shop, self.own = register(self.service, **kind)
        _, self.credentials = register(self.service, id="api", introspection=Introspection.ANY)
        register(self.service, id="page", public=True)
        self.token = issue(self.service, self.own).value

    def ask(self, *, ahead: bool) -> ActiveToken | type[ServiceError] | None:
        """What the caller is told, or refused with."""
        introspector = self.service.introspector
        try:
            read = introspector.read_ahead(self.credentials, self.token) if ahead else None
            caller = introspector.authenticate(self.credentials, read)
            return introspector.introspect(caller, self.token, read)
        except ServiceError as error:
            return type(error)


def of(world: World, client_id: str, secret: str | None) -> None:
    """The caller is another."""
    world.credentials = ClientCredentials(client_id, secret)


def revoke(world: World) -> None:
    """The token is ended."""
    assert world.service.revocation.revoke(world.shop, world.token)


def rewrite(world: World) -> None:
    """The token is not what it was."""
    last = "0" if world.token[-9] != "0" else "1"
    world.token = world.token[:-9] + last + world.token[-8:]


ACTS: dict[str, Callable[[World], object]] = {
    "nothing": lambda _: None,
    "the shop asks itself": lambda world: setattr(world, "credentials", world.own),
    "the token is revoked": revoke,
    "the token is over": lambda world: world.service.now.advance(2 * HOUR),
    "the token is another": rewrite,
    "the token is none": lambda world: setattr(world, "token", "no-token"),
    "the shop is disabled": lambda world: world.service.administration.set_enabled(
        "shop", enabled=False
    ),
    "the shop is gone": lambda world: world.service.administration.delete("shop"),
    "the shop's tokens are ended": lambda world: world.service.administration.revoke_tokens("shop"),
    "the caller is disabled": lambda world: world.service.administration.set_enabled(
        "api", enabled=False
    ),
    "the caller is gone": lambda world: world.service.administration.delete("api"),
    "the caller's secret is wrong": lambda world: of(world, "api", "wrong"),
    "the caller has no secret": lambda world: of(world, "api", None),
    "the caller is unknown": lambda world: of(world, "nobody", "secret"),
    "the caller is public": lambda world: of(world, "page", None),
}


@EVERY_KIND
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_the_answer_is_the_same(kind: dict[str, Any], act: Callable[[World], object]) -> None:
    """Whoever asks about whatever, and is refused or told."""
    world = World(kind)
    act(world)
    assert world.ask(ahead=True) == world.ask(ahead=False)


def test_the_acts_make_a_difference() -> None:
    """Else the answers would always be the same."""
    told = set()
    for act in ACTS.values():
        world = World({})
        act(world)
        answer = world.ask(ahead=True)
        told.add(type(answer) if isinstance(answer, ActiveToken) else answer)
    assert len(told) == 3


class Watched:
    """Notes what is read of a service's store, each call from outside once."""

    def __init__(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on."""
        self.reads: list[str] = []
        self._inside = False
        for place, name, told in (
            (service.tokens, "find", "record"),
            (service.tokens, "find_with_owners", "all"),
            (service.owners, "find", "owner"),
            (service.clients, "find", "caller"),
        ):
            monkeypatch.setattr(place, name, self._noting(told, getattr(place, name)))

    def _noting[R](self, told: str, find: Callable[..., R]) -> Callable[..., R]:
        def noted(*what: object) -> R:
            if self._inside:
                return find(*what)
            self.reads.append(told)
            self._inside = True
            try:
                return find(*what)
            finally:
                self._inside = False

        return noted


JWT, OPAQUE = {"token_format": "jwt"}, {"token_format": "opaque"}


@pytest.mark.parametrize(
    ("kind", "act", "reads"),
    [
        (JWT, "nothing", ["all"]),
        (JWT, "the shop asks itself", ["all"]),
        (JWT, "the caller's secret is wrong", ["all"]),
        (JWT, "the caller has no secret", ["caller"]),
        (JWT, "the token is another", ["caller"]),
        (JWT, "the token is none", ["caller"]),
        (OPAQUE, "nothing", ["all", "owner"]),
        (OPAQUE, "the shop asks itself", ["all"]),
        (OPAQUE, "the token is over", ["caller"]),
    ],
)
def test_one_round_trip_is_enough(
    kind: dict[str, Any], act: str, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a JWT and for one's own token; nothing is read of what is no token that can live."""
    world = World(kind)
    ACTS[act](world)
    watched = Watched(world.service, monkeypatch)
    world.ask(ahead=True)
    assert watched.reads == reads


@pytest.mark.parametrize("first", ["shop", "api"])
def test_owner_and_caller_are_told_apart(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their names: a batch comes in any order."""
    world = World(JWT)
    find = world.service.tokens.find_with_owners

    def ordered(
        location: Location, owners: set[OwnerRef]
    ) -> tuple[TokenRecord | None, Mapping[OwnerRef, Owner]]:
        record, found = find(location, owners)
        return record, dict(sorted(found.items(), key=lambda one: one[0].id != first))

    monkeypatch.setattr(world.service.tokens, "find_with_owners", ordered)
    answer = world.ask(ahead=True)
    assert isinstance(answer, ActiveToken)
    assert answer.owner == world.shop


def test_what_is_held_is_not_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where clients are held, the next question takes the record alone."""
    world = World(JWT)
    service = world.service
    settings = ValidationSettings(ISSUER, hold_seconds=5)
    validator = TokenValidator(
        tokens=service.tokens,
        owners=service.owners,
        keys=service.keys,
        settings=settings,
        now=service.now,
    )
    service.introspector = TokenIntrospector(
        authenticator(service.clients, service.now, hold_seconds=5), validator
    )
    watched = Watched(service, monkeypatch)
    assert isinstance(world.ask(ahead=True), ActiveToken)
    assert isinstance(world.ask(ahead=True), ActiveToken)
    assert watched.reads == ["caller", "all", "record"]


def test_an_outage_is_nobody_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the caller nor the token is refused for it."""
    world = World(JWT)

    def out(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(world.service.tokens, "find_with_owners", out)
    assert world.ask(ahead=True) is Unavailable
