"""The authorizer with every kind of event that it can be sent."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.errors import Unavailable
from token_service.runtime.environment import dynamodb
from token_service.wire.authorizer_events import UnknownEventError

from tests.functions.deployment import PLACEHOLDER, Deployment, Event, load_event
from tests.functions.iam import allows
from tests.store.faults import break_connection
from tests.wire.demo_clients import CLIENT

GUESTS = "http_v2"
HTTP_V2, APPSYNC, DIRECT, WEBSOCKET = "http_v2_identified", "appsync", "direct", "websocket_connect"
POLICY = ("http_v1", "rest_token", "rest_request")
KINDS = (GUESTS, HTTP_V2, *POLICY, WEBSOCKET, APPSYNC, DIRECT)
FORBIDDEN_CONTEXT = ("claims", "token", "authorization", "secret", "epoch", "handle")


def make_no_token(_: Deployment) -> str:
    """Nothing at all."""
    return ""


def make_revoked(deployment: Deployment) -> str:
    """A token that its owner has ended."""
    token = deployment.issue()
    deployment.invoke("revoke", load_event("revoke/standard", token))
    return token


def make_disabled(deployment: Deployment) -> str:
    """A token whose client was disabled after it was issued."""
    token = deployment.issue()
    deployment.administration.set_enabled(CLIENT, enabled=False)
    return token


def make_foreign(deployment: Deployment) -> str:
    """A token for another audience (item 58)."""
    secret = "demo-secret-demo-secret-demo-secret-demo-0005"
    deployment.hidden.append(secret)
    audience = ("https://elsewhere.example",)
    deployment.administration.create(
        NewClient("Foreign", id="foreign", secret=secret, audience=audience)
    )
    event = load_event("issue/elastic_path_json")
    fields = {"grant_type": "client_credentials", "client_id": "foreign", "client_secret": secret}
    answer = deployment.invoke("issue", event | {"body": json.dumps(fields)})
    token: str = json.loads(answer["body"])["access_token"]
    deployment.hidden.append(token)
    return token


DEAD: dict[str, Callable[[Deployment], str]] = {
    "none": make_no_token,
    "unknown": lambda _: "f" * 40,
    "not a JWT": lambda _: "a.b.c",
    "malformed": lambda _: "two words",
    "oversized": lambda _: "t" * 20_000,
    "revoked": make_revoked,
    "disabled": make_disabled,
    "for others": make_foreign,
}


def ask(kind: str, token: str, *, write: bool = False) -> Event:
    """An event of this kind that asks to read or to write with a token."""
    text = json.dumps(load_event(f"authorizer/{kind}"))
    if write:
        text = text.replace("GET", "POST").replace("query Products", "mutation Products")
    if not token:
        text = text.replace(f"Bearer {PLACEHOLDER}", "")
    event: Event = json.loads(text.replace(PLACEHOLDER, token))
    return event


def allowed(kind: str, event: Event, answer: dict[str, Any]) -> bool:
    """Whether the backend would serve this request."""
    if kind in (*POLICY, WEBSOCKET):
        return allows(answer["policyDocument"], event["methodArn"])
    assert type(answer["isAuthorized"]) is bool
    if kind == GUESTS:
        # On /v2/* the backend refuses by the verdict, and is told of everybody.
        assert answer["isAuthorized"] is True
        return bool(answer["context"]["verdict"] == "allowed")
    return bool(answer["isAuthorized"])


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_full_token(either_deployment: Deployment, kind: str, *, write: bool) -> None:
    """A client_credentials token reads and writes, and the backend learns who calls."""
    deployment = either_deployment
    event = ask(kind, deployment.issue(), write=write)
    answer = deployment.invoke("authorizer", event)
    assert allowed(kind, event, answer)
    context = answer.get("context") or answer["resolverContext"]
    assert (context["client_id"], context["grant"]) == (CLIENT, "client_credentials")
    assert context["verdict"] == "allowed"
    assert context["active"] == "true"
    assert answer.get("principalId", CLIENT) == CLIENT


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_implicit_token_only_reads(
    either_deployment: Deployment, kind: str, *, write: bool
) -> None:
    """An implicit token reads, writes nothing, and opens no connection that could (item 37)."""
    deployment = either_deployment
    event = ask(kind, deployment.issue("elastic_path_implicit"), write=write)
    answer = deployment.invoke("authorizer", event)
    assert allowed(kind, event, answer) is (not write and kind != WEBSOCKET)


@pytest.mark.parametrize("token", ["", "no-such-token"])
def test_a_route_with_an_identity_source_is_refused_here(
    deployment: Deployment, token: str
) -> None:
    """That backend may know nothing of a policy which leaves refusing to it."""
    event = ask(GUESTS, token) | {"identitySource": [f"Bearer {token}"]}
    assert event["rawPath"] == "/v2/products"
    assert deployment.invoke("authorizer", event)["isAuthorized"] is False


@pytest.mark.parametrize("dead", DEAD)
def test_dead_tokens(either_deployment: Deployment, dead: str) -> None:
    """No token and any dead one is denied by the next call, for every kind (items 22, 48, 76)."""
    deployment = either_deployment
    token = DEAD[dead](deployment)
    for kind in KINDS:
        event = ask(kind, token)
        answer = deployment.invoke("authorizer", event)
        assert not allowed(kind, event, answer), kind
        context = answer.get("context") or answer["resolverContext"]
        required = "" if kind in (*POLICY, WEBSOCKET) else "read_only"
        assert context == {"verdict": "unauthenticated", "required": required, "active": "false"}
    verdicts = {(line["kind"], line["verdict"]) for line in deployment.logs if "verdict" in line}
    assert {verdict for _, verdict in verdicts} == {"unauthenticated"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("token", ["issue", ""])
def test_context_is_flat_text(deployment: Deployment, kind: str, token: str) -> None:
    """Every gateway passes the context on, and the token is not in it (item 78)."""
    token = deployment.issue() if token else token
    answer = deployment.invoke("authorizer", ask(kind, token))
    context = answer.get("context") or answer["resolverContext"]
    assert all(type(k) is str and isinstance(v, str) for k, v in context.items())
    assert not set(context) & set(FORBIDDEN_CONTEXT)
    assert not token or token not in json.dumps(answer)


@pytest.mark.parametrize("kind", POLICY)
@pytest.mark.parametrize("issued_by", ["standard", "elastic_path_implicit", ""])
def test_cached_policy_is_right_elsewhere(
    deployment: Deployment, kind: str, issued_by: str
) -> None:
    """A policy made for one request is true for every other it is reused on (item 75)."""
    token = deployment.issue(issued_by) if issued_by else ""
    event = ask(kind, token)
    policy = deployment.invoke("authorizer", event)["policyDocument"]
    stage = "/".join(event["methodArn"].split("/")[:2])
    full, reads = issued_by == "standard", bool(issued_by)
    for path in ("v2/products", "v2/products/7/files", "example/whoami", "", "anything/else"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert allows(policy, f"{stage}/{method}/{path}") is reads
        for method in ("POST", "PUT", "PATCH", "DELETE", "BREW"):
            assert allows(policy, f"{stage}/{method}/{path}") is (full and method != "BREW")
    other_api = stage.replace(stage.split(":")[-1].split("/")[0], "zzzzzzzzzz")
    assert not allows(policy, f"{other_api}/GET/v2/products")
    assert not allows(policy, f"{stage}x/GET/v2/products")


@pytest.mark.parametrize("issued_by", ["standard", "elastic_path_implicit", ""])
def test_other_spellings_of_magentos_routes_are_closed_to_iam(
    deployment: Deployment, issued_by: str
) -> None:
    """A policy names each route once, so what means the same must not fall to a wider route."""
    token = deployment.issue(issued_by) if issued_by else ""
    event = ask("rest_token", token)
    policy = deployment.invoke("authorizer", event)["policyDocument"]
    stage = "/".join(event["methodArn"].split("/")[:2])
    for prefix in ("rest/default", "rest/all", "index.php/rest", "index.php/rest/default"):
        for route in ("customers/5", "customers/me", "store/websites", "customers"):
            for method in ("GET", "POST"):
                assert not allows(policy, f"{stage}/{method}/{prefix}/V1/{route}")


def test_same_policy_for_every_request(deployment: Deployment) -> None:
    """What is cached does not depend on the request that happened to come first (item 75)."""
    token = deployment.issue("elastic_path_implicit")
    first, second = (
        deployment.invoke("authorizer", ask("rest_token", token, write=write))
        for write in (False, True)
    )
    assert first == second


@pytest.mark.parametrize("issued_by", ["standard", "elastic_path_implicit", ""])
def test_websocket_policy_names_connect(deployment: Deployment, issued_by: str) -> None:
    """A WebSocket's only authorized route is $connect, and the policy names it, either way."""
    event = ask(WEBSOCKET, deployment.issue(issued_by) if issued_by else "")
    (statement,) = deployment.invoke("authorizer", event)["policyDocument"]["Statement"]
    assert statement["Resource"] == [event["methodArn"]]
    assert event["methodArn"].endswith("/live/$connect")
    assert statement["Effect"] == ("Allow" if issued_by == "standard" else "Deny")


@pytest.mark.parametrize(
    ("document", "passes"),
    [
        ("query { products { id } }", True),
        ("{ products { id } }", True),
        ("mutation { create { id } }", False),
        ("query A { a } mutation B { b }", False),
        ("#c\nmutation{a}", False),
        ("subscription { changed { id } }", False),
        ("query Permutations { a }", True),
    ],
)
def test_appsync_read_only(deployment: Deployment, document: str, *, passes: bool) -> None:
    """A read-only token may query, and neither mutate nor subscribe."""
    event = ask(APPSYNC, deployment.issue("elastic_path_implicit"))
    event["requestContext"]["queryString"] = document
    answer = deployment.invoke("authorizer", event)
    assert answer["isAuthorized"] is passes
    assert answer["resolverContext"]["verdict"] == ("allowed" if passes else "insufficient")


def test_gateway_refuses_elsewhere(deployment: Deployment) -> None:
    """Off the routes whose backend refuses, a simple answer denies by itself."""
    for token, write, verdict in (
        ("", False, "unauthenticated"),
        (deployment.issue("elastic_path_implicit"), True, "insufficient"),
    ):
        text = json.dumps(ask(HTTP_V2, token, write=write))
        event = json.loads(text.replace("/v2/products", "/example/whoami"))
        answer = deployment.invoke("authorizer", event)
        assert answer["isAuthorized"] is False
        assert answer["context"]["verdict"] == verdict


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "OTHER"},
        {"type": "TOKEN"},
        {"type": "TOKEN", "methodArn": "nonsense", "authorizationToken": "a"},
        {"type": "REQUEST", "methodArn": ["a"], "headers": 7},
        {"version": "1.0", "httpMethod": "GET"},
        {"requestContext": "text"},
        {"requestContext": {}},
    ],
)
def test_unknown_events(deployment: Deployment, event: Event) -> None:
    """What is no authorizer's event is its sender's fault, and never an Allow (item 76)."""
    with pytest.raises(UnknownEventError):
        deployment.invoke("authorizer", event)


@pytest.mark.parametrize("kind", [*POLICY, WEBSOCKET])
def test_policies_are_of_the_partition_that_asks(deployment: Deployment, kind: str) -> None:
    """In China an ARN begins otherwise, and a policy of another partition would allow nothing."""
    event = ask(kind, deployment.issue())
    event["methodArn"] = event["methodArn"].replace("arn:aws:", "arn:aws-cn:")
    assert allowed(kind, event, deployment.invoke("authorizer", event))


@pytest.mark.parametrize("kind", KINDS)
def test_store_silent(deployment: Deployment, kind: str) -> None:
    """Without its store the authorizer fails instead of denying: a Deny would be cached."""
    event = ask(kind, deployment.issue())
    break_connection(dynamodb())
    with pytest.raises(Unavailable):
        deployment.invoke("authorizer", event)


@pytest.mark.parametrize("kind", [GUESTS, HTTP_V2, "http_v1", "rest_request", WEBSOCKET])
def test_a_token_in_the_query_is_none(deployment: Deployment, kind: str) -> None:
    """Only the header is read, so that there is never a second way in (item 73)."""
    token = deployment.issue()
    event = load_event(f"authorizer/{kind}")
    for name in ("authorization", "Authorization"):
        event["headers"].pop(name, None)
    event["identitySource"] = None
    event["rawQueryString"] = f"access_token={token}"
    event["queryStringParameters"] = {"access_token": token}
    event["multiValueQueryStringParameters"] = {"access_token": [token]}
    answer = deployment.invoke("authorizer", event)
    assert answer["context"]["active"] == "false"
