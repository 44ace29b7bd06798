"""The redirects of single sign-on, and the documents that lead to them, request by request."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from token_service.domain.linked_shoppers import LinkedShoppers
from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.owners import OwnerKind
from token_service.domain.realms import realms
from token_service.domain.sign_in_codes import SignInCodes, challenge_of
from token_service.domain.single_sign_on import SingleSignOn
from token_service.providers.openid import OpenIdRelyingParty
from token_service.wire.endpoints import Outcome
from token_service.wire.http import Request, Response, event_from_response, request_from_event
from token_service.wire.openid_profiles import OpenIdProfilesEndpoint
from token_service.wire.registry import dialects
from token_service.wire.single_sign_on import SingleSignOnEndpoint, callback_path, login_path

from tests.clock import FrozenClock, SeededBytes
from tests.domain.test_linked_shoppers import MemoryLinks
from tests.memory_store import MemoryAccounts, MemoryNonces
from tests.openid_world import STOREFRONT, Provider, provider, sealer

BASE = "https://api.example"
REALMS = {realm.kind: realm for realm in realms(BASE).values()}
CUSTOMERS = REALMS[OwnerKind.CUSTOMER]
ASKED = {
    "client_id": "customers",
    "redirect_uri": STOREFRONT,
    "response_type": "code",
    "scope": "openid",
    "state": "s",
    "code_challenge": challenge_of("v" * 43),
    "code_challenge_method": "S256",
}


class KnownProviders:
    """One provider."""

    def __init__(self) -> None:
        self.known = provider()

    def find(self, provider_id: str) -> Any:  # noqa: ANN401 - a provider or None
        """It."""
        return self.known if provider_id == self.known.id else None

    def list(self) -> tuple[Any, ...]:
        """All of them."""
        return (self.known,)


class World:
    """Both endpoints over a provider in memory."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.provider = Provider(self.clock)
        seals = OneTimeSeals(sealer(), MemoryNonces(), self.clock, SeededBytes())
        self.accounts = {kind: MemoryAccounts() for kind in REALMS}
        self.providers = KnownProviders()
        service = SingleSignOn(
            providers=self.providers,
            relying_party=OpenIdRelyingParty(self.provider, self.clock),
            shoppers=LinkedShoppers(self.accounts, MemoryLinks(), self.clock, SeededBytes(5)),
            sealer=sealer(),
            seals=seals,
            codes=SignInCodes(seals),
            random=SeededBytes(9),
        )
        self.outcomes: list[Outcome] = []
        spoken = dialects(BASE)

        def told(outcome: Outcome, _source: str) -> None:
            self.outcomes.append(outcome)

        self.redirects = SingleSignOnEndpoint(spoken, told, BASE, lambda: service)
        self.profiles = OpenIdProfilesEndpoint(spoken, told, BASE, self.providers.list)

    def login(self, changes: Mapping[str, str] | None = None, method: str = "GET") -> Response:
        """A storefront's request."""
        url = urlsplit(login_path(BASE, CUSTOMERS, provider().id))
        query = f"{url.query}&{urlencode(ASKED | dict(changes or {}))}"
        return self.redirects.respond(Request(method, url.path, query=query))

    def come_back(self, departure: Response, **headers: str) -> Response:
        """The provider's redirect."""
        sent = dict(parse_qsl(urlsplit(departure.headers["location"]).query))
        self.provider.nonce = sent["nonce"]
        self.provider.challenge = sent["code_challenge"]
        self.provider.callback = sent["redirect_uri"]
        path = callback_path(BASE, CUSTOMERS, provider().id)
        assert sent["redirect_uri"] == BASE + path
        query = urlencode({"code": "code", "state": sent["state"]})
        return self.redirects.respond(Request("GET", path, headers, query=query))

    def read(self, path: str, verdict: str = "allowed", method: str = "GET") -> Response:
        """A document, as the authorizer judged the caller."""
        found = {"verdict": verdict, "subject": "shop"}
        return self.profiles.respond(Request(method, path, authorizer=found))


@pytest.fixture
def world() -> World:
    """A fresh one."""
    return World()


def mark(departure: Response) -> str:
    """The cookie as a browser sends it back."""
    return departure.headers["set-cookie"].partition(";")[0]


def test_there_and_back(world: World) -> None:
    """Two redirects, nothing cached, and a mark that only the callback sees."""
    departure = world.login()
    assert departure.status == 302
    assert departure.headers["cache-control"] == "no-store"
    cookie = departure.headers["set-cookie"]
    assert cookie.endswith("; HttpOnly; SameSite=Lax; Secure")
    assert f"; Path={callback_path(BASE, CUSTOMERS, provider().id)}; Max-Age=600;" in cookie
    arrival = world.come_back(departure, cookie=f"other=1; {mark(departure)}; third=x")
    assert arrival.headers["location"].startswith(f"{STOREFRONT}?code=")
    assert "Max-Age=0" in arrival.headers["set-cookie"]
    assert [outcome.result for outcome in world.outcomes] == ["ok", "ok"]


@pytest.mark.parametrize(
    "cookie", ["", "single-sign-on=", "single-sign-on=other", "\x00;=;", "a b"]
)
def test_another_browser(world: World, cookie: str) -> None:
    """A 400 in the envelope, and no redirect."""
    answer = world.come_back(world.login(), cookie=cookie)
    assert (answer.status, "location" in answer.headers) == (400, False)


def test_a_provider_that_lies(world: World) -> None:
    """The storefront hears that it failed, the log why; nobody was made."""
    departure = world.login()
    world.provider.claims = {"iss": "https://evil.example"}
    answer = world.come_back(departure, cookie=mark(departure))
    assert answer.headers["location"] == f"{STOREFRONT}?error=server_error&state=s"
    assert world.outcomes[-1].result == "temporarily_unavailable"
    assert world.outcomes[-1].detail == "ID token: from another issuer"
    assert not world.accounts[OwnerKind.CUSTOMER].by_id


def test_a_provider_that_sends_what_cannot_be_written(world: World) -> None:
    """A subject that is no text, an access token that fits into no header: told, no 500."""
    bent = ({"claims": {"sub": "\ud800"}}, {"claims": {"email": None}, "access_token": "a\nb"})
    for change in bent:
        departure = world.login()
        for name, value in change.items():
            setattr(world.provider, name, value)
        answer = world.come_back(departure, cookie=mark(departure))
        assert answer.headers["location"] == f"{STOREFRONT}?error=server_error&state=s"
    assert not world.accounts[OwnerKind.CUSTOMER].by_id


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "account-management"},
        {"client_id": ""},
        {"redirect_uri": "https://evil.example"},
        {"elasticpath_commerce_cloud_profile_id": "twice"},
        {"state": "ÿ" * 600},
    ],
    ids=str,
)
def test_storefronts_that_ask_wrongly(world: World, changes: dict[str, str]) -> None:
    """400 in the envelope."""
    answer = world.login(changes)
    assert answer.status == 400
    assert json.loads(answer.body)["errors"][0]["status"] == "400"


@pytest.mark.parametrize("query", ["%ff=1", "a=1&a=2", "&".join(f"f{n}=1" for n in range(30))])
def test_queries_that_cannot_be_read(world: World, query: str) -> None:
    """400, never a 500; so is a query of any length."""
    path = urlsplit(login_path(BASE, CUSTOMERS, provider().id)).path
    for text in (query, "x" * 9000):
        assert world.redirects.respond(Request("GET", path, query=text)).status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/oidc-idp/",
        "/oidc-idp/login/stores/x/authentication-realms/y",
        login_path("https://other.example", CUSTOMERS, "x").partition("?")[0],
        callback_path(BASE, CUSTOMERS, "not-a-uuid"),
    ],
)
def test_other_paths(world: World, path: str) -> None:
    """404: another store, another realm, another shape."""
    assert world.redirects.respond(Request("GET", path)).status == 404


def test_only_get(world: World) -> None:
    """405 with Allow."""
    answer = world.login(method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_cookies_cross_the_gateway_apart_from_headers() -> None:
    """Payload 2.0 hands them over in a list, and takes them in one."""
    event = {"cookies": ["a=1", "single-sign-on=x"], "headers": {}, "requestContext": {}}
    assert request_from_event(event).headers["cookie"] == "a=1; single-sign-on=x"
    answer = event_from_response(Response(302, "", {"set-cookie": "a=1", "location": "/"}))
    assert (answer["cookies"], answer["headers"]) == (["a=1"], {"location": "/"})


def test_the_documents_lead_to_the_sign_in(world: World) -> None:
    """Settings name the realm, the realm its profiles, each its links; no secret among them."""
    for name, kind in (("account", OwnerKind.ACCOUNT_MEMBER), ("customer", OwnerKind.CUSTOMER)):
        realm = REALMS[kind]
        settings = json.loads(world.read(f"/v2/settings/{name}-authentication").body)["data"]
        assert settings["relationships"]["authentication_realm"]["data"]["id"] == realm.id
        assert settings["meta"]["client_id"] == realm.client_id
        path = f"/v2/authentication-realms/{realm.id}"
        assert json.loads(world.read(path).body)["data"]["id"] == realm.id
        listed = json.loads(world.read(f"{path}/oidc-profiles").body)
        one = json.loads(world.read(f"{path}/oidc-profiles/{provider().id}").body)
        (entry,) = listed["data"]
        assert entry == one["data"] | {"links": one["links"]}
        link = one["links"]["authorization-endpoint"]
        assert link == BASE + login_path(BASE, realm, provider().id)
        assert provider().client_secret not in json.dumps(listed)


def test_a_realm_has_the_profiles_that_are_for_it(world: World) -> None:
    """A provider for account members is none of the customers' realm, and leads nobody there."""
    world.providers.known = provider(kinds=(OwnerKind.ACCOUNT_MEMBER,))
    path = f"/v2/authentication-realms/{CUSTOMERS.id}/oidc-profiles"
    assert json.loads(world.read(path).body)["data"] == []
    assert json.loads(world.read(path).body)["meta"]["results"]["total"] == 0
    assert world.read(f"{path}/{provider().id}").status == 404
    assert world.login().status == 400
    members = f"/v2/authentication-realms/{REALMS[OwnerKind.ACCOUNT_MEMBER].id}/oidc-profiles"
    assert len(json.loads(world.read(members).body)["data"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/v2/authentication-realms/x",
        f"/v2/authentication-realms/{CUSTOMERS.id}/oidc-profiles/x",
        f"/v2/authentication-realms/{CUSTOMERS.id}/other",
        "/v2/settings/other",
    ],
)
def test_documents_that_are_not_there(world: World, path: str) -> None:
    """404 in the envelope."""
    answer = world.read(path)
    assert (answer.status, "errors" in json.loads(answer.body)) == (404, True)


def test_documents_are_for_whom_the_authorizer_lets(world: World) -> None:
    """401 and 403 in the envelope; nothing is changed here."""
    path = "/v2/settings/account-authentication"
    assert world.read(path, "unauthenticated").status == 401
    assert world.read(path, "insufficient").status == 403
    assert world.read(path, method="PUT").status == 405
