"""The issuing function with its events."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from tests.functions.deployment import EVENTS, ISSUER, Deployment, load_event

SUCCESSES = [
    ("elastic_path", "elastic_path", "client_credentials"),
    ("elastic_path_implicit", "elastic_path", "implicit"),
    ("elastic_path_json", "elastic_path", "client_credentials"),
    ("elastic_path_form_called_json", "elastic_path", "client_credentials"),
    ("simple_store", "simple_store", "client_credentials"),
    ("standard", "standard", "client_credentials"),
    ("standard_body", "standard", "client_credentials"),
]
REFUSALS = [
    ("elastic_path_refused", 401, '{"errors":[{"status":"401","title":"Unauthorized"}]}'),
    ("simple_store_refused", 400, '{"error":"invalid_client"}'),
    ("standard_refused", 401, '{"error":"invalid_client"}'),
]


@pytest.mark.parametrize(("event", "dialect", "grant"), SUCCESSES)
def test_success(deployment: Deployment, event: str, dialect: str, grant: str) -> None:
    """Each success event gets a token, one log line and one count by dialect and grant."""
    deployment.printed.clear()
    answer = deployment.invoke("issue", load_event(f"issue/{event}"))
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    token = json.loads(answer["body"])["access_token"]
    header, claims = (
        json.loads(b64decode(part + "==", altchars=b"-_")) for part in token.split(".")[:2]
    )
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert set(claims) >= {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}
    assert (claims["iss"], claims["client_id"]) == (ISSUER, "demo-client")
    assert token not in "".join(deployment.printed)
    (line,) = deployment.logs
    assert (line["level"], line["operation"], line["result"]) == ("INFO", "issue", "ok")
    assert (line["dialect"], line["grant"], line["client_id"]) == (dialect, grant, "demo-client")
    (count,) = deployment.counts
    assert count["TokensIssued"] == 1
    assert (count["dialect"], count["grant"]) == (dialect, grant)


@pytest.mark.parametrize(("event", "status", "body"), REFUSALS)
def test_refusal(deployment: Deployment, event: str, status: int, body: str) -> None:
    """Each refusal event gets its dialect's refusal, a warning and a count by reason."""
    deployment.printed.clear()
    answer = deployment.invoke("issue", load_event(f"issue/{event}"))
    assert (answer["statusCode"], answer["body"]) == (status, body)
    (line,) = deployment.logs
    assert (line["level"], line["result"]) == ("WARNING", "invalid_client")
    assert "client_id" not in line
    (count,) = deployment.counts
    assert count["Refusals"] == 1
    assert (count["operation"], count["reason"]) == ("issue", "invalid_client")


def test_preflight(deployment: Deployment) -> None:
    """A browser's preflight is answered without a token or a store."""
    answer = deployment.invoke("issue", load_event("issue/elastic_path_preflight"))
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"]["access-control-allow-origin"] == "*"


def test_method(deployment: Deployment) -> None:
    """A wrong method is told by the dialect, not by the gateway."""
    answer = deployment.invoke("issue", load_event("issue/elastic_path_method"))
    assert answer["statusCode"] == 405
    assert json.loads(answer["body"])["errors"][0]["status"] == "405"


def test_repeat_data_parameter(deployment: Deployment) -> None:
    """The deploy parameter reaches the dialect."""
    deployment.values["ELASTIC_PATH_REPEAT_DATA"] = "false"
    answer = deployment.invoke("issue", load_event("issue/elastic_path"))
    assert "data" not in json.loads(answer["body"])


def test_before_the_first_key(empty_deployment: Deployment) -> None:
    """Without a signing key nothing is handed out: 503, come again (item 40)."""
    empty_deployment.register_demo_clients()
    answer = empty_deployment.invoke("issue", load_event("issue/standard"))
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")


@pytest.mark.parametrize(
    "path", sorted(EVENTS.glob("*/*.json")), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_events_are_whole(path: Path) -> None:
    """Every HTTP event has what API Gateway sends: route, path, context with id and method."""
    event = json.loads(path.read_text(encoding="utf-8"))
    if event.get("version") == "2.0":
        assert event["rawPath"] == event["requestContext"]["http"]["path"]
        assert event["routeKey"] == event["requestContext"]["routeKey"]
        assert event["requestContext"]["requestId"]
        assert event["requestContext"]["stage"] == "$default"
        assert all(name == name.lower() for name in event["headers"])
