"""What is asked again, what comes out as an error, and what is told of either."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from token_service.aws.connection import Answer, NoAnswerError
from token_service.aws.dynamodb import DynamoDB
from token_service.aws.functions import Functions
from token_service.aws.secrets_manager import SecretsManager
from token_service.aws.service import AwsError, Service
from token_service.aws.signature import Credentials, Signer

from tests.moto_transport import answer_of
from tests.samples import NOW

KEY = {"bucket": {"S": "b"}, "handle": {"S": "h"}}
type Reply = Answer | NoAnswerError


@dataclass
class Script:
    """Answers in this order; keeps what it was asked, and how long a caller waited in between."""

    replies: Sequence[Reply]
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    pauses: list[int] = field(default_factory=list)

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The next reply."""
        self.asked.append((path, headers, body))
        reply = self.replies[len(self.asked) - 1]
        if isinstance(reply, NoAnswerError):
            raise reply
        return reply

    def service(self, name: str = "dynamodb") -> Service:
        """A service that reaches this."""
        return Service(
            signer=Signer(name, "us-east-1", f"{name}.us-east-1.amazonaws.com"),
            transport=self,
            credentials=lambda: Credentials("a", "b"),
            pause=self.pauses.append,
            now=lambda: NOW,
        )


def error(code: str, status: int = 400, **members: object) -> Answer:
    """An error as DynamoDB words it."""
    return answer_of({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **members}, status)


ITEM = answer_of({"Item": KEY})
SILENCE = NoAnswerError("TimeoutError")
THROTTLED = error("ProvisionedThroughputExceededException")
DAMAGED = replace(ITEM, body=b"{}")


@pytest.mark.parametrize(
    "first",
    [
        SILENCE,
        THROTTLED,
        DAMAGED,
        error("ThrottlingException"),
        error("RequestLimitExceeded"),
        error("TransactionInProgressException"),
        error("InternalServerError", 500),
        error("ServiceUnavailable", 503),
        Answer(502, {}, b"<html>Bad Gateway</html>"),
    ],
)
def test_what_may_pass_is_asked_again(first: Reply) -> None:
    """Silence, throttling, a broken server or a damaged answer: twice more, with a pause before."""
    script = Script([first, first, ITEM])
    found = DynamoDB.over(script.service()).get_item(TableName="T", Key=KEY)
    assert found["Item"] == KEY
    assert (len(script.asked), script.pauses) == (3, [0, 1])


@pytest.mark.parametrize("first", [SILENCE, THROTTLED])
@pytest.mark.parametrize(("seconds", "attempts"), [(3.9, 3), (4, 1)])
def test_no_attempt_begins_late(first: Reply, seconds: float, attempts: int) -> None:
    """Four seconds after the first the failure comes out: a function has ten in all."""
    script = Script([first, first, ITEM])
    moments = iter((NOW, NOW, *[NOW + seconds] * 10))
    dynamodb = DynamoDB.over(replace(script.service(), now=lambda: next(moments)))
    with suppress(NoAnswerError, AwsError):
        dynamodb.get_item(TableName="T", Key=KEY)
    assert len(script.asked) == attempts


def test_three_attempts_are_all() -> None:
    """The last one's failure comes out."""
    for reply, expected in ((SILENCE, NoAnswerError), (THROTTLED, AwsError)):
        script = Script([reply] * 4)
        with pytest.raises(expected):
            DynamoDB.over(script.service()).get_item(TableName="T", Key=KEY)
        assert len(script.asked) == 3


@pytest.mark.parametrize(
    "code",
    [
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "ValidationException",
        "AccessDeniedException",
    ],
)
def test_what_will_not_pass_is_asked_once(code: str) -> None:
    """A condition that failed is an answer, and a mistake stays one."""
    script = Script([error(code, Item=KEY, message="no")])
    with pytest.raises(AwsError) as raised:
        DynamoDB.over(script.service()).get_item(TableName="T", Key=KEY)
    found = raised.value
    assert (found.code, found.status, found.body["Item"], found.message) == (code, 400, KEY, "no")
    assert script.pauses == []


def test_an_error_quotes_nothing() -> None:
    """AWS may repeat what it was sent; what is logged has the operation and the code alone."""
    script = Script([error("ValidationException", message="value: top-secret")])
    with pytest.raises(AwsError) as raised:
        DynamoDB.over(script.service()).get_item(TableName="T", Key=KEY)
    assert str(raised.value) == raised.value.safe_detail == "GetItem: ValidationException (400)"


def test_each_attempt_is_signed_anew() -> None:
    """Credentials may have been renewed, and a signature is good for minutes."""
    script = Script([SILENCE, ITEM])
    moments = iter((NOW, NOW, NOW, NOW + 1, NOW + 1, NOW + 1))
    service = replace(script.service(), now=lambda: next(moments))
    DynamoDB.over(service).get_item(TableName="T", Key=KEY)
    first, second = (headers["x-amz-date"] for _, headers, _ in script.asked)
    assert first < second


WRITES: dict[str, Callable[[Service], object]] = {
    "TransactWriteItems": lambda s: DynamoDB.over(s).transact_write_items(TransactItems=[]),
    "PutSecretValue": lambda s: SecretsManager.over(s).put_secret_value(SecretId="s"),
}


@pytest.mark.parametrize("operation", WRITES)
def test_a_repeated_write_is_one(operation: str) -> None:
    """Every attempt has the token by which AWS knows a repeat; the next call has another."""
    script = Script([SILENCE, answer_of({}), answer_of({})])
    service = script.service()
    WRITES[operation](service)
    WRITES[operation](service)
    first, repeat, other = (json.loads(body)["ClientRequestToken"] for _, _, body in script.asked)
    assert first == repeat != other
    assert len(first) == 32


def test_dynamodb_over_the_wire() -> None:
    """The operation in a header, the request as JSON, under the version that AWS documents."""
    script = Script([answer_of({})])
    DynamoDB.over(script.service()).put_item(TableName="T", Item={"a": {"S": "ü"}})
    ((path, headers, body),) = script.asked
    assert (path, headers["x-amz-target"]) == ("/", "DynamoDB_20120810.PutItem")
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert json.loads(body) == {"TableName": "T", "Item": {"a": {"S": "ü"}}}


@pytest.mark.parametrize("status", [200, 202, 204])
def test_invoking_a_function(status: int) -> None:
    """The name in the path, the kind in a header; Lambda's ways of saying yes."""
    script = Script([Answer(status, {}, b"")])
    Functions(script.service("lambda")).invoke("my-sender", "Event", b"{}")
    ((path, headers, body),) = script.asked
    assert (path, body) == ("/2015-03-31/functions/my-sender/invocations", b"{}")
    assert headers["x-amz-invocation-type"] == "Event"
    assert "x-amz-invocation-type" in headers["authorization"]


def test_a_rest_service_names_its_error_in_a_header() -> None:
    """As Lambda does."""
    named = {"x-amzn-errortype": "ResourceNotFoundException:http://internal"}
    script = Script([Answer(404, named, b'{"Message":"no such function"}')])
    with pytest.raises(AwsError) as raised:
        Functions(script.service("lambda")).invoke("gone", "Event", b"{}")
    assert (raised.value.code, raised.value.message) == (
        "ResourceNotFoundException",
        "no such function",
    )


def test_every_attempt_is_traced() -> None:
    """Service, operation, both ends, and the status where there was an answer."""
    told: list[tuple[object, ...]] = []
    script = Script([SILENCE, ITEM])
    moments = iter((0.5, 1.0, 2.0, 2.5, 3.0, 4.0))

    def trace(*call: object) -> None:
        told.append(call)

    service = replace(script.service(), now=lambda: next(moments), trace=trace)
    DynamoDB.over(service).get_item(TableName="T", Key=KEY)
    assert told == [
        ("dynamodb", "GetItem", 1.0, 2.0, None),
        ("dynamodb", "GetItem", 3.0, 4.0, 200),
    ]
