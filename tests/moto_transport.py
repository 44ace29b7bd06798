"""AWS in process: the service's own clients, whose requests moto answers."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import boto3
from botocore.awsrequest import AWSRequest
from moto.core.models import botocore_stubber
from token_service.aws.connection import Answer
from token_service.aws.dynamodb import DynamoDB
from token_service.aws.functions import Functions
from token_service.aws.secrets_manager import SecretsManager
from token_service.aws.service import Service
from token_service.aws.signature import Credentials, Signer

from tests.samples import NOW

REGION = "us-east-1"
OK = 200

type Body = dict[str, Any]
type Hook = Callable[[str, Body], Answer | None]
"""Is told of every request before it is sent, by operation and body; may answer or raise itself."""

type Afterthought = Callable[[str, Body], Body]
"""Is told of every answer of moto's before it arrives; may change it, or lose it by raising."""

type Client = DynamoDB | SecretsManager | Functions


class MotoTransport:
    """Brings requests to moto past `hooks`, and its answers back past `afterthoughts`."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` as a client has it."""
        self._endpoint = endpoint
        self.hooks: list[Hook] = []
        self.afterthoughts: list[Afterthought] = []

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What a hook answers, else what moto does."""
        operation = headers.get("x-amz-target", ".Invoke").rpartition(".")[2]
        for hook in list(self.hooks):
            answer = hook(operation, json.loads(body))
            if answer is not None:
                return answer
        url = f"{self._endpoint}{path}"
        request = AWSRequest("POST", url, headers, body).prepare()
        status, found, content = botocore_stubber.process_request(request)  # type: ignore[misc] # never None for AWS
        text = content.encode() if isinstance(content, str) else content
        if self.afterthoughts and status == OK:
            for afterthought in self.afterthoughts:
                text = json.dumps(afterthought(operation, json.loads(text))).encode()
            return answer_of(json.loads(text))
        names = {name.lower(): str(value) for name, value in found.items()}
        return Answer(status, names, text)


def service(name: str) -> Service:
    """One AWS service in moto, asked without waiting between attempts."""
    endpoint = f"https://{name}.{REGION}.amazonaws.com"
    return Service(
        signer=Signer(name, REGION, urlsplit(endpoint).netloc),
        transport=MotoTransport(endpoint),
        credentials=lambda: Credentials("testing", "testing", "testing"),
        pause=lambda _: None,
        now=lambda: NOW,
    )


def transport_of(client: Client) -> MotoTransport:
    """What carries a client's requests."""
    held = client.service
    carrier = (held if isinstance(held, Service) else held.service).transport
    assert isinstance(carrier, MotoTransport)
    return carrier


def hooks_of(client: Client) -> list[Hook]:
    """The hooks that a client's requests pass."""
    return transport_of(client).hooks


def items_of(table: str) -> list[Body]:
    """Everything in a table, which the service itself never asks for."""
    return list(boto3.client("dynamodb").scan(TableName=table)["Items"])


def answer_of(body: Body, status: int = 200) -> Answer:
    """An answer with this body, with the checksum that DynamoDB gives."""
    content = json.dumps(body).encode()
    return Answer(status, {"x-amz-crc32": str(crc32(content))}, content)
