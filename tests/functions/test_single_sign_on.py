"""Single sign-on as deployed, over DynamoDB, with a provider in memory."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from token_service.domain.openid import NewProvider, ProviderAdministration
from token_service.domain.owners import OwnerKind
from token_service.domain.realms import realms
from token_service.domain.sealing import Sealer
from token_service.domain.sign_in_codes import challenge_of
from token_service.runtime import sign_on
from token_service.runtime.environment import dynamodb, secrets_manager
from token_service.store.openid_providers import DynamoProviders
from token_service.store.sealing_key import sealing_key
from token_service.system import now
from token_service.wire.single_sign_on import callback_path, login_path

from tests.aws_hooks import Body, hooks_of
from tests.clock import FrozenClock, SeededBytes
from tests.functions.deployment import Deployment, Event, load_event
from tests.functions.iam import Call, calls_of, permits
from tests.openid_world import CLIENT_ID, CLIENT_SECRET, ISSUER, STOREFRONT, Provider
from tests.service import ISSUER as OURS

VERIFIER = "v" * 43
REALM = next(r for r in realms(OURS).values() if r.kind is OwnerKind.CUSTOMER)


@pytest.fixture
def provider(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Provider:  # noqa: ARG001 - set up first
    """A provider that answers as the real one would."""
    made = Provider(FrozenClock(now()))
    monkeypatch.setattr(sign_on, "fetch", made)
    return made


@pytest.fixture
def profile(deployment: Deployment, provider: Provider) -> str:  # noqa: ARG001 - set up first
    """The provider as an operator named it; its id."""
    key = sealing_key(secrets_manager(), "SealingSecret")
    administration = ProviderAdministration(
        DynamoProviders(dynamodb(), "ClientsTable"),
        Sealer(key, SeededBytes(4)),
        now,
        SeededBytes(),
    )
    made = administration.create(
        NewProvider("Directory", ISSUER, CLIENT_ID, CLIENT_SECRET, (STOREFRONT,))
    )
    return made.id


@pytest.fixture
def calls(deployment: Deployment, template: dict[str, Any], profile: str) -> Iterator[list[Call]]:  # noqa: ARG001 - before the calls
    """Every item that the redirects read or write; one they may not fails the test (item 84)."""
    seen: list[Call] = []

    def note(operation: str, body: Body) -> None:
        seen.extend(calls_of(operation, body))

    hooks_of(dynamodb()).append(note)
    yield seen
    hooks_of(dynamodb()).remove(note)
    function = template["Resources"]["SingleSignOnFunction"]["Properties"]
    assert [call for call in seen if not permits(function, call)] == []


def visit(deployment: Deployment, url: str, cookies: list[str] | None = None) -> Event:
    """A browser goes there."""
    parts = urlsplit(url)
    event = load_event("single_sign_on/login") | {
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "cookies": cookies or [],
    }
    event["requestContext"]["http"]["path"] = parts.path
    answer: Event = deployment.invoke("single_sign_on", event)
    return answer


def departed(deployment: Deployment, profile: str) -> Event:
    """A shopper on the way to the provider."""
    asked = {
        "client_id": REALM.client_id,
        "redirect_uri": STOREFRONT,
        "response_type": "code",
        "scope": "openid",
        "state": "s",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    return visit(deployment, f"{login_path(OURS, REALM, profile)}&{urlencode(asked)}")


def test_a_sign_in(
    deployment: Deployment, provider: Provider, profile: str, calls: list[Call]
) -> None:
    """Two redirects, one line each without a secret, no write before the way back."""
    departure = departed(deployment, profile)
    assert departure["statusCode"] == 302, departure
    assert {action for action, *_ in calls} == {"dynamodb:GetItem"}
    sent = dict(parse_qsl(urlsplit(departure["headers"]["location"]).query))
    provider.nonce, provider.challenge = sent["nonce"], sent["code_challenge"]
    provider.callback = sent["redirect_uri"]
    (cookie,) = departure["cookies"]
    query = urlencode({"code": "code", "state": sent["state"]})
    back = visit(
        deployment,
        f"{callback_path(OURS, REALM, profile)}?{query}",
        [cookie.partition(";")[0]],
    )
    answer = dict(parse_qsl(urlsplit(back["headers"]["location"]).query))
    assert answer["state"] == "s"
    secret = (sent["state"], sent["nonce"], answer["code"], CLIENT_SECRET, "ada@example.com")
    deployment.hidden.extend(secret)
    assert [line["result"] for line in deployment.logs[-2:]] == ["ok", "ok"]


def test_the_profiles_are_listed(deployment: Deployment, profile: str) -> None:
    """For a token that the authorizer let pass; never the secret, sealed or not."""
    answer = deployment.invoke("sign_in_profiles", load_event("sign_in_profiles/list"))
    assert answer["statusCode"] == 200
    (entry,) = json.loads(answer["body"])["data"]
    assert entry["id"] == profile
    assert "secret" not in answer["body"]


@pytest.mark.parametrize(
    ("event", "status"), [("settings", 200), ("unknown", 404), ("refused", 403)]
)
def test_events(deployment: Deployment, event: str, status: int) -> None:
    """Each is answered as events/README.md says."""
    answer = deployment.invoke("sign_in_profiles", load_event(f"sign_in_profiles/{event}"))
    assert answer["statusCode"] == status


@pytest.mark.parametrize("event", ["login", "callback"])
def test_a_sign_in_by_nobody_we_know(deployment: Deployment, event: str) -> None:
    """400, and no redirect: there is no such provider, and the state is not ours."""
    answer = deployment.invoke("single_sign_on", load_event(f"single_sign_on/{event}"))
    assert (answer["statusCode"], "location" in answer["headers"]) == (400, False)
