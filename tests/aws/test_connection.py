"""One connection for many calls, opened anew when it has to be."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from token_service.aws.connection import KeptConnection, NoAnswerError, Patience

from local.loopback import ANY_PORT, Silent, serving

PATIENCE = Patience(connect=5, read=5)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HURRY = Patience(connect=0.2, read=0.2)


class Server(ThreadingHTTPServer):
    """Echoes what it is sent; hangs up after the calls whose numbers are in `hangs_up`."""

    daemon_threads = True

    def __init__(self) -> None:
        """On loopback, at any free port."""
        super().__init__(ANY_PORT, _Echo)
        self.callers: list[int] = []
        self.hangs_up: set[int] = set()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Echo(Silent, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        """Tell what came."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.callers.append(self.client_address[1])
        told = {"path": self.path, "body": body.decode(), "sent": self.headers["x-sent"]}
        content = json.dumps(told).encode()
        self.send_response(418)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Told", "Yes")
        self.end_headers()
        self.wfile.write(content)
        # Without a word about it, as a server does that has been idle for long.
        self.close_connection = len(self.server.callers) in self.server.hangs_up


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on loopback."""
    with serving(Server()) as running:
        yield running


def test_what_is_sent_arrives_and_comes_back(server: Server) -> None:
    """Whatever the status; header names in lower case."""
    answer = KeptConnection(server.url, PATIENCE).post("/path", {"x-sent": "yes"}, b"body")
    assert (answer.status, answer.headers["x-told"]) == (418, "Yes")
    assert json.loads(answer.body) == {"path": "/path", "body": "body", "sent": "yes"}


def test_calls_share_a_connection(server: Server) -> None:
    """Opening one, with TLS, costs more than a call."""
    connection = KeptConnection(server.url, PATIENCE)
    for _ in range(3):
        connection.post("/", {}, b"")
    assert len(set(server.callers)) == 1


def test_a_thread_has_its_own(server: Server) -> None:
    """Answers are never mixed up."""
    connection = KeptConnection(server.url, PATIENCE)
    connection.post("/", {}, b"")
    thread = Thread(target=lambda: connection.post("/", {}, b""))
    thread.start()
    thread.join()
    assert len(set(server.callers)) == 2


def test_one_that_was_closed_is_opened_anew(server: Server) -> None:
    """A function that was frozen for minutes loses no attempt to a connection long gone."""
    server.hangs_up = {1}
    connection = KeptConnection(server.url, PATIENCE)
    connection.post("/", {}, b"")
    wait_for_end_of(connection)
    connection.post("/", {}, b"")
    assert len(set(server.callers)) == 2


def wait_for_end_of(connection: KeptConnection) -> None:
    """Until the other side's hanging up has arrived."""
    held = connection._kept.channel  # noqa: SLF001 - what is asked is whether it was closed
    assert held.socket.recv(1, socket.MSG_PEEK) == b""


def test_nobody_there() -> None:
    """No answer, and how."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(NoAnswerError, match="ConnectionRefusedError"):
            KeptConnection(nowhere, PATIENCE).post("/", {}, b"")


def test_silence() -> None:
    """Whoever takes a call and says nothing is not waited for longer than said."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = KeptConnection(f"http://127.0.0.1:{silent.getsockname()[1]}", HURRY)
        for _ in range(2):
            with pytest.raises(NoAnswerError, match="TimeoutError"):
                connection.post("/", {}, b"")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"not http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        CHUNKED + b"long\r\n",
        CHUNKED + b"5\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"x" * 70000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + b"x" * 200000,
        b"HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\nContent-Length: 2\r\n\r\nhi",
    ],
)
def test_half_an_answer_is_none(reply: bytes) -> None:
    """Whatever ends early, or is no HTTP, is told as such."""
    with replying(reply) as url, pytest.raises(NoAnswerError):
        KeptConnection(url, PATIENCE).post("/", {}, b"")


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nwhole", 200, b"whole"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n", 500, b""),
        (CHUNKED + b"4;note=1\r\nin p\r\n5\r\narts!\r\n0\r\nTrailer: 1\r\n\r\n", 200, b"in parts!"),
    ],
)
def test_whole_answers(reply: bytes, status: int, body: bytes) -> None:
    """With a length, without content, and in chunks (RFC 9112 sections 6 and 7).

    Whether it arrives at once or byte by byte.
    """
    for pieces in ([reply], [reply[at : at + 1] for at in range(len(reply))]):
        with replying(*pieces) as url:
            answer = KeptConnection(url, PATIENCE).post("/", {}, b"")
        assert (answer.status, answer.body) == (status, body)


def test_a_connection_with_more_than_was_asked_for_is_not_used_again() -> None:
    """What follows an answer could only be taken for the next one's."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_twice() -> None:
            with listener.accept()[0] as first:
                first.recv(65536)
                first.sendall(head + b"first" + head + b"extra")
                with listener.accept()[0] as second:
                    second.recv(65536)
                    second.sendall(head + b"other")

        listener.settimeout(5)
        Thread(target=answer_twice, daemon=True).start()
        connection = KeptConnection(f"http://127.0.0.1:{listener.getsockname()[1]}", PATIENCE)
        bodies = [connection.post("/", {}, b"").body for _ in range(2)]
    assert bodies == [b"first", b"other"]


@contextmanager
def replying(*pieces: bytes) -> Iterator[str]:
    """A server that takes one call and says exactly this, piece by piece."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.recv(65536)
                caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in pieces:
                    caller.sendall(piece)

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_a_server_that_says_it_hangs_up_is_believed() -> None:
    """The next call has a connection of its own."""
    farewell = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with replying(farewell) as url:
        connection = KeptConnection(url, PATIENCE)
        connection.post("/", {}, b"")
        assert connection._kept.channel is None  # noqa: SLF001 - nothing is left to be asked


def test_a_stranger_s_certificate_is_no_answer(tmp_path: Path) -> None:
    """TLS names the server, and one that nobody vouches for is not AWS."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = Server()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # its caller hangs up, as it should
    with serving(server):
        url = f"https://localhost:{server.server_port}"
        with pytest.raises(NoAnswerError, match="SSLCertVerificationError"):
            KeptConnection(url, PATIENCE).post("/", {}, b"")


def self_signed(folder: Path) -> Path:
    """A certificate of its own making, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
