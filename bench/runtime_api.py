"""Lambda's side of a function: an interpreter under the real runtime client, and its runtime API.

The driver's process answers the client's requests itself, in its own thread and only while an event
is under way: nothing runs beside the function, and an event costs the driver two requests.
"""

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from compileall import compile_dir
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import BinaryIO

from bench.measure import cpu_seconds
from bench.report import ROOT

REGION = "us-east-1"
ACCOUNT = "123456789012"
PATIENCE = 30.0  # seconds until an event, or the start, counts as never answered
_TICK = 0.2  # seconds between looks at whether the process still lives

_CLIENT = ROOT / ".run/venv-bench/lib/python3.13/site-packages"
# What Lambda's image has beside the interpreter: the runtime client and what it imports.
_CLIENT_PARTS = (
    "awslambdaric",
    "runtime_client*.so",
    "simplejson",
    "snapshot_restore_py.py",
)
_NEXT = re.compile(rb"GET /2018-06-01/runtime/invocation/next ")
_ANSWER = re.compile(rb"POST /2018-06-01/runtime/invocation/[^/ ]+/(response|error) ")
_RESTORE = re.compile(rb"GET /2018-06-01/runtime/restore/next ")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
_RESTORED = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class FunctionFailed(Exception):
    """The function ended, never answered, or answered with an error; the text says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answered, and the CPU seconds of its process up to that moment."""

    body: bytes
    cpu: float


def interpreter(place: Path) -> Path:
    """Make a Python in `place` as Lambda's image has it: bare, but for the compiled runtime client.

    Of the version that runs this; its standard library is that version's own, bytecode included.
    """
    base = Path(sys.base_prefix) / "bin/python3.13"
    subprocess.run([base, "-m", "venv", "--without-pip", place], check=True)  # noqa: S603 - our own paths
    packages = place / "lib/python3.13/site-packages"
    for part in _CLIENT_PARTS:
        for source in _CLIENT.glob(part):
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, packages / source.name)
    compile_dir(packages, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return place / "bin/python"


def lambda_environment(name: str, folder: Path, layer: Path | None) -> dict[str, str]:
    """The variables that Lambda itself gives a function with active tracing.

    The layer is at `layer` in place of /opt/python. No bytecode is written, and none is read but
    what lies beside the sources.
    """
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(layer or ""),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_SESSION_TOKEN": "bench",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Where X-Ray's daemon would be; what is sent there is lost, as far as a sender can tell.
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": "handler.lambda_handler",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


class FunctionProcess:
    """A function's process, and the runtime API that it asks for events."""

    def __init__(self, process: subprocess.Popen[bytes], listener: socket.socket) -> None:
        """For a process that was told the listener's address."""
        self._process = process
        self._listener = listener
        self._connections: dict[int, socket.socket] = {}
        self._waiting: socket.socket | None = None
        self._snapshot: socket.socket | None = None
        self._number = 0

    @property
    def pid(self) -> int:
        """The process's id, for what the kernel knows of it."""
        return self._process.pid

    def await_ready(self) -> float:
        """CPU seconds from the start of the interpreter to its first question for an event.

        Raises:
            FunctionFailed: it cannot be imported.

        """
        if self._waiting is None:
            self._waiting, request, body = self._request()
            if not _NEXT.match(request):
                raise FunctionFailed(f"asked for {request[:80]!r}: {body[:2000]!r}")
        return cpu_seconds(self.pid)

    def await_snapshot(self) -> float:
        """CPU seconds until the snapshot is taken: imports and before-snapshot hooks.

        Only for a function with `AWS_LAMBDA_INITIALIZATION_TYPE=snap-start`, and only once.

        Raises:
            FunctionFailed: it cannot be imported, or a hook failed.

        """
        connection, request, body = self._request()
        if not _RESTORE.match(request):
            raise FunctionFailed(f"asked for {request[:80]!r}: {body[:2000]!r}")
        self._snapshot = connection
        return cpu_seconds(self.pid)

    def restore(self) -> None:
        """Let the function go on after its snapshot: the after-restore hooks run next."""
        assert self._snapshot
        self._snapshot.sendall(_RESTORED)
        self._snapshot = None

    def invoke(self, event: bytes, *, sampled: bool = True, seconds: float = PATIENCE) -> Answer:
        """Hand one event (JSON) to the function, X-Ray having chosen to trace it or not.

        It has so many seconds to answer, and is told so.

        Raises:
            FunctionFailed: it raised, ended, or did not answer in time.

        """
        self.await_ready()
        assert self._waiting
        self._number += 1
        deadline = int((time.time() + seconds) * 1000)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-{self._number:012x}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {deadline}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:{REGION}:{ACCOUNT}:function:f\r\n"
            f"Lambda-Runtime-Trace-Id: {trace_id(self._number, sampled=sampled)}\r\n"
            f"Content-Length: {len(event)}\r\n\r\n"
        )
        self._waiting.sendall(head.encode() + event)
        self._waiting = None
        connection, request, body = self._request(seconds)
        cpu = cpu_seconds(self.pid)
        connection.sendall(_ACCEPTED)
        answer = _ANSWER.match(request)
        if not answer or answer[1] != b"response":
            raise FunctionFailed(f"{request[:80]!r}: {body[:2000]!r}")
        return Answer(body, cpu)

    def peak_memory(self) -> int:
        """The most memory (bytes) that the process has held at once so far."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def close(self) -> None:
        """Close every connection; the process gets nothing more."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _request(self, seconds: float = PATIENCE) -> tuple[socket.socket, bytes, bytes]:
        """The client's next request: where to answer it, its head and its body."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            waiting = [self._listener, *self._connections.values()]
            for ready in select.select(waiting, [], [], _TICK)[0]:
                if ready is self._listener:
                    connection, _ = self._listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._connections[connection.fileno()] = connection
                elif received := _read_request(ready):
                    return (ready, *received)
                else:
                    del self._connections[ready.fileno()]
                    ready.close()
            if self._process.poll() is not None:
                raise FunctionFailed(f"ended with {self._process.returncode}")
        raise FunctionFailed(f"no answer in {seconds:g} s")


@contextmanager
def started(
    python: Path, folder: Path, variables: Mapping[str, str], output: BinaryIO | int
) -> Iterator[FunctionProcess]:
    """A process of the function in `folder`, under the runtime client.

    `variables` are all that it sees: those of `lambda_environment` and its own. `output` takes
    what it logs.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [python, "-m", "awslambdaric", variables["_HANDLER"]],
            cwd=folder,
            env={**variables, "AWS_LAMBDA_RUNTIME_API": address},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        function = FunctionProcess(process, listener)
        try:
            yield function
        finally:
            process.kill()
            process.wait()
            function.close()


def trace_id(number: int, *, sampled: bool) -> str:
    """A trace header as Lambda sends one."""
    return f"Root=1-5759e988-{number:024x};Parent=53995c3f42cd8ad8;Sampled={int(sampled)}"


def _read_request(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """The head and the body of a request; None where the client has hung up."""
    received = b""
    with suppress(ConnectionResetError):
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return None
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        parts = [body]
        missing = (int(length[1]) if length else 0) - len(body)
        while missing > 0:
            part = connection.recv(min(missing, 65536))
            if not part:
                return None
            parts.append(part)
            missing -= len(part)
        return head, b"".join(parts)
    return None
