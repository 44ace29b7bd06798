"""An AWS endpoint on loopback that answers as a script says: badly, above all."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zlib import crc32

from local.loopback import ANY_PORT, Silent, serving


@dataclass(frozen=True)
class Reply:
    """A response; `cut` withholds that many of its last bytes and then hangs up."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    with_length: bool = True


class Hangup:
    """Instead of a reply: reset the connection."""


class Silence:
    """Instead of a reply: say nothing until the client hangs up."""


type Script = Reply | Hangup | Silence


def of(members: object, status: int = 200, **headers: str) -> Reply:
    """A JSON body, with the checksum that DynamoDB sends."""
    body = json.dumps(members).encode()
    return Reply(body, status, {"x-amz-crc32": str(crc32(body)), **headers})


def error(code: str, status: int = 400, **members: object) -> Reply:
    """An error as DynamoDB words it."""
    return of({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **members}, status)


@dataclass
class Asked:
    """A request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def access_key(self) -> str:
        """The access key that signed it."""
        return self.headers["Authorization"].partition("Credential=")[2].partition("/")[0]


class FaultyAws(ThreadingHTTPServer):
    """Replies in the order of the script, and for ever as its last line says."""

    daemon_threads = True

    def __init__(self) -> None:
        """On loopback, at any free port; every reply is empty."""
        super().__init__(ANY_PORT, _Handler)
        self.script: list[Script] = [of({})]
        self.asked: list[Asked] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.server_port}"

    def next_reply(self) -> Script:
        """What the script says for the latest request."""
        return self.script[min(len(self.asked), len(self.script)) - 1]


class _Handler(Silent, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyAws

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        """One reply."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(Asked(dict(self.headers), body))
        match self.server.next_reply():
            case Hangup():
                self.close_connection = True
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                # The reader holds the socket open otherwise, and no reset is sent.
                self.rfile.close()
            case Silence():
                self.close_connection = True
                self.rfile.read(1)
            case Reply() as reply:
                self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.with_length:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) - reply.cut])
        self.close_connection = bool(reply.cut) or not reply.with_length


@contextmanager
def faulty_aws() -> Iterator[FaultyAws]:
    """An endpoint at work."""
    with serving(FaultyAws()) as server:
        yield server
