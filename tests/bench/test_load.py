"""The driver that asks for tokens over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

import pytest

from bench.load import CONNECTIONS, Load, Refused
from local.loopback import ANY_PORT, Silent, serving


class Endpoint(ThreadingHTTPServer):
    """Answers 200 so many times and 503 afterwards; keeps what it was asked, and by how many."""

    def __init__(self, answers: int) -> None:
        super().__init__(ANY_PORT, Answering)
        self.answers = answers
        self.asked: list[tuple[str, str | None, bytes]] = []
        self.connections: set[int] = set()
        self.lock = Lock()

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.server_port}"


class Answering(Silent, BaseHTTPRequestHandler):
    """Answers on one connection, which it keeps alive."""

    protocol_version = "HTTP/1.1"
    server: Endpoint

    def do_POST(self) -> None:
        """Keep the request and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.asked.append((self.path, self.headers["Authorization"], body))
            self.server.connections.add(self.client_address[1])
            status = 200 if len(self.server.asked) <= self.server.answers else 503
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


@contextmanager
def load(server: Endpoint) -> Iterator[Load]:
    """Requests to it, and no connection left at the end."""
    load = Load(server.address, "/token", {"Authorization": "Basic x"}, b"a=b")
    try:
        yield load
    finally:
        load.close()


def test_exactly_so_many_requests_are_made_over_the_few_connections() -> None:
    """Also where they cannot be shared out evenly."""
    times = 3 * CONNECTIONS + 1
    with serving(Endpoint(times)) as server, load(server) as asking:
        assert asking.ask(times) == b"{}"
    assert server.asked == [("/token", "Basic x", b"a=b")] * times
    assert len(server.connections) == CONNECTIONS


def test_opening_replaces_every_connection_and_what_follows_uses_these() -> None:
    """So that no connection is made within what is measured."""
    with serving(Endpoint(5 * CONNECTIONS)) as server, load(server) as asking:
        asking.open()
        asking.ask(CONNECTIONS)
        assert len(server.connections) == CONNECTIONS
        asking.open()
        asking.ask(2 * CONNECTIONS)
        assert len(server.connections) == 2 * CONNECTIONS


def test_one_request_needs_one_connection() -> None:
    """The others have nothing to ask, and the answer is the one that came."""
    with serving(Endpoint(1)) as server, load(server) as asking:
        assert asking.ask(1) == b"{}"
    assert len(server.connections) == 1


def test_an_answer_that_is_no_token_is_an_error() -> None:
    """A server that refuses quickly must not look fast."""
    with (
        serving(Endpoint(answers=CONNECTIONS)) as server,
        load(server) as asking,
        pytest.raises(Refused, match="503"),
    ):
        asking.ask(4 * CONNECTIONS)
