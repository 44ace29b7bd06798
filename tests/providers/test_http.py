"""How long and how much a provider may answer, against a server on this machine."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
from token_service.domain.errors import Unavailable
from token_service.providers.http import DEADLINE, MAX_BYTES, Http

from local.loopback import ANY_PORT, Silent, serving


class Handler(Silent, BaseHTTPRequestHandler):
    """Answers each path in its own way."""

    def do_GET(self) -> None:
        """One answer."""
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("location", "/short")
        else:
            self.send_response(200)
        body = b"x" * (MAX_BYTES + 1) if self.path == "/long" else b"{}"
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Its address."""
    with serving(ThreadingHTTPServer(ANY_PORT, Handler)) as made:
        yield f"http://127.0.0.1:{made.server_port}"


def test_an_answer_comes_as_it_is(server: str) -> None:
    """Whole, and no redirect is followed."""
    answer = Http(lambda: 0)("GET", f"{server}/short", {}, None)
    assert (answer.status, answer.body) == (200, b"{}")
    assert Http(lambda: 0)("GET", f"{server}/elsewhere", {}, None).status == 302


def test_an_answer_that_is_too_long(server: str) -> None:
    """It is not read to its end."""
    with pytest.raises(Unavailable, match=r"^$|") as refused:
        Http(lambda: 0)("GET", f"{server}/long", {}, None)
    assert refused.value.detail == "the provider's answer is too long"


def test_an_answer_that_drips(server: str) -> None:
    """Every piece comes in time, and all of them do not: the deadline is for the whole."""
    seconds = count(0, DEADLINE / 2)
    with pytest.raises(Unavailable) as refused:
        Http(lambda: next(seconds))("GET", f"{server}/long", {}, None)
    assert refused.value.detail == "the provider took too long"


def test_nobody_there() -> None:
    """A refused connection is told as one."""
    with pytest.raises(Unavailable) as refused:
        Http(lambda: 0)("GET", "http://127.0.0.1:9/", {}, None)
    assert refused.value.detail == "the provider did not answer: NewConnectionError"
