"""Client authentication in the functions as deployed: assertions, failures, notes of use."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.owners import Introspection
from token_service.runtime.environment import dynamodb
from token_service.system import now

from tests.aws_hooks import Body, hooks_of, items_of
from tests.client_keys import an_assertion, client_jwk
from tests.functions.deployment import ISSUER, Context, Deployment, Event, load_event, load_handler
from tests.store.faults import answer_error
from tests.template_parts import functions, logical_id

EVENTS = {
    "issue": ["issue/standard_body", "issue/simple_store"],
    "introspect": ["introspect/standard", "introspect/simple_store"],
    "revoke": ["revoke/standard", "revoke/simple_store"],
}
EVERY = [(function, event) for function, events in EVENTS.items() for event in events]
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def with_fields(event: str, **fields: str) -> Event:
    """An event whose body is this form, without an Authorization header."""
    changed = load_event(event)
    changed["headers"].pop("authorization", None)
    form = {"grant_type": "client_credentials", "token": "t", **fields}
    changed["body"] = b64encode(urlencode(form).encode()).decode()
    changed["isBase64Encoded"] = True
    return changed


@pytest.fixture
def keyed(deployment: Deployment) -> Deployment:
    """A deployment with a client that proves itself by a key."""
    keyed_client = NewClient(
        "Keyed", id="keyed", jwks=(client_jwk(),), introspection=Introspection.ANY
    )
    deployment.administration.create(keyed_client)
    return deployment


@pytest.fixture
def writes(keyed: Deployment) -> Iterator[list[tuple[str, str, str]]]:
    """What is written: operation, table, partition key's first part."""
    keyed.become("issue")  # whichever it is, all functions share a client
    seen: list[tuple[str, str, str]] = []

    def note(operation: str, body: Body) -> None:
        if operation in ("PutItem", "UpdateItem", "DeleteItem"):
            key = body.get("Key") or body["Item"]
            name = "bucket" if "bucket" in key else "entity"
            seen.append((operation, body["TableName"], key[name]["S"]))

    hooks_of(dynamodb()).append(note)
    yield seen
    hooks_of(dynamodb()).remove(note)


def granted(resources: dict[str, Any], function: str) -> list[tuple[str, str, str]]:
    """Actions, tables and leading keys that the template grants a function."""
    name = f"{function.title()}Function"
    return [
        (action.removeprefix("dynamodb:"), logical_id(statement["Resource"]), key)
        for policy in functions(resources)[name]["Policies"]
        for statement in policy["Statement"]
        if "Action" in statement  # or it depends on a condition of the template
        for action in statement["Action"]
        for key in statement.get("Condition", {})
        .get("ForAllValues:StringLike", {})
        .get("dynamodb:LeadingKeys", ["*"])
    ]


@pytest.mark.parametrize(("function", "event"), EVERY)
def test_an_assertion_and_its_replay(keyed: Deployment, function: str, event: str) -> None:
    """It opens every endpoint once, and neither it nor its replay is in any log (items 23, 78)."""
    assertion = an_assertion("keyed", ISSUER, now())
    keyed.hidden.append(assertion)
    form = {"client_assertion_type": TYPE, "client_assertion": assertion}
    answer = keyed.invoke(function, with_fields(event, **form))
    assert answer["statusCode"] == 200, answer
    assert keyed.logs[-1]["client_id"] == "keyed"
    assert keyed.invoke(function, with_fields(event, **form))["statusCode"] in (400, 401)
    assert (keyed.logs[-1]["result"], keyed.logs[-1]["detail"]) == (
        "invalid_client",
        "assertion replayed",
    )


@pytest.mark.parametrize(("function", "event"), EVERY)
def test_eleven_wrong_secrets(deployment: Deployment, function: str, event: str) -> None:
    """The eleventh is told to wait, across cold starts; the right one still works (item 18)."""
    wrong = with_fields(event, client_id="demo-client", client_secret="wrong")
    told = [deployment.invoke(function, wrong) for _ in range(11)]
    assert {answer["statusCode"] for answer in told[:10]} <= {400, 401}
    assert told[10]["statusCode"] == 429
    assert 0 < int(told[10]["headers"]["retry-after"]) <= 60
    (count,) = (line for line in deployment.counts if line.get("reason") == "too_many_failures")
    assert count["Refusals"] == 1
    assert deployment.invoke(function, load_event(event))["statusCode"] == 200


def test_the_parameters_reach_the_count(deployment: Deployment) -> None:
    """Two failures in five minutes, if the operator says so."""
    deployment.values |= {"CLIENT_AUTH_MAX_FAILURES": "2", "CLIENT_AUTH_FAILURE_SECONDS": "300"}
    wrong = with_fields("issue/standard_body", client_id="demo-client", client_secret="wrong")
    answers = [deployment.invoke("issue", wrong) for _ in range(3)]
    assert [answer["statusCode"] for answer in answers] == [400, 400, 429]
    assert int(answers[2]["headers"]["retry-after"]) > 290


@pytest.mark.parametrize(("function", "event"), EVERY)
def test_what_is_written_is_granted(
    keyed: Deployment,
    resources: dict[str, Any],
    writes: list[tuple[str, str, str]],
    function: str,
    event: str,
) -> None:
    """Failing, and proving by secret and by key, stay within the keys granted (item 84)."""
    keyed.become(function)
    handler = load_handler(function).lambda_handler
    form = {
        "client_assertion_type": TYPE,
        "client_assertion": an_assertion("keyed", ISSUER, now()),
    }
    for request in (
        with_fields(event, client_id="demo-client", client_secret="wrong"),
        load_event(event),
        load_event(event),
        with_fields(event, **form),
    ):
        handler(request, Context())
    kinds = [(operation, table, key.split("#")[0]) for operation, table, key in writes]
    assert kinds.count(("UpdateItem", "TokensTable", "failures")) == 1
    assert kinds.count(("DeleteItem", "TokensTable", "failures")) <= 1
    assert kinds.count(("PutItem", "TokensTable", "nonce")) == 1
    assert kinds.count(("UpdateItem", "ClientsTable", "used")) == 2
    grants = granted(resources, function)
    for operation, table, key in writes:
        assert any(
            (operation, table) == (action, where) and key.startswith(leading.rstrip("*"))
            for action, where, leading in grants
        ), (operation, table, key)


def test_a_use_that_cannot_be_noted(deployment: Deployment) -> None:
    """The token is issued all the same; the log has a warning without a name (item 78)."""
    deployment.become("issue")
    answer_error(dynamodb(), "UpdateItem", "AccessDeniedException")
    answer = deployment.invoke("issue", load_event("issue/standard"))
    assert answer["statusCode"] == 200
    warning, served = deployment.logs[-2:]
    assert (warning["level"], warning["message"], warning["detail"]) == (
        "WARNING",
        "use not noted",
        "UpdateItem: AccessDeniedException (400)",
    )
    assert (served["result"], "demo-client" in str(warning)) == ("ok", False)
    assert [line["MissedUses"] for line in deployment.counts if "MissedUses" in line] == [1]
    assert "used#" not in str(items_of("ClientsTable"))
