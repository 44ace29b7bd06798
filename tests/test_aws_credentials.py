"""When clients are made, and when they look for credentials: a snapshot must not carry any."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import NoCredentialsError
from token_service import aws
from token_service.domain.errors import Unavailable
from token_service.store.nonce_seed import DynamoNonceSeed

from local.loopback import ANY_PORT, Silent, serving
from tests.faulty_aws import FaultyAws, faulty_aws, of
from tests.functions.deployment import variables_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parent.parent
SEED = of({"Item": {"seed": {"S": "A" * 43 + "="}}})


class Agent(HTTPServer):
    """Serves credentials as Lambda does after a restore: numbered, each for `minutes`."""

    def __init__(self) -> None:
        """On loopback, at any free port."""
        super().__init__(ANY_PORT, _Serve)
        self.asked: list[str | None] = []
        self.minutes = 60
        self.served: Any = None


class _Serve(Silent, BaseHTTPRequestHandler):
    server: Agent

    def do_GET(self) -> None:
        """The next credentials."""
        self.server.asked.append(self.headers["Authorization"])
        ends = datetime.now(UTC) + timedelta(minutes=self.server.minutes)
        served = self.server.served or {
            "AccessKeyId": f"served-{len(self.server.asked)}",
            "SecretAccessKey": "secret",
            "Token": "session",
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(served).encode())


@pytest.fixture
def agent() -> Iterator[Agent]:
    """The place that serves credentials."""
    with serving(Agent()) as server:
        yield server


@pytest.fixture
def dynamodb_endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyAws]:
    """DynamoDB, and an environment without any credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    with faulty_aws() as server:
        server.script = [SEED]
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        yield server


def new_client() -> "DynamoDBClient":
    """A client as a cold start makes it."""
    return aws.session.__wrapped__().client("dynamodb")


def restored(monkeypatch: pytest.MonkeyPatch, agent: Agent) -> None:
    """Set what Lambda sets for a function that was restored from a snapshot."""
    url = f"http://127.0.0.1:{agent.server_port}/credentials"
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let-me-in")


def load(client: "DynamoDBClient") -> bytes:
    """One call through the store."""
    return DynamoNonceSeed(client, "ClientsTable").load()


def test_making_a_client_contacts_nobody(
    monkeypatch: pytest.MonkeyPatch, agent: Agent, dynamodb_endpoint: FaultyAws
) -> None:
    """Neither the service nor the place that serves credentials."""
    restored(monkeypatch, agent)
    new_client()
    assert (agent.asked, dynamodb_endpoint.connections) == ([], 0)


def test_credentials_are_read_at_the_first_call(
    monkeypatch: pytest.MonkeyPatch, dynamodb_endpoint: FaultyAws
) -> None:
    """Those of the environment as it is then, not as it was when the client was made."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "before")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    client = new_client()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "after")
    load(client)
    assert dynamodb_endpoint.asked[0].access_key == "after"


def test_a_restored_function_is_served_credentials(
    monkeypatch: pytest.MonkeyPatch, agent: Agent, dynamodb_endpoint: FaultyAws
) -> None:
    """Once for many calls; with the token that the place wants to see."""
    client = new_client()
    restored(monkeypatch, agent)
    load(client)
    load(client)
    assert [asked.access_key for asked in dynamodb_endpoint.asked] == ["served-1"] * 2
    assert dynamodb_endpoint.asked[0].headers["X-Amz-Security-Token"] == "session"
    assert agent.asked == ["let-me-in"]


def test_served_credentials_are_refreshed_before_they_expire(
    monkeypatch: pytest.MonkeyPatch, agent: Agent, dynamodb_endpoint: FaultyAws
) -> None:
    """With minutes left: a call under way must not outlive them."""
    client = new_client()
    restored(monkeypatch, agent)
    agent.minutes = 5
    load(client)
    agent.minutes = 60
    load(client)
    load(client)
    first, second, third = (asked.access_key for asked in dynamodb_endpoint.asked)
    assert first != second == third == f"served-{len(agent.asked)}"


@pytest.mark.parametrize(
    "served",
    [
        {"message": "no"},
        {"AccessKeyId": "alone"},
        {"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c", "Expiration": "soon"},
        ["nothing"],
    ],
)
def test_a_place_that_serves_none_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, agent: Agent, dynamodb_endpoint: FaultyAws, served: object
) -> None:
    """The call fails as one without an answer does, and the next one asks anew."""
    client = new_client()
    restored(monkeypatch, agent)
    agent.served = served
    for _ in range(2):
        with pytest.raises(Unavailable):
            load(client)
    assert (len(agent.asked), dynamodb_endpoint.asked) == (2, [])
    agent.served = None
    assert load(client)


def test_a_place_that_is_not_there_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, dynamodb_endpoint: FaultyAws
) -> None:
    """After botocore's own attempts."""
    monkeypatch.setattr("botocore.utils.time.sleep", lambda _: None)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/credentials")
    with pytest.raises(Unavailable):
        load(new_client())
    assert dynamodb_endpoint.asked == []


def test_no_credentials_at_all_are_a_mistake(dynamodb_endpoint: FaultyAws) -> None:
    """Nobody is told to try again."""
    with pytest.raises(NoCredentialsError):
        load(new_client())
    assert dynamodb_endpoint.asked == []


AT_IMPORT = """
import runpy
runpy.run_path("functions/{name}/handler.py")
from token_service import aws
print(aws.dynamodb.cache_info().currsize, aws.secrets_manager.cache_info().currsize)
"""


@pytest.mark.parametrize(
    ("name", "made"), [("issue", "1 1"), ("introspect", "1 0"), ("fallback", "0 0")]
)
def test_clients_are_made_while_lambda_imports(
    template: dict[str, Any], name: str, made: str
) -> None:
    """Those that the function is configured for, before its first event."""
    environment = {"AWS_REGION": "us-east-1", "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", AT_IMPORT.format(name=name)],
        cwd=ROOT,
        env=environment | variables_of(template, name),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.strip() == made
