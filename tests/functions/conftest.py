"""Fixtures for the functions' tests."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from token_service import aws

from local.loopback import ANY_PORT, Silent, serving
from tests.functions.deployment import Deployment, forget, load_event
from tests.wire.demo_clients import CLIENT

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class CloudFormation(HTTPServer):
    """Takes what custom resources answer."""

    def __init__(self) -> None:
        """Listens on loopback, at any free port."""
        super().__init__(ANY_PORT, _TakeAnswer)
        self.answers: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Where the answer is to be put."""
        return f"http://127.0.0.1:{self.server_port}/answer?signature=presigned"


class _TakeAnswer(Silent, BaseHTTPRequestHandler):
    server: CloudFormation

    def do_PUT(self) -> None:
        """Keep headers and body."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.answers.append((dict(self.headers), body))
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """A place for custom resources' answers."""
    with serving(CloudFormation()) as server:
        yield server


@pytest.fixture
def empty_deployment(
    dynamodb: "DynamoDBClient",  # noqa: ARG001 - set up first
    template: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Deployment]:
    """Tables and an empty secret: the stack before its custom resource ran."""
    forget()
    secrets_manager = aws.secrets_manager()
    secrets_manager.create_secret(Name="SigningSecret")
    secrets_manager.create_secret(Name="SealingSecret", SecretString="s" * 64)
    yield Deployment(template, monkeypatch, capsys)
    forget()


@pytest.fixture
def deployment(empty_deployment: Deployment, cloudformation: CloudFormation) -> Deployment:
    """A whole deployment: keys made by the function that makes them, and the demo clients."""
    create = load_event("rotate_keys/create") | {"ResponseURL": cloudformation.url}
    empty_deployment.invoke("rotate_keys", create)
    empty_deployment.register_demo_clients()
    return empty_deployment


@pytest.fixture(params=[True, False], ids=["recorded", "unrecorded"])
def either_deployment(request: pytest.FixtureRequest, deployment: Deployment) -> Deployment:
    """Whose demo client's tokens have records, and then none."""
    deployment.administration.update(CLIENT, recorded=request.param)
    return deployment
