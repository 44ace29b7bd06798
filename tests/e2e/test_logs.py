"""What is logged: enough to see what happened, and no secret and no token, wherever it was put."""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from local.stack import LocalStack
from tests.e2e.deployed import ENDPOINTS, SECONDS, SHUT, Deployed, NewClient, Party
from tests.e2e.operator import Operator

# Distinctive: letters that a search finds, characters that percent-encoding and JSON change.
SECRET = "LEAK/canary+secret=%&uber~0123456789abcdefghijklm"
PATHS = (*ENDPOINTS.values(), "/connect/introspect", "/oauth2/introspect", "/connect/revocation")
PIECE = 20  # characters of a token that may be found nowhere


@pytest.fixture(scope="module")
def canary(deployed: Deployed, tokenctl: Operator) -> Party:
    """A client with the distinctive secret."""
    create = ("clients", "create", "--name", "Canary", "--secret-stdin", "--scope", "orders:read")
    made = Party(tokenctl(*create, stdin=f"{SECRET}\n")["client_id"], SECRET)
    deployed.parties.append(made)
    return made


@pytest.fixture(scope="module")
def provoked(
    deployed: Deployed,
    stack: LocalStack,
    aws: boto3.Session,
    canary: Party,
    new_client: NewClient,
) -> list[str]:
    """Secrets and tokens put in right places and in wrong ones; the tokens."""
    opaque = new_client("--format", "opaque")
    tokens = [deployed.issue(canary, dialect) for dialect in ENDPOINTS]
    tokens += [deployed.issue(opaque), deployed.implicit(canary)]
    for path in PATHS:
        _paste_secret(deployed, canary, path)
    for token in tokens:
        _paste_token(deployed, canary, token)
    _misuse_functions(
        deployed, stack, aws, tokens[0]
    )  # only one: a function that failed starts anew
    deployed.post("/oauth2/revoke", {"token": tokens[0], **canary.fields})
    deployed.revoke(tokens[3], opaque)
    assert (deployed.doors(tokens[0]), deployed.doors(tokens[3])) == (SHUT, SHUT)
    return tokens


def _paste_secret(deployed: Deployed, canary: Party, path: str) -> None:
    """The secret where it belongs, and everywhere else."""
    good = {"grant_type": "client_credentials", "token": "x", **canary.fields}
    deployed.post(path, good)
    deployed.post(path, {"grant_type": "client_credentials", "token": "x"}, canary)
    deployed.post(path, good, canary)  # both ways at once
    for field in (*good, "scope", "token_type_hint", "unknown"):
        deployed.post(path, good | {field: SECRET})
    deployed.post(path, {SECRET: "x"}, Party(SECRET, SECRET))
    http, address = deployed.http, deployed.url + path
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (f"client_secret={quote(SECRET)}&x=%ZZ", f'{{"client_secret": "{SECRET}"', SECRET):
        http.post(address, data=body.encode(), headers=form, timeout=SECONDS)
    http.get(address, params={"client_secret": SECRET, **canary.fields}, timeout=SECONDS)
    http.get(f"{address}/{quote(SECRET, safe='')}", timeout=SECONDS)
    latin = SECRET.encode()
    for name in ("authorization", "content-type", "user-agent", "x-request-id", "cookie"):
        http.post(address, headers={name: latin}, timeout=SECONDS)
    http.post(address, headers={"authorization": b"Basic " + latin}, timeout=SECONDS)


def _paste_token(deployed: Deployed, canary: Party, token: str) -> None:
    """A token where it belongs, spoilt, and in the wrong places."""
    deployed.doors(token)
    deployed.doors(token[:-1])
    deployed.send("POST", "/v2/products", token)
    deployed.get(f"/v2/products?access_token={token}")
    deployed.get(f"/v2/{token}", token)
    deployed.post("/oauth2/introspect", {"token": token}, Party(canary.id, token))
    deployed.post("/oauth2/token", {"grant_type": token, "scope": token}, Party(token, token))
    deployed.post("/connect/revocation", {"token": token, "token_type_hint": token})


def _misuse_functions(
    deployed: Deployed, stack: LocalStack, aws: boto3.Session, token: str
) -> None:
    """Events that functions cannot understand, with a token in them."""
    function = aws.client("lambda", endpoint_url=stack.endpoint_url)
    for name, event in (
        ("AuthorizerFunctionArn", {"type": token, "token": token}),
        ("AuthorizerFunctionArn", {"version": "2.0", "headers": [token]}),
        ("SweepFunction", {"dry_run": token}),
    ):
        function.invoke(FunctionName=stack.outputs[name], Payload=json.dumps(event))
    api = f"{stack.endpoint_url}/_aws/execute-api/{stack.outputs['ExampleRestApiId']}/example"
    for way in ("by-token", "by-request"):
        for value in (f"Bearer {token}", token, f"Bearer {token} {token}"):
            address = f"{api}/whoami/{way}"
            deployed.http.get(address, headers={"authorization": value}, timeout=SECONDS)


@pytest.fixture(scope="module")
def log(provoked: list[str], stack: LocalStack, aws: boto3.Session) -> str:  # noqa: ARG001 - first
    """All that the functions printed in this run, and all of CloudWatch Logs."""
    groups = aws.client("logs", endpoint_url=stack.endpoint_url)
    events: list[str] = [
        event["message"]
        for page in groups.get_paginator("describe_log_groups").paginate()
        for group in page["logGroups"]
        for found in groups.get_paginator("filter_log_events").paginate(
            logGroupName=group["logGroupName"]
        )
        for event in found["events"]
    ]
    printed = Path(stack.aws.lambda_log).read_text(encoding="utf-8")
    assert len(printed) > 10_000
    assert len(events) > 100
    return printed + "\n".join(events)


def pieces(text: str) -> Iterator[str]:
    """Every run of 20 characters that could be part of a token."""
    for run in re.findall(rf"[A-Za-z0-9_-]{{{PIECE},}}", text):
        for start in range(len(run) - PIECE + 1):
            yield run[start : start + PIECE]


def test_no_secret_is_logged(deployed: Deployed, log: str) -> None:
    """No client's secret is there, neither as it is nor encoded for a form, JSON or Basic."""
    secrets = {party.secret for party in deployed.parties if party.secret}
    assert SECRET in secrets
    for party in (*deployed.parties, Party(SECRET, SECRET)):
        if party.secret:
            secrets |= {
                quote(party.secret),
                quote(party.secret, safe=""),
                json.dumps(party.secret)[1:-1],
                b64encode(f"{party.id}:{party.secret}".encode()).decode(),
            }
    assert [secret for secret in secrets if secret in log] == []
    assert "canary" not in log


def test_no_part_of_a_token_is_logged(deployed: Deployed, provoked: list[str], log: str) -> None:
    """Not even 20 characters of any token's signature, of an opaque token, or of its claims."""
    assert set(provoked) <= set(deployed.tokens)
    known = {piece for token in deployed.tokens for piece in pieces(token)}
    assert len(known) > 1000
    assert [piece for piece in pieces(log) if piece in known] == []


def test_no_header_and_no_event_is_logged(log: str) -> None:
    """No Authorization value of either scheme, and no member of an HTTP event."""
    assert not re.search(r"(?i)\b(bearer|basic)\s+(?!credentials)", log)
    for member in ("authorization", "headers", "rawPath", "queryString", "isBase64Encoded", "body"):
        assert f'"{member}' not in log.replace('"authorization_code"', "the grant")


def test_every_request_leaves_one_line_that_can_be_found(canary: Party, log: str) -> None:
    """Each outcome is one JSON line with its request ids, and says what happened to whom."""
    served: list[dict[str, Any]] = [
        line for line in _json_lines(log) if str(line.get("message", "")).startswith("request ")
    ]
    assert {line["message"] for line in served} == {"request served", "request refused"}
    for line in served:
        assert {"correlation_id", "operation", "dialect", "result", "service"} <= set(line)
        assert ("function_request_id" in line) is (line["result"] != "ok")
    issued = [line for line in served if (line["operation"], line["result"]) == ("issue", "ok")]
    assert {line["dialect"] for line in issued} >= set(ENDPOINTS)
    assert canary.id in {line["client_id"] for line in issued}


def test_what_happens_is_counted(log: str) -> None:
    """Issuing, refusing, introspecting, revoking, authorizing and sweeping are metrics."""
    counted: Counter[tuple[str, frozenset[str]]] = Counter()
    for line in _json_lines(log):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "TokenService"
            by = frozenset(directive["Dimensions"][0]) - {"service"}
            counted.update((metric["Name"], by) for metric in directive["Metrics"])
    for name, dimensions in (
        ("TokensIssued", {"dialect", "grant"}),
        ("Refusals", {"dialect", "reason"}),
        ("Introspections", {"dialect"}),
        ("Revocations", {"dialect"}),
        ("Authorizations", {"kind", "verdict"}),
    ):
        assert counted[name, frozenset(dimensions)] > 0, counted


def _json_lines(log: str) -> Iterator[dict[str, Any]]:
    for line in log.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
