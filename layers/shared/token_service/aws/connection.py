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
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit
from weakref import finalize

_PORTS = {"http": 80, "https": 443}
# Bytes; far more than AWS ever sends in one line of a head.
_LONGEST_LINE = 65536
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
            answer = _read(channel.reader)
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
        self.reader = opened.makefile("rb")
        self._waiting = poll()
        self._waiting.register(opened, POLLIN)
        finalize(self, _close, opened, self.reader)

    def was_closed(self) -> bool:
        """Whether the other side has hung up: between calls nothing else can be there to read."""
        return bool(self._waiting.poll(0))


def _close(opened: socket.socket, reader: BinaryIO) -> None:
    reader.close()
    opened.close()


def _request(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Head and body in one piece, which is one packet and one TLS record."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    first = f"POST {path} HTTP/1.1\r\ncontent-length: {len(body)}\r\n"
    return f"{first}{head}\r\n".encode("latin-1") + body


def _read(reader: BinaryIO) -> Answer:
    version, _, rest = _line(reader).partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not status.isdecimal():
        raise MalformedAnswerError
    headers: dict[str, str] = {}
    while line := _line(reader):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Answer(int(status), headers, _body(reader, int(status), headers))


def _body(reader: BinaryIO, status: int, headers: Mapping[str, str]) -> bytes:
    length = headers.get("content-length", "0" if status == _NO_CONTENT else "")
    if length.isdecimal():
        return _exactly(reader, int(length))
    if headers.get("transfer-encoding", "").lower() != "chunked":
        # Without a length an answer that was cut off looks like a whole one.
        raise MalformedAnswerError
    body = b""
    while size := _chunk_size(_line(reader)):
        body += _exactly(reader, size)
        _line(reader)
    while _line(reader):
        pass
    return body


def _chunk_size(line: str) -> int:
    try:
        return int(line.partition(";")[0], 16)
    except ValueError as error:
        raise MalformedAnswerError from error


def _line(reader: BinaryIO) -> str:
    line = reader.readline(_LONGEST_LINE)
    if not line.endswith(b"\r\n"):
        raise MalformedAnswerError
    return line[:-2].decode("latin-1")


def _exactly(reader: BinaryIO, count: int) -> bytes:
    data = reader.read(count)
    if len(data) != count:
        raise MalformedAnswerError
    return data
