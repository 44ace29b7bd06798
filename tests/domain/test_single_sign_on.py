"""Single sign-on from the storefront's request to its code, and what is refused on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from token_service.domain.errors import InvalidGrant, InvalidRequest, ServiceError, Unavailable
from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.openid import Exchange, Identity, OpenIdProvider, ProviderRefusedError
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.sign_in_codes import CODE_LIFETIME, SignInCodes, challenge_of
from token_service.domain.single_sign_on import (
    STATE_LIFETIME,
    Departure,
    Return,
    SignInRequest,
    SingleSignOn,
)

from tests.clock import FrozenClock, SeededBytes
from tests.memory_store import MemoryNonces
from tests.openid_world import CALLBACK, CLIENT_SECRET, ISSUER, STOREFRONT, provider, sealer

VERIFIER = "storefront-verifier-" + "x" * 40
CUSTOMER = OwnerKind.CUSTOMER
ASKED = {
    "redirect_uri": STOREFRONT,
    "response_type": "code",
    "scope": "openid email",
    "state": "the storefront's own",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
    "client_id": "customers",
    "prompt": "login",
    "unknown": "x",
}


@dataclass
class KnownProviders:
    """The one provider, until it is forgotten."""

    known: OpenIdProvider | None = field(default_factory=provider)

    def find(self, provider_id: str) -> OpenIdProvider | None:
        """The provider."""
        return self.known if self.known and self.known.id == provider_id else None


@dataclass
class TrustfulRelyingParty:
    """Believes whatever it is told to."""

    error: ServiceError | None = None
    exchanges: list[tuple[str, Exchange]] = field(default_factory=list)

    def authorization_endpoint(self, one: OpenIdProvider) -> str:
        """Where to go."""
        return f"{one.issuer}/auth?tenant=1"

    def identity(self, _: OpenIdProvider, secret: str, exchange: Exchange) -> Identity:
        """Somebody."""
        self.exchanges.append((secret, exchange))
        if self.error:
            raise self.error
        return Identity("sub-1", "ada@example.com", email_verified=True, name="Ada")


@dataclass
class KnownShoppers:
    """Everybody is somebody."""

    error: ServiceError | None = None

    def belonging_to(self, kind: OwnerKind, _: OpenIdProvider, one: Identity) -> OwnerRef:
        """The person."""
        if self.error:
            raise self.error
        return OwnerRef(kind, f"person of {one.subject}")


class World:
    """One deployment, one provider, one shopper."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.providers = KnownProviders()
        self.relying_party = TrustfulRelyingParty()
        self.shoppers = KnownShoppers()
        self.nonces = MemoryNonces()
        seals = OneTimeSeals(sealer(), self.nonces, self.clock, SeededBytes())
        self.codes = SignInCodes(seals)
        self.service = SingleSignOn(
            providers=self.providers,
            relying_party=self.relying_party,
            shoppers=self.shoppers,
            sealer=sealer(),
            seals=seals,
            codes=self.codes,
            random=SeededBytes(),
        )

    def begin(self, **changes: str | None) -> Departure:
        """A storefront's request with some fields changed or left out."""
        asked = {k: v for k, v in (ASKED | changes).items() if v is not None}
        return self.service.begin(SignInRequest(CUSTOMER, provider().id, asked), CALLBACK)

    def come_back(self, departure: Departure, **changes: Any) -> dict[str, str]:  # noqa: ANN401 - see Return
        """The provider sends the shopper back; the storefront's answer as a mapping."""
        fields = {"code": "code", "state": query(departure.url)["state"], "iss": ISSUER}
        facts: dict[str, Any] = {
            "kind": CUSTOMER,
            "provider_id": provider().id,
            "fields": fields | changes.pop("fields", {}),
            "browser": departure.browser,
        }
        url = self.service.complete(Return(**facts | changes), CALLBACK).url
        assert url.startswith(STOREFRONT)
        return query(url)

    def redeem(self, code: str, **changes: Any) -> OwnerRef:  # noqa: ANN401 - see redeem
        """The storefront's last step."""
        facts = {"kind": CUSTOMER, "redirect_uri": STOREFRONT, "verifier": VERIFIER} | changes
        return self.codes.redeem(code=code, **facts)


def query(url: str) -> dict[str, str]:
    """A URL's parameters."""
    return dict(parse_qsl(urlsplit(url).query))


@pytest.fixture
def world() -> World:
    """A fresh one."""
    return World()


def test_a_shopper_signs_in(world: World) -> None:
    """There, back, and a code that stands for the person."""
    departure = world.begin()
    sent = parse_qs(urlsplit(departure.url).query)
    assert departure.url.startswith(f"{ISSUER}/auth?tenant=1&")
    assert all(len(values) == 1 for values in sent.values())
    assert query(departure.url).keys() == {
        *("tenant", "response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method", "prompt"),
    }
    answer = world.come_back(departure)
    assert answer["state"] == "the storefront's own"
    assert world.redeem(answer["code"]) == OwnerRef(CUSTOMER, "person of sub-1")
    ((secret, exchange),) = world.relying_party.exchanges
    assert secret == CLIENT_SECRET
    assert exchange.callback == CALLBACK
    assert exchange.nonce == sent["nonce"][0]
    assert challenge_of(exchange.verifier) == sent["code_challenge"][0]


def test_two_sign_ins_have_nothing_in_common(world: World) -> None:
    """State, nonce, verifier and the browser's mark are made afresh each time."""
    one, two = world.begin(), world.begin()
    assert one.browser != two.browser
    for name in ("state", "nonce", "code_challenge"):
        assert query(one.url)[name] != query(two.url)[name]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example"},
        {"redirect_uri": STOREFRONT + "/"},
        {"redirect_uri": STOREFRONT + "?x=1"},
        {"redirect_uri": None},
        {"response_type": "token"},
        {"response_type": None},
        {"scope": "email"},
        {"scope": None},
        {"state": None},
        {"state": "s" * 513},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"prompt": "p" * 513},
    ],
    ids=str,
)
def test_a_storefront_that_asks_wrongly_sends_nobody_anywhere(
    world: World, changes: Mapping[str, str | None]
) -> None:
    """Least of all to an address that no operator has registered."""
    with pytest.raises(InvalidRequest):
        world.begin(**changes)


def test_an_unknown_provider_sends_nobody_anywhere(world: World) -> None:
    """Nor one that was trusted once."""
    world.providers.known = None
    with pytest.raises(InvalidRequest):
        world.begin()


@pytest.mark.parametrize(
    "changes",
    [
        {"browser": ""},
        {"browser": "another's"},
        {"kind": OwnerKind.ADMIN},
        {"provider_id": "another"},
        {"fields": {"state": ""}},
        {"fields": {"state": "x" * 400}},
        {"fields": {"state": "ü"}},
    ],
    ids=str,
)
def test_a_return_that_was_not_begun_here_is_refused(world: World, changes: dict[str, Any]) -> None:
    """Another browser, another provider, another realm, a made-up state: nobody is let in."""
    departure = world.begin()
    with pytest.raises(InvalidRequest):
        world.come_back(departure, **changes)
    assert not world.relying_party.exchanges


def test_a_changed_state_is_refused(world: World) -> None:
    """Not one character of it."""
    departure = world.begin()
    state = query(departure.url)["state"]
    for place in range(0, len(state), 7):
        other = "A" if state[place] != "A" else "B"
        changed = state[:place] + other + state[place + 1 :]
        with pytest.raises(InvalidRequest):
            world.come_back(departure, fields={"state": changed})


def test_a_state_is_good_once_and_not_for_long(world: World) -> None:
    """A replay of the return does not ask the provider again."""
    departure, late = world.begin(), world.begin()
    world.come_back(departure)
    with pytest.raises(InvalidRequest):
        world.come_back(departure)
    world.clock.advance(STATE_LIFETIME)
    with pytest.raises(InvalidRequest):
        world.come_back(late)
    assert len(world.relying_party.exchanges) == 1


def test_a_code_is_no_state_and_a_state_no_code(world: World) -> None:
    """What is sealed as one does not open as the other."""
    departure = world.begin()
    with pytest.raises(InvalidGrant):
        world.redeem(query(departure.url)["state"])
    code = world.come_back(departure)["code"]
    with pytest.raises(InvalidRequest):
        world.come_back(departure, fields={"state": code})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": OwnerKind.ADMIN},
        {"redirect_uri": "https://evil.example"},
        {"redirect_uri": STOREFRONT + "/"},
        {"verifier": "y" * 43},
        {"verifier": VERIFIER + "\n"},
        {"verifier": ""},
        {"verifier": challenge_of(VERIFIER)},
    ],
    ids=str,
)
def test_a_stolen_code_is_worth_nothing(world: World, changes: dict[str, Any]) -> None:
    """Without the verifier, at another address, in another realm; the owner still can use it."""
    code = world.come_back(world.begin())["code"]
    with pytest.raises(InvalidGrant):
        world.redeem(code, **changes)
    assert world.redeem(code).kind is CUSTOMER


def test_a_code_is_good_once_and_not_for_long(world: World) -> None:
    """RFC 6749 section 4.1.2."""
    code = world.come_back(world.begin())["code"]
    late = world.come_back(world.begin())["code"]
    world.redeem(code)
    with pytest.raises(InvalidGrant):
        world.redeem(code)
    world.clock.advance(CODE_LIFETIME)
    with pytest.raises(InvalidGrant):
        world.redeem(late)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ProviderRefusedError(detail="lies"), "server_error"),
        (Unavailable(detail="down"), "temporarily_unavailable"),
    ],
)
def test_the_storefront_is_told_that_its_provider_failed(
    world: World, error: ServiceError, told: str
) -> None:
    """And nothing more: no code, no detail."""
    world.relying_party.error = error
    answer = world.come_back(world.begin())
    assert answer == {"error": told, "state": "the storefront's own"}


def test_the_storefront_is_told_that_nobody_was_let_in(world: World) -> None:
    """The provider's refusal, the person's own, another issuer's answer (RFC 9207)."""
    departure = world.begin()
    world.shoppers.error = InvalidGrant(detail="nobody")
    assert world.come_back(departure)["error"] == "access_denied"
    refused = Return(
        CUSTOMER,
        provider().id,
        {"error": "login_required", "state": query(world.begin().url)["state"]},
        "",
    )
    with pytest.raises(InvalidRequest):
        world.service.complete(refused, CALLBACK)
    again = world.begin()
    back = Return(
        CUSTOMER,
        provider().id,
        {"error": "login_required", "state": query(again.url)["state"]},
        again.browser,
    )
    assert query(world.service.complete(back, CALLBACK).url)["error"] == "access_denied"
    mixed_up = world.come_back(world.begin(), fields={"iss": "https://evil.example"})
    assert mixed_up["error"] == "server_error"
    assert len(world.relying_party.exchanges) == 1


def test_a_provider_is_for_the_kinds_that_an_operator_named(world: World) -> None:
    """Whoever signs customers in makes no account members: neither there nor back."""
    departure = world.begin()
    world.providers.known = provider(kinds=(OwnerKind.ACCOUNT_MEMBER,))
    with pytest.raises(InvalidRequest):
        world.begin()
    assert "code" not in world.come_back(departure)
    assert not world.relying_party.exchanges


def test_a_provider_that_was_removed_meanwhile_lets_nobody_in(world: World) -> None:
    """The storefront hears of it."""
    departure = world.begin()
    world.providers.known = None
    assert "code" not in world.come_back(departure)
