"""Where a function's credentials come from, and when they are asked for again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from token_service.aws.connection import NoAnswerError
from token_service.aws.credentials import NoCredentialsError, credentials_of
from token_service.aws.signature import Credentials

from local.loopback import ANY_PORT, Silent, serving
from tests.clock import FrozenClock
from tests.samples import NOW

HOUR = 3600


class Agent(HTTPServer):
    """Serves credentials that end an hour after NOW, and after each time they are asked for."""

    def __init__(self) -> None:
        """On loopback, at any free port."""
        super().__init__(ANY_PORT, _Serve)
        self.asked: list[str | None] = []
        self.served: Any = None

    @property
    def environment(self) -> dict[str, str]:
        """What Lambda gives a function that was restored from a snapshot."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self.server_port}/get",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let-me-in",
        }


class _Serve(Silent, BaseHTTPRequestHandler):
    server: Agent

    def do_GET(self) -> None:
        """Credentials, numbered."""
        self.server.asked.append(self.headers["Authorization"])
        number = len(self.server.asked)
        ends = datetime.fromtimestamp(NOW + number * HOUR, UTC).isoformat()
        served = self.server.served or {
            "AccessKeyId": f"key {number}",
            "SecretAccessKey": "secret",
            "Token": "session",
            "Expiration": ends.replace("+00:00", "Z"),
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(served).encode())


@pytest.fixture
def agent() -> Iterator[Agent]:
    """An agent on loopback."""
    with serving(Agent()) as running:
        yield running


def test_of_the_environment() -> None:
    """As Lambda sets it; an operator's own have no session."""
    environment = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    clock = FrozenClock(NOW)
    assert credentials_of(environment, clock)() == Credentials("key", "secret")
    with_session = environment | {"AWS_SESSION_TOKEN": "session"}
    assert credentials_of(with_session, clock)() == Credentials("key", "secret", "session")


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_none(missing: str) -> None:
    """What is missing is named."""
    environment = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    del environment[missing]
    with pytest.raises(NoCredentialsError, match=missing):
        credentials_of(environment, FrozenClock(NOW))


def test_served_ones_are_held_until_shortly_before_their_end(agent: Agent) -> None:
    """A snapshot outlives credentials: they are never part of it, and never used up to the end."""
    clock = FrozenClock(NOW)
    credentials = credentials_of(agent.environment, clock)
    assert agent.asked == []
    assert credentials() == credentials() == Credentials("key 1", "secret", "session")
    clock.advance(HOUR - 301)
    assert credentials().access_key == "key 1"
    clock.advance(1)
    assert credentials().access_key == "key 2"
    assert agent.asked == ["let-me-in"] * 2


def test_what_is_held_serves_while_the_agent_does_not(agent: Agent) -> None:
    """To its end and no longer; it is asked again each time."""
    clock = FrozenClock(NOW)
    credentials = credentials_of(agent.environment, clock)
    credentials()
    agent.served = {"message": "no"}
    clock.advance(HOUR - 1)
    assert credentials().access_key == "key 1"
    clock.advance(1)
    with pytest.raises(NoAnswerError):
        credentials()


@pytest.mark.parametrize(
    "served",
    [
        {"message": "no"},
        {"AccessKeyId": "alone"},
        {"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c", "Expiration": "soon"},
        ["nothing"],
    ],
)
def test_an_agent_that_serves_none_is_no_answer(agent: Agent, served: object) -> None:
    """The call fails as one without an answer does, and the next asks again."""
    agent.served = served
    credentials = credentials_of(agent.environment, FrozenClock(NOW))
    for _ in range(2):
        with pytest.raises(NoAnswerError):
            credentials()
    assert len(agent.asked) == 2


def test_an_agent_that_is_not_there_is_no_answer() -> None:
    """Told as such."""
    nowhere = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/get"}
    with pytest.raises(NoAnswerError):
        credentials_of(nowhere, FrozenClock(NOW))()
