"""Asks a token endpoint for tokens over HTTP, by a few connections at once that are kept alive."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

CONNECTIONS = 8
_PATIENCE = 30.0  # seconds for one answer
_OK = 200


class Refused(Exception):
    """An answer was no token; the text says what it was."""


class Load:
    """The same request, as often as it is wanted."""

    def __init__(self, address: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """`address` is host:port; nothing is connected yet."""
        self._path = path
        self._headers = headers
        self._body = body
        self._connections = [HTTPConnection(address, timeout=_PATIENCE) for _ in range(CONNECTIONS)]

    def open(self) -> None:
        """Open every connection anew, by one request each: servers close what was idle for long.

        Raises:
            Refused: an answer was not 200.

        """
        self.close()
        self.ask(CONNECTIONS)

    def ask(self, times: int) -> bytes:
        """Post so many requests, shared out evenly; one of the answers.

        Raises:
            Refused: an answer was not 200.

        """
        shares = [
            times // CONNECTIONS + (number < times % CONNECTIONS) for number in range(CONNECTIONS)
        ]
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            first, *_ = threads.map(self._ask_in_turn, self._connections, shares)
        return first

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.close()

    def _ask_in_turn(self, connection: HTTPConnection, times: int) -> bytes:
        answer = b""
        for _ in range(times):
            connection.request("POST", self._path, self._body, self._headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != _OK:
                raise Refused(f"{response.status} {answer[:2000]!r}")
        return answer
