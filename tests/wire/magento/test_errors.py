"""The error table of 1.5 row by row, the order of its checks, and what the log learns.

Numbers are sections of docs/platforms/magento.md.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.owners import OwnerKind
from token_service.wire.http import Request, Response, request_from_event

from tests.wire.magento.world import (
    ADMIN,
    ADMIN_PASSWORD,
    ADMIN_TOKEN,
    CUSTOMER,
    CUSTOMER_PASSWORD,
    CUSTOMER_TOKEN,
    DECODING,
    REVOKE,
    SIGN_IN,
    World,
    denied,
    missing,
    told,
)

REFUSED = {"message": SIGN_IN}
BOTH = missing("username", "password")
FORM = "application/x-www-form-urlencoded"
NOT_FORM = {"message": f"Server cannot understand Content-Type HTTP header media type {FORM}"}
GOOD = json.dumps({"username": CUSTOMER, "password": CUSTOMER_PASSWORD})
ROWS = {
    "1.5 both missing": (CUSTOMER_TOKEN, {}, "{}", 400, BOTH),
    "1.5 one missing": (CUSTOMER_TOKEN, {}, '{"username":"a"}', 400, missing("password")),
    "1.5 unknown user": (CUSTOMER_TOKEN, {}, '{"username":"a","password":"b"}', 401, REFUSED),
    "1.5 malformed": (CUSTOMER_TOKEN, {}, "{", 400, DECODING),
    "1.5 no type": (
        CUSTOMER_TOKEN,
        {"content_type": ""},
        GOOD,
        400,
        {"message": "Content-Type header is empty."},
    ),
    "1.5 a form": (CUSTOMER_TOKEN, {"content_type": FORM}, "username=a", 400, NOT_FORM),
    "1.5 array": (
        CUSTOMER_TOKEN,
        {},
        '{"username":[],"password":"b"}',
        400,
        {"message": 'Invalid type for value: "array". Expected Type: "string".'},
    ),
    "1.5 unknown path": (
        "/rest/V1/nowhere",
        {},
        GOOD,
        404,
        {"message": "Request does not match any route."},
    ),
    "1.5 not authorised": (REVOKE, {}, "", 401, denied("self")),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_each_row(world: World, row: tuple[str, dict[str, str], str, int, object]) -> None:
    """1.5: the status and the body, and nobody is logged in."""
    path, headers, body, status, expected = row
    assert told(world.post(path, body, **headers)) == (status, expected)
    assert not world.service.tokens.records


def refusals(world: World) -> dict[str, Response]:
    """One answer of each kind of failed login."""
    world.accounts.create(OwnerKind.ADMIN, "gone", ADMIN_PASSWORD, ("Magento_Backend::store",))
    world.accounts.set_enabled(OwnerKind.ADMIN, "gone", enabled=False)
    for _ in range(6):
        world.log_in(ADMIN_TOKEN, "locked", "x")
    return {
        "wrong password": world.log_in(ADMIN_TOKEN, ADMIN, "x"),
        "unknown": world.log_in(ADMIN_TOKEN, "nobody", ADMIN_PASSWORD),
        "inactive": world.log_in(ADMIN_TOKEN, "gone", ADMIN_PASSWORD),
        "inactive and wrong": world.log_in(ADMIN_TOKEN, "gone", "x"),
        "locked": world.log_in(ADMIN_TOKEN, "locked", "x"),
        "a customer": world.log_in(ADMIN_TOKEN, CUSTOMER, CUSTOMER_PASSWORD),
        "too long": world.log_in(ADMIN_TOKEN, ADMIN, ADMIN_PASSWORD + "x" * 1000),
    }


def test_no_refusal_says_why(world: World) -> None:
    """1.5: wrong, unknown, inactive and locked are one answer, byte for byte."""
    answers = refusals(world)
    for answer in answers.values():
        assert told(answer) == (401, REFUSED)
        assert answer == answers["unknown"]
    assert {outcome.result for outcome in world.outcomes} == {"invalid_grant"}
    assert not any(outcome.client_id for outcome in world.outcomes)


def test_an_admin_without_a_role(world: World) -> None:
    """1.5: the right password of an admin who may use nothing is told so; a wrong one is not."""
    world.accounts.create(OwnerKind.ADMIN, "idle", ADMIN_PASSWORD)
    message = "More permissions are needed to access this."
    answer = world.log_in(ADMIN_TOKEN, "idle", ADMIN_PASSWORD)
    assert told(answer) == (401, {"message": message})
    assert told(world.log_in(ADMIN_TOKEN, "idle", "x")) == (401, REFUSED)


def test_the_order_of_the_checks(world: World) -> None:
    """1.5: verb, route, permission, body, fields, lock, password: each hides all that follow."""
    for _ in range(6):
        world.log_in(password="x")
    bad = {"content_type": "", "body": "{"}
    steps = [
        (world.send("PATCH", "/rest/V1/nowhere", "{"), 405),
        (world.send("POST", "/rest/V1/nowhere", "{"), 404),
        (world.send("POST", REVOKE, "{", token=world.admin_token()), 401),
        (world.post(CUSTOMER_TOKEN, bad["body"], bad["content_type"]), 400),
        (world.post(CUSTOMER_TOKEN, json.dumps({"username": CUSTOMER})), 400),
        (world.log_in(), 401),
    ]
    assert [answer.status for answer, _ in steps] == [status for _, status in steps]
    assert told(steps[2][0])[1] == denied("self")
    assert told(steps[4][0])[1] == missing("password")


def test_missing_fields_are_not_counted(world: World) -> None:
    """1.7: fields are checked first, and an attempt without a password is no guess."""
    for _ in range(10):
        world.post(CUSTOMER_TOKEN, json.dumps({"username": CUSTOMER, "password": ""}))
    assert world.log_in().status == 200


@pytest.fixture
def broken(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], World]:
    """Makes the store of failed logins raise."""

    def breaking(error: Exception) -> World:
        def count(*_: object) -> bool:
            raise error

        monkeypatch.setattr(world.service.failures, "count", count)
        return world

    return breaking


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_a_store_that_does_not_answer(broken: Callable[[Exception], World], accept: str) -> None:
    """Nothing is known, so nothing is claimed: 503, with when to try again."""
    answer = broken(Unavailable()).post(CUSTOMER_TOKEN, GOOD, accept=accept)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert "temporarily unavailable" in answer.body


def test_an_unexpected_exception_is_masked(broken: Callable[[Exception], World]) -> None:
    """1.5: 500 with a report id and not a word of what happened; the log has the type alone."""
    world = broken(RuntimeError("secret"))
    status, body = told(world.post(CUSTOMER_TOKEN, GOOD))
    assert status == 500
    assert re.fullmatch(
        r"Internal Error\. Details are available in Magento log file\. "
        r"Report ID: webapi-[0-9a-f]{13}",
        body["message"],
    )
    outcome = world.outcomes[-1]
    assert (outcome.result, outcome.detail) == ("server_error", "RuntimeError")
    assert "secret" not in repr(outcome)


def test_the_log_never_learns_a_name_or_a_password(world: World) -> None:
    """Only who has logged in is named, and by id; of others there is a reason."""
    world.log_in()
    world.log_in(password="wrong-password-1")
    world.log_in(name="private@example.com")
    told_of = repr(world.outcomes)
    for secret in (CUSTOMER, CUSTOMER_PASSWORD, "wrong-password-1", "private@example.com"):
        assert secret not in told_of
    assert [outcome.result for outcome in world.outcomes] == [
        "ok",
        "invalid_grant",
        "invalid_grant",
    ]


def test_a_body_that_the_gateway_broke(world: World) -> None:
    """A body that is not the base64 that it claims to be is malformed like any other."""
    event = {
        "rawPath": CUSTOMER_TOKEN,
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": "POST"}},
        "body": "***",
        "isBase64Encoded": True,
    }
    request: Request = request_from_event(event)
    assert request.body_error
    assert told(world.respond(request)) == (400, DECODING)
    soap = replace(request, path="/soap/default", query="services=integrationAdminTokenServiceV1")
    assert "Sender" in world.respond(soap).body


def test_a_success_ends_the_count(world: World) -> None:
    """The lock's own tests are the domain's; this is the wire's: five, one good, five again."""
    for _ in range(2):
        assert [world.log_in(password="x").status for _ in range(5)] == [401] * 5
        assert world.log_in().status == 200
