"""HTTP servers within this process, on loopback alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

ANY_PORT = ("127.0.0.1", 0)


class Silent:
    """Has a handler of requests log nothing of them; stands before it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving[S: BaseServer](server: S) -> Iterator[S]:
    """A server at work, and closed at the end."""
    with server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
