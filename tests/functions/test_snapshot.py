"""With SnapStart a function is primed before the snapshot, and the snapshot holds no secret."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest

from local.loopback import ANY_PORT, Silent, serving
from tests.functions.deployment import variables_of

ROOT = Path(__file__).parent.parent.parent
PLANTED = b"planted-secret-key-planted-secret-key"
PROGRAM = ROOT / "tests/functions/snapshot_program.py"


class Lambda(ThreadingHTTPServer):
    """Serves credentials as Lambda does after a restore, and AWS that answers nothing."""

    daemon_threads = True

    def __init__(self) -> None:
        """On loopback, at any free port."""
        super().__init__(ANY_PORT, _Answer)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(Silent, BaseHTTPRequestHandler):
    server: Lambda

    def do_GET(self) -> None:
        """Credentials, with the planted secret."""
        self.server.asked.append("credentials")
        self._answer(
            200,
            {
                "AccessKeyId": "key",
                "SecretAccessKey": PLANTED.decode(),
                "Token": "session",
                "Expiration": "2099-01-01T00:00:00Z",
            },
        )

    def do_POST(self) -> None:
        """A refusal, whatever is asked."""
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(self.headers["x-amz-target"])
        self._answer(400, {"__type": "AccessDeniedException"})

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def lambda_service() -> Iterator[Lambda]:
    """Lambda's credentials and a deaf AWS."""
    with serving(Lambda()) as server:
        yield server


@contextmanager
def primed(function: str, template: dict[str, Any], server: Lambda) -> Iterator[Popen[str]]:
    """A process that has imported a function as Lambda does before it takes a snapshot."""
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layers/shared"),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/credentials",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **variables_of(template, function),
    }
    handler = ROOT / "functions" / function / "handler.py"
    with Popen(  # noqa: S603 - our own program
        [sys.executable, PROGRAM, handler],
        env=variables,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def told(process: Popen[str]) -> str:
    """The next line that a process prints, or how it failed."""
    assert process.stdout
    assert process.stderr
    return process.stdout.readline() or process.stderr.read()


def go_on(process: Popen[str]) -> None:
    """Let the process take its next step."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def memory_holds(process: Popen[str], secret: bytes) -> bool:
    """Whether any readable page of a process has these bytes."""
    place = Path("/proc") / str(process.pid)
    with (place / "mem").open("rb", buffering=0) as memory:
        for line in (place / "maps").read_text().splitlines():
            span, permissions, *rest = line.split()
            if not permissions.startswith("r") or rest[-1].startswith("[v"):
                continue
            start, end = (int(one, 16) for one in span.split("-"))
            memory.seek(start)
            if secret in memory.read(end - start):
                return True
    return False


@pytest.mark.parametrize("function", ["issue", "introspect", "authorizer"])
def test_priming_calls_no_aws_and_leaves_no_secret(
    function: str, template: dict[str, Any], lambda_service: Lambda
) -> None:
    """A primed process has asked nobody, has printed nothing and holds no credential.

    The restore hook then fetches credentials, and the same search finds them.
    """
    with primed(function, template, lambda_service) as process:
        assert told(process) == "imported\n"
        assert lambda_service.asked == []
        assert not memory_holds(process, PLANTED)
        go_on(process)
        assert told(process) == "restored\n"
        assert lambda_service.asked[0] == "credentials"
        assert len(lambda_service.asked) > 1
        assert memory_holds(process, PLANTED)
