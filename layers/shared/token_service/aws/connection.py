"""HTTP/1.1 to one endpoint, over connections that stay open from call to call.

As much of RFC 9112 as a request with a body and its answer need: http.client would take fifteen
times as long to read an answer, send a request in two parts, and load a mail parser for it.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from select import POLLIN, poll
from ssl import SSLContext, create_default_context
from threading import local
from typing import Protocol
from urllib.parse import urlsplit
from weakref import finalize

_PORTS = {"http": 80, "https": 443}
# Bytes; far more than AWS ever sends in a head.
_LONGEST_HEAD = 65536
_PART = 65536
_LINE = b"\r\n"
_NO_CONTENT = 204


class NoAnswerError(Exception):
    """The other side was not reached, or did not answer in time or in whole; says how."""


class MalformedAnswerError(ValueError):
    """What came back is no HTTP, or was cut off."""


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
        parts = urlsplit(endpoint)
        self._address = (parts.hostname or "", parts.port or _PORTS[parts.scheme])
        self._patience = patience
        self._kept = local()
        self._tls = _trust() if parts.scheme == "https" else None

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer, whatever its status. `headers` names the host.

        Raises:
            NoAnswerError: there was none.

        """
        channel: _Channel | None = getattr(self._kept, "channel", None)
        try:
            if channel is None or channel.was_closed():
                channel = self._kept.channel = self._open()
            channel.socket.sendall(_request(path, headers, body))
            answer = _read(channel)
        except (OSError, MalformedAnswerError) as error:
            self._kept.channel = None
            raise NoAnswerError(type(error).__name__) from error
        if answer.headers.get("connection", "").lower() == "close":
            self._kept.channel = None
        return answer

    def _open(self) -> "_Channel":
        opened = socket.create_connection(self._address, self._patience.connect)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._tls:
            try:
                opened = self._tls.wrap_socket(opened, server_hostname=self._address[0])
            except OSError:
                opened.close()
                raise
        opened.settimeout(self._patience.read)
        return _Channel(opened)


@cache
def _trust() -> SSLContext:
    """Whom TLS trusts: read once, since reading all authorities takes longer than many calls."""
    return create_default_context()


class _Channel:
    """An open connection; it is closed when nobody has it any more."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened
        self._unread = b""
        self._waiting = poll()
        self._waiting.register(opened, POLLIN)
        finalize(self, opened.close)

    def was_closed(self) -> bool:
        """Whether the other side has hung up: between calls nothing else can be there to read."""
        return bool(self._unread or self._waiting.poll(0))

    def until(self, end: bytes) -> str:
        """What comes before these bytes, which are read too."""
        while (found := self._unread.find(end)) < 0 and len(self._unread) <= _LONGEST_HEAD:
            self._unread += self._receive()
        if not 0 <= found <= _LONGEST_HEAD:
            raise MalformedAnswerError
        before = self._unread[:found]
        self._unread = self._unread[found + len(end) :]
        return before.decode("latin-1")

    def exactly(self, count: int) -> bytes:
        """So many bytes."""
        parts = [self._unread]
        missing = count - len(self._unread)
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        data = b"".join(parts)
        self._unread = data[count:]
        return data[:count]

    def _receive(self) -> bytes:
        data = self.socket.recv(_PART)
        if not data:
            raise MalformedAnswerError
        return data


def _request(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Head and body in one piece, which is one packet and one TLS record."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    first = f"POST {path} HTTP/1.1\r\ncontent-length: {len(body)}\r\n"
    return f"{first}{head}\r\n".encode("latin-1") + body


def _read(channel: _Channel) -> Answer:
    head = channel.until(_LINE + _LINE)
    if head.count("\n") != head.count("\r\n"):
        raise MalformedAnswerError
    first, *lines = head.split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        raise MalformedAnswerError
    fields = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    return Answer(int(status), headers, _body(channel, int(status), headers))


def _body(channel: _Channel, status: int, headers: Mapping[str, str]) -> bytes:
    length = headers.get("content-length", "0" if status == _NO_CONTENT else "")
    if length.isdecimal():
        return channel.exactly(int(length))
    if headers.get("transfer-encoding", "").lower() != "chunked":
        # Without a length an answer that was cut off looks like a whole one.
        raise MalformedAnswerError
    body = b""
    while size := _chunk_size(channel.until(_LINE)):
        body += channel.exactly(size)
        channel.until(_LINE)
    while channel.until(_LINE):
        pass
    return body


def _chunk_size(line: str) -> int:
    try:
        return int(line.partition(";")[0], 16)
    except ValueError as error:
        raise MalformedAnswerError from error
