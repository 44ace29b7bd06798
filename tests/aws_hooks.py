"""What tests see of the calls of the service's own boto3 clients, and put in their way.

Everything goes through botocore's events; moto answers what no hook does.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ParamValidationError, ReadTimeoutError
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from token_service import aws

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_secretsmanager import SecretsManagerClient

type Client = DynamoDBClient | SecretsManagerClient | LambdaClient
type Body = dict[str, Any]
type Parsed = tuple[AWSResponse, Body]
"""A response as botocore parsed it."""

type Hook = Callable[[str, Body], Parsed | None]
"""Is given each request, by operation and body, before it is sent; may answer or raise itself."""

type Afterthought = Callable[[str, Body], None]
"""Is given each response, by operation and parsed body; may change it."""


class Watch:
    """Hangs on one client, and validates its requests, which a deployed client does not."""

    def __init__(self, client: Client) -> None:
        """Nothing is watched for yet."""
        self.hooks: list[Hook] = []
        self.afterthoughts: list[Afterthought] = []
        self.lost: dict[str, list[int]] = {}
        self._url = client.meta.endpoint_url
        # botocore's types know of no handler that answers.
        events: Any = client.meta.events
        events.register("before-parameter-build", _validate)
        events.register("before-call", self._before)
        events.register("after-call", self._after)
        # After moto, which then has done what is asked.
        events.register_last("before-send", self._lose)

    def forget(self) -> None:
        """Take every hook away."""
        self.hooks.clear()
        self.afterthoughts.clear()
        self.lost.clear()

    def _before(self, model: OperationModel, params: Body, **_: object) -> Parsed | None:
        body = json.loads(params["body"])
        answers = (hook(model.name, body) for hook in list(self.hooks))
        return next((answer for answer in answers if answer is not None), None)

    def _after(self, model: OperationModel, parsed: Body, **_: object) -> None:
        for afterthought in self.afterthoughts:
            afterthought(model.name, parsed)

    def _lose(self, request: AWSPreparedRequest, **_: object) -> None:
        target = request.headers.get("X-Amz-Target", b"")
        name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        attempts = self.lost.get(name)
        if attempts is not None:
            attempts.append(len(attempts) + 1)
            if len(attempts) == 1:
                raise ReadTimeoutError(endpoint_url=self._url)


_watches: WeakKeyDictionary[Client, Watch] = WeakKeyDictionary()


def watch(client: Client) -> Watch:
    """What hangs on a client."""
    if client not in _watches:
        _watches[client] = Watch(client)
    return _watches[client]


def hooks_of(client: Client) -> list[Hook]:
    """The hooks that a client's requests pass."""
    return watch(client).hooks


def forget_hooks() -> None:
    """Take the hooks of all clients away: clients live as long as the tests."""
    for one in _watches.values():
        one.forget()


def refusal(code: str, status: int = 400, **members: object) -> Parsed:
    """An error of AWS, as botocore parses it."""
    return AWSResponse("", status, HTTPHeaders(), None), {
        "Error": {"Code": code, "Message": "as the test wants it"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **members,
    }


@cache
def bystander() -> "DynamoDBClient":
    """A DynamoDB client that nobody watches, for what the service itself never asks for."""
    return aws.session().client("dynamodb")


def items_of(table: str) -> list[Body]:
    """Everything in a table."""
    return list(bystander().scan(TableName=table)["Items"])


def _validate(params: Body, model: OperationModel, **_: object) -> None:
    if model.input_shape:
        report = ParamValidator().validate(params, model.input_shape)
        if report.has_errors():
            raise ParamValidationError(report=report.generate_report())
