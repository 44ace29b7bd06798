"""The tuned boto3 clients against an AWS that misbehaves: what is retried, and for how long."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from token_service import aws
from token_service.domain.errors import Unavailable
from token_service.store.errors import AwsError
from token_service.store.nonces import DynamoNonces
from token_service.store.signing_keys import SecretPrivateKeys
from token_service.store.tokens import DynamoTokens

from tests.clock import SeededBytes
from tests.faulty_aws import FaultyAws, Hangup, Reply, Script, Silence, error, faulty_aws, of
from tests.memory_store import place_of
from tests.samples import NOW, a_record
from tests.template_parts import functions

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

QUICKLY = Config(read_timeout=0.05)
KEY = {"bucket": {"S": "b"}, "handle": {"S": "h"}}
ITEM = of({"Item": KEY})
THROTTLED = error("ProvisionedThroughputExceededException")
HTML = Reply(b"<html>Bad Gateway \xff</html>", 502)
FAULTS: dict[str, Script] = {
    "reset": Hangup(),
    "silence": Silence(),
    "throttled": THROTTLED,
    "throttled_control_plane": error("ThrottlingException"),
    "request_limit": error("RequestLimitExceeded"),
    "transaction_in_progress": error("TransactionInProgressException"),
    "internal_error": error("InternalServerError", 500),
    "unavailable": error("ServiceUnavailable", 503),
    "bad_gateway": HTML,
    "too_many_requests": Reply(b"", 429),
    "wrong_checksum": replace(ITEM, body=b"{}"),
    "cut_with_checksum": replace(ITEM, cut=3),
    "cut": replace(ITEM, cut=3, headers={}),
    "cut_without_length": replace(ITEM, cut=3, headers={}, with_length=False),
    "cut_error": replace(error("ValidationException"), cut=3, headers={}),
    "empty": Reply(b""),
    "not_json": Reply(b"<html>Sign in to the hotel's network \xff</html>"),
    "not_an_object": Reply(b"[]"),
}


def new_client(config: Config | None = QUICKLY) -> "DynamoDBClient":
    """A client as the functions have it, made anew; it waits less long."""
    return aws.session.__wrapped__().client("dynamodb", config=config)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, aws_environment: None) -> Iterator[FaultyAws]:  # noqa: ARG001 - set up first
    """The endpoint of every service."""
    with faulty_aws() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that botocore waits between attempts; nobody does."""
    waited: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_transient_faults_are_retried_twice(
    endpoint: FaultyAws, pauses: list[float], fault: Script
) -> None:
    """Throttling, server faults, broken connections and damaged answers, after a pause."""
    endpoint.script = [fault, fault, ITEM]
    assert new_client().get_item(TableName="T", Key=KEY)["Item"] == KEY
    assert (len(endpoint.asked), len(pauses)) == (3, 2)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.usefixtures("pauses")
def test_persistent_faults_are_unavailable(endpoint: FaultyAws, fault: Script) -> None:
    """After three attempts; an answer that was cut or not understood is never 'no such item'."""
    endpoint.script = [fault]
    tokens = DynamoTokens(new_client(), "TokensTable", "ClientsTable", lambda _: None)
    with pytest.raises(Unavailable):
        tokens.find(place_of(a_record()))
    assert len(endpoint.asked) == 3


@pytest.mark.usefixtures("endpoint")
def test_a_refused_connection_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """Nobody listens there; it is tried three times all the same."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    nonces = DynamoNonces(new_client(), "TokensTable", SeededBytes())
    with pytest.raises(Unavailable):
        nonces.use("once", NOW)
    assert len(pauses) == 2


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
def test_permanent_errors_are_not_retried(
    endpoint: FaultyAws, pauses: list[float], code: str
) -> None:
    """A failed condition is an answer, and a mistake stays one."""
    endpoint.script = [error(code)]
    client = new_client()
    with pytest.raises(client.exceptions.ClientError, match=code):
        client.get_item(TableName="T", Key=KEY)
    assert (len(endpoint.asked), pauses) == (1, [])


def test_an_error_page_of_a_gateway_is_told_by_its_status(endpoint: FaultyAws) -> None:
    """It is no outage of DynamoDB, and its text is not logged."""
    endpoint.script = [Reply(b"<html>who are you \xff</html>", 403)]
    tokens = DynamoTokens(new_client(), "TokensTable", "ClientsTable", lambda _: None)
    with pytest.raises(AwsError) as caught:
        tokens.find(place_of(a_record()))
    assert caught.value.safe_detail == "GetItem: 403 (403)"


def test_throttled_calls_back_off_at_random(endpoint: FaultyAws, pauses: list[float]) -> None:
    """Up to one second, then up to two: callers that were throttled together come back apart."""
    endpoint.script = [THROTTLED]
    client = new_client()
    for _ in range(20):
        with pytest.raises(client.exceptions.ClientError):
            client.get_item(TableName="T", Key=KEY)
    first, second = pauses[::2], pauses[1::2]
    assert len(set(pauses)) == len(pauses) == 40
    assert 0.3 < max(first) <= 1 < max(second) <= 2


def test_other_faults_are_retried_almost_at_once(endpoint: FaultyAws, pauses: list[float]) -> None:
    """A fifth of a second at most."""
    endpoint.script = [error("InternalServerError", 500)]
    client = new_client()
    for _ in range(10):
        with pytest.raises(client.exceptions.ClientError):
            client.get_item(TableName="T", Key=KEY)
    assert max(pauses) < 0.2


def test_a_longer_wait_than_ours_is_not_waited_for(
    endpoint: FaultyAws, pauses: list[float]
) -> None:
    """AWS may name a pause; our own caller is told to try again instead."""
    headers = THROTTLED.headers | {"x-amz-retry-after": "4000"}
    endpoint.script = [replace(THROTTLED, headers=headers)]
    client = new_client()
    with pytest.raises(client.exceptions.ClientError):
        client.get_item(TableName="T", Key=KEY)
    assert (len(endpoint.asked), pauses) == (1, [])


class _Raw(io.BytesIO):
    """A body as urllib3 has it."""

    def stream(self) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


class SlowAws:
    """Takes its time by a clock that it moves itself; each attempt times out or is throttled."""

    def __init__(self, *attempts: tuple[str, float]) -> None:
        self.time = 0.0
        self._attempts = list(attempts)
        self._pauses = iter((1, 2))

    def monotonic(self) -> float:
        """The time."""
        return self.time

    def sleep(self, _: float) -> None:
        """As long as a throttled call may wait at most."""
        self.time += next(self._pauses)

    def __call__(self, **_: object) -> AWSResponse:
        """One attempt."""
        outcome, seconds = self._attempts.pop(0)
        self.time += seconds
        if outcome == "timeout":
            raise ReadTimeoutError(endpoint_url="")
        raw = cast("Any", _Raw(THROTTLED.body))
        return AWSResponse("", THROTTLED.status, HTTPHeaders(), raw)


@pytest.mark.usefixtures("aws_environment")
def test_a_call_ends_in_time_however_slow_aws_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever each of three attempts takes, up to both timeouts, and with the longest pauses."""
    session = aws.session.__wrapped__()
    outcomes = list(product(("timeout", "throttled"), (0.0, 1.9, 3.0)))
    longest = 0.0
    for begun in product(outcomes, repeat=2):
        # A client of its own: botocore stops retrying where too many retries have failed.
        client: Any = session.client("dynamodb")
        slow = SlowAws(*begun, ("timeout", 3.0))
        monkeypatch.setattr(aws, "monotonic", slow.monotonic)
        monkeypatch.setattr("botocore.endpoint.time", slow)
        client.meta.events.register_first("before-send", slow)
        with pytest.raises((ReadTimeoutError, client.exceptions.ClientError)):
            client.get_item(TableName="T", Key=KEY)
        longest = max(longest, slow.time)
    assert aws.LONGEST_CALL - 1 < longest <= aws.LONGEST_CALL


def test_functions_outlive_the_longest_call(
    template: dict[str, Any], resources: dict[str, dict[str, Any]]
) -> None:
    """With two seconds to answer in."""
    usual = template["Globals"]["Function"]["Timeout"]
    limits = [one.get("Timeout", usual) for one in functions(resources).values()]
    assert min(limits) >= aws.LONGEST_CALL + 2


@pytest.mark.usefixtures("aws_environment")
def test_timeouts_and_the_pool_are_set(template: dict[str, Any]) -> None:
    """One second to connect, two for each part of an answer; a connection for every thread."""
    config: Any = new_client(None).meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.max_pool_connections == template["Parameters"]["SweepAtOnce"]["MaxValue"]


WRITES: dict[str, Callable[[], object]] = {
    "TransactWriteItems": lambda: new_client().transact_write_items(TransactItems=[]),
    "PutSecretValue": lambda: (
        aws.session.__wrapped__().client("secretsmanager").put_secret_value(SecretId="s")
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.usefixtures("pauses")
def test_a_retried_write_has_one_token(endpoint: FaultyAws, write: Callable[[], object]) -> None:
    """By it AWS knows a retry from a second write; the next call has another."""
    endpoint.script = [Hangup(), Reply(), Reply()]
    write()
    write()
    first, retry, other = (json.loads(asked.body)["ClientRequestToken"] for asked in endpoint.asked)
    assert first == retry != other
    assert len(first) >= 32


@pytest.mark.usefixtures("pauses")
def test_secrets_manager_is_held_to_the_same(endpoint: FaultyAws) -> None:
    """It sends no checksum: half a secret is none, and no missing one."""
    secret = json.dumps({"SecretString": json.dumps({"current": None}), "VersionId": "v" * 32})
    endpoint.script = [Reply(secret.encode(), cut=9)]
    client = aws.session.__wrapped__().client("secretsmanager")
    with pytest.raises(Unavailable):
        SecretPrivateKeys(client, "signing").keyring()
    assert len(endpoint.asked) == 3
    endpoint.script = [Reply(secret.encode())]
    assert SecretPrivateKeys(client, "signing").keyring().version == "v" * 32
