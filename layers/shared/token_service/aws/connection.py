"""HTTP to one endpoint, over connections that stay open from call to call."""

import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from select import POLLIN, poll
from ssl import create_default_context
from threading import local
from typing import Protocol
from urllib.parse import urlsplit
from weakref import finalize


class NoAnswerError(Exception):
    """The other side was not reached, or did not answer in time or in whole; says how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The names in `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Transport(Protocol):
    """Sends a request to one endpoint."""

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer, whatever its status.

        Raises:
            NoAnswerError: there was none.

        """
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call waits for a connection, and then for each part of an answer, in seconds."""

    connect: float
    read: float


class KeptConnection:
    """One connection a thread, opened at its first call and again when it was closed."""

    def __init__(self, endpoint: str, patience: Patience) -> None:
        """`endpoint` is a URL without a path."""
        self._endpoint = urlsplit(endpoint)
        self._patience = patience
        self._kept = local()
        self._tls = create_default_context() if self._endpoint.scheme == "https" else None

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer, whatever its status.

        Raises:
            NoAnswerError: there was none.

        """
        connection: HTTPConnection | None = getattr(self._kept, "connection", None)
        try:
            if connection is None or _was_closed(connection):
                connection = self._kept.connection = self._open()
            connection.request("POST", path, body, headers)
            return _read(connection.getresponse())
        except (OSError, HTTPException) as error:
            if connection is not None:
                connection.close()
            self._kept.connection = None
            raise NoAnswerError(type(error).__name__) from error

    def _open(self) -> HTTPConnection:
        where, port = self._endpoint.hostname or "", self._endpoint.port
        connection = (
            HTTPSConnection(where, port, timeout=self._patience.connect, context=self._tls)
            if self._tls
            else HTTPConnection(where, port, timeout=self._patience.connect)
        )
        try:
            connection.connect()
        except OSError:
            connection.close()
            raise
        connection.sock.settimeout(self._patience.read)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        finalize(connection, connection.sock.close)
        return connection


def _read(response: HTTPResponse) -> Answer:
    # Without a length an answer that was cut off looks like a whole one.
    if response.length is None and not response.chunked:
        raise HTTPException
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())


def _was_closed(connection: HTTPConnection) -> bool:
    """Whether the other side has hung up: between calls nothing else can be there to read."""
    if connection.sock is None:
        return True
    waiting = poll()
    waiting.register(connection.sock, POLLIN)
    return bool(waiting.poll(0))
