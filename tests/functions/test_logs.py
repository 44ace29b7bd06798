"""What the functions print: JSON lines with ids, counts, and nothing secret (items 78 to 81).

That no secret, token, header or body is printed is checked at every invocation of every test in
this folder; see `Deployment.invoke`.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ReadTimeoutError
from token_service.runtime.environment import dynamodb

from tests.aws_hooks import Body, hooks_of
from tests.functions.deployment import Context, Deployment, Event, load_event, load_handler
from tests.wire.demo_clients import SECRET

FUNCTION_ID = "52fdfc07-2182-454f-963f-5f0f9a621d72"
QUOTED = "a message that quotes demo-secret-demo-secret"
HTTP = [
    ("issue", "elastic_path"),
    ("issue", "simple_store"),
    ("issue", "standard_refused"),
    ("introspect", "standard"),
    ("revoke", "simple_store"),
    ("login", "customer_json"),
    ("login", "soap_customer"),
    ("login", "wsdl"),
    ("discovery", "jwks"),
    ("fallback", "standard"),
]


def fail_with(error: Exception) -> None:
    """Make every later call to DynamoDB raise this, from within the AWS SDK."""

    def fail(_: str, __: Body) -> None:
        raise error

    hooks_of(dynamodb()).append(fail)


@pytest.mark.parametrize(("function", "event"), HTTP)
def test_lines_carry_their_ids(deployment: Deployment, function: str, event: str) -> None:
    """Each line is JSON in one line, with API Gateway's request id, and Lambda's of a refusal."""
    deployment.printed.clear()
    sent = load_event(f"{function}/{event}")
    deployment.invoke(function, sent)
    (line,) = deployment.logs
    assert line["correlation_id"] == sent["requestContext"]["requestId"]
    of_lambda = None if line["result"] == "ok" else FUNCTION_ID
    assert line.get("function_request_id") == of_lambda
    assert set(line) >= {"level", "message", "timestamp", "service", "operation", "dialect"}
    assert line["timestamp"].endswith("+00:00")


def test_counts_are_embedded_metrics(deployment: Deployment) -> None:
    """CloudWatch finds the count, its namespace and its dimensions in the line itself."""
    deployment.printed.clear()
    deployment.invoke("issue", load_event("issue/simple_store"))
    (line,) = deployment.counts
    assert deployment.logs == [line]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "TokenService"
    (metric,) = directive["Metrics"]
    assert (metric["Name"], line[metric["Name"]]) == ("TokensIssued", 1)
    (dimensions,) = directive["Dimensions"]
    assert {name: line[name] for name in dimensions} == {
        "service": "token-service",
        "dialect": "simple_store",
        "grant": "client_credentials",
    }


@pytest.mark.parametrize(
    ("function", "event"),
    [
        ("issue", "elastic_path_implicit"),
        ("introspect", "simple_store"),
        ("revoke", "simple_store"),
        ("authorizer", "http_v2_identified"),
        ("discovery", "jwks"),
    ],
)
def test_a_success_is_one_short_line(deployment: Deployment, function: str, event: str) -> None:
    """Logs are billed by the byte, so its metrics share its line, of at most 700 bytes."""
    token = deployment.issue()
    deployment.printed.clear()
    deployment.invoke(function, load_event(f"{function}/{event}", token))
    (line,) = deployment.printed
    assert len(line.encode()) <= 700


def test_cold_starts_are_told(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    """The first line of a process says so, and a refusal says the opposite later."""
    deployment.become("issue")
    handler = load_handler("issue").lambda_handler
    capsys.readouterr()
    for event in ("standard", "standard", "standard_refused"):
        handler(load_event(f"issue/{event}"), Context())
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    assert [line.get("cold_start") for line in lines] == [True, None, False]


def test_ids_do_not_outlive_their_event(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """A later event without a request ID, or with one that is no text, has none in its line."""
    deployment.become("issue")
    handler = load_handler("issue").lambda_handler
    first = load_event("issue/standard")
    capsys.readouterr()
    handler(first, Context())
    for odd in ({}, {"requestContext": {"requestId": {"secret": QUOTED}}}):
        handler({"version": "2.0", "rawPath": "/oauth2/token", **odd}, Context())
    known, *others = map(json.loads, capsys.readouterr().out.splitlines())
    assert known["correlation_id"] == first["requestContext"]["requestId"]
    assert [line.get("correlation_id") for line in others] == [None, None]
    assert [line["function_request_id"] for line in others] == [FUNCTION_ID] * 2


@pytest.mark.parametrize("event", ["standard", "standard_refused"])
def test_metrics_do_not_depend_on_the_log_level(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    """An operator who wants errors only still counts everything."""
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
    deployment.printed.clear()
    deployment.invoke("issue", load_event(f"issue/{event}"))
    assert deployment.logs == []
    assert len(deployment.counts) == 1


class TestSample:
    """`SuccessLogSample`: of so many percent of the successes a line is logged."""

    def test_a_success_without_a_line_is_counted(self, deployment: Deployment) -> None:
        """By the same dimensions, and nothing else is said of it."""
        deployment.values["SUCCESS_LOG_SAMPLE"] = "0"
        deployment.printed.clear()
        token = deployment.issue()
        deployment.invoke("introspect", load_event("introspect/standard", token))
        deployment.invoke("authorizer", load_event("authorizer/http_v2_identified", token))
        deployment.invoke("discovery", load_event("discovery/jwks"))
        assert deployment.logs == []
        for line, name in zip(
            deployment.counts, ("TokensIssued", "Introspections", "Authorizations"), strict=True
        ):
            (directive,) = line["_aws"]["CloudWatchMetrics"]
            assert set(line) == {"_aws", name, *directive["Dimensions"][0]}
            assert line[name] == 1

    @pytest.mark.parametrize(
        ("function", "event"),
        [
            ("issue", "standard_refused"),
            ("login", "refused_json"),
            ("authorizer", "http_v2"),
            ("rotate_keys", "rotate"),
        ],
    )
    def test_all_else_is_logged(self, deployment: Deployment, function: str, event: str) -> None:
        """Refusals, whoever is not let in, and what the schedule starts."""
        deployment.values["SUCCESS_LOG_SAMPLE"] = "0"
        deployment.printed.clear()
        deployment.invoke(function, load_event(f"{function}/{event}", "dead"))
        (line,) = deployment.logs
        assert line["level"] in ("INFO", "WARNING")
        assert deployment.counts == [line]

    def test_a_failure_is_logged(self, deployment: Deployment) -> None:
        """An unexpected exception is."""
        deployment.values["SUCCESS_LOG_SAMPLE"] = "0"
        deployment.printed.clear()
        fail_with(KeyError(QUOTED))
        deployment.invoke("issue", load_event("issue/standard"))
        assert [line["level"] for line in deployment.logs] == ["ERROR"]

    @pytest.mark.parametrize(("drawn", "lines"), [(29, 1), (30, 0)])
    def test_which(
        self, deployment: Deployment, monkeypatch: pytest.MonkeyPatch, drawn: int, lines: int
    ) -> None:
        """Each event draws one of a hundred numbers, and the lowest of them have their line."""
        deployment.values["SUCCESS_LOG_SAMPLE"] = "30"
        monkeypatch.setattr("secrets.randbelow", lambda below: drawn if below == 100 else 0)
        deployment.printed.clear()
        deployment.invoke("issue", load_event("issue/standard"))
        assert (len(deployment.logs), len(deployment.counts)) == (lines, 1)


def test_authorizations_are_counted(deployment: Deployment) -> None:
    """By kind and verdict, and without the client, of whom there may be many."""
    token = deployment.issue()
    deployment.printed.clear()
    deployment.invoke("authorizer", load_event("authorizer/rest_token", token))
    (line,) = deployment.counts
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert line["Authorizations"] == 1
    assert (line["kind"], line["verdict"]) == ("policy", "allowed")
    assert "client_id" not in directive["Dimensions"][0]
    assert deployment.logs[0]["client_id"] == "demo-client"


def form(fields: dict[str, str], name: str = "issue/standard_body") -> Event:
    """An event with these fields in its body, and hostile text wherever a caller may put some."""
    event = load_event(name)
    event["headers"] |= {"user-agent": "x\r\nlevel: FORGED", "x-forwarded-for": "{}\nFORGED"}
    return event | {"body": urlencode(fields), "isBase64Encoded": False}


@pytest.mark.parametrize("field", ["client_id", "client_secret", "grant_type", "scope", "token"])
@pytest.mark.parametrize("name", ["issue/standard_body", "issue/elastic_path"])
def test_nobody_writes_into_the_log(deployment: Deployment, name: str, field: str) -> None:
    """Line breaks and control characters of a caller begin no line and reach none (item 81)."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": "demo-client",
        "client_secret": SECRET,
    }
    deployment.printed.clear()
    text = 'x\r\n{"level":"FORGED"}\u2028FORGED\x1b[31mFORGED'
    deployment.invoke("issue", form(fields | {field: text}, name))
    assert len(deployment.printed) == len(deployment.logs) == len(deployment.counts) == 1
    assert "FORGED" not in "".join(deployment.printed)


UNHARMED: dict[str, Callable[[dict[str, Any]], bool]] = {
    "issue/elastic_path": lambda answer: (
        json.loads(answer["body"])
        == {
            "errors": [
                {
                    "status": "500",
                    "title": "Internal Server Error",
                    "detail": "there was a problem processing your request",
                }
            ]
        }
    ),
    "issue/simple_store": lambda answer: answer["body"] == '{"error":"server_error"}',
    "issue/standard": lambda answer: answer["body"] == '{"error":"server_error"}',
    "login/customer_json": lambda answer: (
        re.fullmatch(
            r'{"message":"Internal Error\. Details are available in Magento log file\. '
            r'Report ID: webapi-[0-9a-f]{13}"}',
            answer["body"],
        )
        is not None
    ),
    "introspect/simple_store": lambda answer: answer["body"] == '{"error":"server_error"}',
    "introspect/standard": lambda answer: answer["body"] == '{"error":"server_error"}',
    "revoke/simple_store": lambda answer: answer["body"] == '{"error":"server_error"}',
    "revoke/standard": lambda answer: answer["body"] == '{"error":"server_error"}',
    "discovery/jwks": lambda answer: answer["body"] == '{"error":"server_error"}',
}


@pytest.mark.parametrize("name", UNHARMED)
def test_unexpected_exception(deployment: Deployment, name: str) -> None:
    """The caller gets a bland 500; the log gets type and places, not the message (item 80)."""
    deployment.hidden.append(QUOTED)
    deployment.printed.clear()
    fail_with(KeyError(QUOTED))
    answer = deployment.invoke(name.split("/", 1)[0], load_event(name))
    assert answer["statusCode"] == 500
    assert UNHARMED[name](answer)
    assert answer["headers"]["cache-control"].startswith("no-store")
    (line,) = deployment.logs
    assert (line["level"], line["result"], line["detail"]) == ("ERROR", "server_error", "KeyError")
    assert any("/wire/endpoints.py:" in place for place in line["stack"])
    assert deployment.counts[0]["reason"] == "server_error"


def test_an_exception_that_leaves_the_function(deployment: Deployment) -> None:
    """The log gets its type and places with both request ids, and never its message."""
    deployment.hidden.append(QUOTED)
    event = load_event("authorizer/http_v2", deployment.issue())
    deployment.printed.clear()
    fail_with(KeyError(QUOTED))
    with pytest.raises(KeyError):
        deployment.invoke("authorizer", event)
    (line,) = deployment.logs
    assert (line["level"], line["message"]) == ("ERROR", "invocation failed")
    assert (line["detail"], line["function_request_id"]) == ("KeyError", FUNCTION_ID)
    assert line["correlation_id"] == event["requestContext"]["requestId"]
    assert any("/wire/authorizer.py:" in place for place in line["stack"])


@pytest.mark.parametrize("name", UNHARMED)
def test_store_silent(deployment: Deployment, name: str) -> None:
    """A store that does not answer is 503 with Retry-After, in every dialect (items 40, 70)."""
    fail_with(ReadTimeoutError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com"))
    answer = deployment.invoke(name.split("/", 1)[0], load_event(name))
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")
    assert deployment.logs[-1]["detail"] == "ReadTimeoutError"
    assert "amazonaws" not in answer["body"]
