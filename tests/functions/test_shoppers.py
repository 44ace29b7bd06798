"""The function that signs shoppers in, with its events, and only what its policy lets it do."""

import io
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.response import StreamingBody
from token_service import aws
from token_service.domain.owners import OwnerKind
from token_service.domain.realms import password_profile_id, realm_id
from token_service.runtime import shoppers
from token_service.runtime.environment import dynamodb

from tests.aws_hooks import Body, Parsed, hooks_of, refusal
from tests.functions.deployment import ISSUER, Deployment, Event, load_event, load_handler
from tests.functions.iam import Call, calls_of, permits
from tests.wire.demo_clients import MEMBER

FUNCTION = "shopper_login"
SWITCH = "ep-account-management-authentication-token"


class Lambda:
    """What was asked of AWS Lambda; it answers as AWS does."""

    def __init__(self) -> None:
        self.invoked: list[tuple[str, str, Any]] = []
        self.answer: Parsed | None = None

    def __call__(self, params: dict[str, Any], **_: object) -> Parsed:
        """One invocation."""
        path, headers = params["url_path"], params["headers"]
        name = path.removeprefix("/2015-03-31/functions/").removesuffix("/invocations")
        self.invoked.append((name, headers["X-Amz-Invocation-Type"], json.loads(params["body"])))
        metadata = {"HTTPStatusCode": 202}
        taken = {"ResponseMetadata": metadata, "Payload": StreamingBody(io.BytesIO(), 0)}
        return self.answer or (AWSResponse("", 202, HTTPHeaders(), None), taken)


@pytest.fixture
def aws_lambda(deployment: Deployment) -> Iterator[Lambda]:  # noqa: ARG001 - set up first
    """What the function reaches of Lambda."""
    made, client = Lambda(), cast("Any", aws.functions())
    events = client.meta.events
    events.register("before-call.lambda.Invoke", made)
    yield made
    events.unregister("before-call.lambda.Invoke", made)


@pytest.fixture
def calls(
    deployment: Deployment, template: dict[str, Any], aws_lambda: Lambda
) -> Iterator[list[Call]]:
    """Every item that the function reads or writes; one it may not fails the test (item 84)."""
    deployment.register_demo_people()
    deployment.register_demo_member()
    deployment.printed.clear()
    aws_lambda.invoked.clear()
    seen: list[Call] = []

    def note(operation: str, body: Body) -> None:
        if shoppers.endpoint.cache_info().currsize:
            seen.extend(calls_of(operation, body))

    hooks_of(dynamodb()).append(note)
    yield seen
    function = template["Resources"]["ShopperLoginFunction"]["Properties"]
    assert [call for call in seen if not permits(function, call)] == []


@pytest.fixture
def shop(deployment: Deployment, calls: list[Call]) -> Deployment:  # noqa: ARG001 - watches
    """A deployment with shoppers, watched."""
    return deployment


def send(shop: Deployment, name: str, token: str | None = None, **changes: Any) -> Event:  # noqa: ANN401 - members of an event
    """One of the events, with an implicit token pasted in."""
    bearer = shop.issue("elastic_path_implicit") if token is None else token
    event = load_event(f"{FUNCTION}/{name}", bearer) | changes
    answer: Event = shop.invoke(FUNCTION, event)
    return answer


def data_of(shop: Deployment, answer: Event) -> Any:  # noqa: ANN401 - an object or an array
    """The `data` of a success, whose tokens may be printed nowhere."""
    assert answer["statusCode"] in (200, 201), answer
    data = json.loads(answer["body"])["data"]
    found = data if isinstance(data, list) else [data]
    shop.hidden.extend(one["token"] for one in found)
    return data


def introspected(shop: Deployment, token: str) -> Any:  # noqa: ANN401 - JSON
    """What a resource server is told."""
    answer = shop.invoke("introspect", load_event("introspect/standard", token))
    return json.loads(answer["body"])


def test_a_customer(shop: Deployment, calls: list[Call]) -> None:
    """A token for the customer, one line, one count; the store is asked for no more than needed."""
    data = data_of(shop, send(shop, "customer"))
    line = shop.logs[-1]
    assert (line["operation"], line["result"], line["grant"]) == ("issue", "ok", "password")
    assert line["client_id"] == f"customer:{data['customer_id']}"
    assert shop.counts[-1]["TokensIssued"] == 1
    assert calls
    assert introspected(shop, data["token"])["exp"] == data["expires"]


def test_a_member(shop: Deployment) -> None:
    """A token an account, which introspection and the authorizer tell."""
    first, second = data_of(shop, send(shop, "member"))
    assert [one["account_name"] for one in (first, second)] == ["First company", "Second company"]
    for one in (first, second):
        assert introspected(shop, one["token"])["account"] == one["account_id"]
    event = load_event("authorizer/http_v2", first["token"])
    context = shop.invoke("authorizer", event)["context"]
    assert (context["kind"], context["account"]) == ("account_member", first["account_id"])
    assert context["verdict"] == "insufficient"
    (page,) = data_of(shop, send(shop, "member_page"))
    assert page["account_id"] == second["account_id"]


@pytest.mark.parametrize("name", ["customer_refused", "member_refused", "passwordless"])
def test_refusals(shop: Deployment, name: str) -> None:
    """401 in the envelope, one warning, one count; the name is not logged."""
    shop.hidden.append(MEMBER)
    answer = send(shop, name)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"]) == {"errors": [{"status": "401", "title": "Unauthorized"}]}
    assert (shop.logs[-1]["level"], shop.logs[-1]["result"]) == ("WARNING", "invalid_grant")
    assert shop.counts[-1]["reason"] == "invalid_grant"


def test_who_may_ask(shop: Deployment) -> None:
    """No token 401, a person's 403."""
    assert send(shop, "member", "no-such-token")["statusCode"] == 401
    (first, _) = data_of(shop, send(shop, "member"))
    assert send(shop, "customer", first["token"])["statusCode"] == 403


def test_self_sign_up(shop: Deployment) -> None:
    """Made once, with an empty array; then the name is taken."""
    shop.hidden.append("demo-password-0005")
    assert data_of(shop, send(shop, "self_signup")) == []
    assert send(shop, "self_signup")["statusCode"] == 422
    shop.become("login")
    listed = shop.accounts.list(OwnerKind.ACCOUNT_MEMBER)
    assert sorted(member.username for member in listed) == [MEMBER, "new-member"]


def test_switching(shop: Deployment) -> None:
    """The old token gets new ones; a broken one gets nothing."""
    first, _ = data_of(shop, send(shop, "member"))
    headers = load_event(f"{FUNCTION}/switch", shop.issue("elastic_path_implicit"))["headers"]
    for shown, status in ((first["token"], 201), (first["token"][:-2], 401)):
        answer = send(shop, "switch", headers=headers | {SWITCH: shown})
        assert answer["statusCode"] == status
        if status == 201:
            assert len(data_of(shop, answer)) == 2


def test_one_time_passwords(shop: Deployment, aws_lambda: Lambda) -> None:
    """The operator's function is invoked with the message, and nothing of it is logged here."""
    answer = send(shop, "passwordless_request")
    assert (answer["statusCode"], answer["body"]) == (202, "{}")
    ((function, kind, message),) = aws_lambda.invoked
    assert (function, kind) == ("sender", "Event")
    assert set(message) == set(load_event("example_sender/message"))
    code = message["one_time_password"]
    shop.hidden.append(code)
    assert code not in "".join(shop.printed)
    event = load_event(f"{FUNCTION}/passwordless", shop.issue("elastic_path_implicit"))
    event["body"] = event["body"].replace("REPLACE-WITH-A-ONE-TIME-PASSWORD", code)
    assert len(data_of(shop, shop.invoke(FUNCTION, event))) == 2
    assert shop.invoke(FUNCTION, event)["statusCode"] == 401


def test_nobody_is_sent_none(shop: Deployment, aws_lambda: Lambda) -> None:
    """The same answer; the sender is asked for as long and told nothing."""
    event = load_event(f"{FUNCTION}/passwordless_request")
    body = event["body"].replace(MEMBER, "nobody")
    assert send(shop, "passwordless_request", body=body)["statusCode"] == 202
    assert aws_lambda.invoked == [("sender", "DryRun", None)]


def test_a_sender_that_does_not_answer(shop: Deployment, aws_lambda: Lambda) -> None:
    """503, and try again; no word of why."""
    aws_lambda.answer = refusal("ServiceException", 500)
    answer = send(shop, "passwordless_request")
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "2")


def test_without_a_sender(shop: Deployment) -> None:
    """A clear refusal."""
    shop.values["ONE_TIME_PASSWORD_SENDER"] = ""
    answer = send(shop, "passwordless_request")
    assert answer["statusCode"] == 403
    assert "not enabled" in answer["body"]


def test_self_sign_up_can_be_off(shop: Deployment) -> None:
    """As it is unless an operator says otherwise."""
    shop.values["ENABLE_SELF_SIGNUP"] = "false"
    shop.hidden.append("demo-password-0005")
    assert send(shop, "self_signup")["statusCode"] == 403


@pytest.mark.parametrize("name", ["customer", "member"])
def test_lifetime_and_lock_are_parameters(shop: Deployment, name: str) -> None:
    """This dialect's own."""
    shop.values |= {
        "SHOPPER_TOKEN_LIFETIME": "600",
        "ACCOUNT_MEMBER_TOKEN_LIFETIME": "600",
        "SHOPPER_MAX_FAILURES": "2",
    }
    data = data_of(shop, send(shop, name))
    told = introspected(shop, (data[0] if name == "member" else data)["token"])
    assert told["exp"] - told["iat"] == 600
    for _ in range(2):
        assert send(shop, f"{name}_refused")["statusCode"] == 401
    assert send(shop, name)["statusCode"] == 401


def test_profile_ids_are_the_issuer_s_own() -> None:
    """The same in every process, other ones for another deployment, and UUIDs."""
    issuers = (ISSUER, "https://other.test")
    profile, other = map(password_profile_id, issuers)
    realm, others = (realm_id(issuer, OwnerKind.ACCOUNT_MEMBER) for issuer in issuers)
    assert profile == password_profile_id(ISSUER)
    assert len({profile, realm, other, others}) == 4
    assert profile in load_event(f"{FUNCTION}/member")["body"]
    assert realm in load_event(f"{FUNCTION}/passwordless_request")["rawPath"]


def test_the_example_sender_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON line, the one place where a one-time password is to be read."""
    event = load_event("example_sender/message")
    load_handler("example_sender").lambda_handler(event, None)
    assert json.loads(capsys.readouterr().out) == {"message": "one-time password", **event}
