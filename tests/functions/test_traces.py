"""What X-Ray is told where tracing is on, and what it costs where it is off."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from local.loopback import ANY_PORT, Silent, serving

ROOT = Path(__file__).parents[2]
SECRET = "hush-hush-hush"
TRACE = "1-5759e988-bd862e3fe1be46a994272793"
PARENT = "53995c3f42cd8ad8"
# In a process of its own, because Tracer patches botocore for good.
PROGRAM = """
import sys
import boto3
from tests.functions.deployment import Context
from token_service.runtime.handlers import observed

def handle(event, context):
    boto3.client("dynamodb").put_item(TableName="Tokens", Item={"secret": {"S": event["secret"]}})
    if event["fails"]:
        raise ValueError(event["secret"])
    return {"token": event["secret"]}

handler = observed(handle)
for fails in (False, True):
    try:
        assert handler({"secret": sys.argv[1], "fails": fails}, Context())["token"] == sys.argv[1]
    except ValueError as error:
        assert str(error) == sys.argv[1]
print([name for name in sys.modules if name == "aws_xray_sdk"])
"""


class _TakesAll(Silent, BaseHTTPRequestHandler):
    """DynamoDB, as far as a PutItem needs it."""

    def do_POST(self) -> None:
        """Answer as to a write that succeeds."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


def run(*, disabled: bool, sampled: bool = True) -> tuple[list[dict[str, Any]], list[str]]:
    """The subsegments that reach the X-Ray daemon, and the lines that the program prints."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon,
        serving(HTTPServer(ANY_PORT, _TakesAll)) as dynamodb,
    ):
        daemon.bind(("127.0.0.1", 0))
        daemon.setblocking(False)  # noqa: FBT003 - the socket module's own
        done = subprocess.run(  # noqa: S603 - the program is a constant
            [sys.executable, "-c", PROGRAM, SECRET],
            cwd=ROOT,
            env=os.environ
            | {
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{dynamodb.server_port}",
                "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
                "LAMBDA_TASK_ROOT": "/var/task",
                "POWERTOOLS_SERVICE_NAME": "token-service",
                "SUCCESS_LOG_SAMPLE": "100",
                "POWERTOOLS_TRACE_DISABLED": str(disabled).lower(),
                "PYTHONPATH": "layers/shared:.",
                "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent={PARENT};Sampled={sampled:d}",
            },
            capture_output=True,
            text=True,
            check=True,
        )
        return list(_received(daemon)), done.stdout.splitlines()


def _received(daemon: socket.socket) -> Iterator[dict[str, Any]]:
    while True:
        try:
            _, segment = daemon.recv(65_536).split(b"\n", 1)
        except BlockingIOError:
            return
        yield json.loads(segment)


def test_calls_are_traced_without_what_they_carry() -> None:
    """A trace has operations and error types, and no item, answer or message (item 78)."""
    found, lines = run(disabled=False)
    assert [segment["name"] for segment in found] == ["dynamodb", "## handle"] * 2
    assert {segment["trace_id"] for segment in found} == {TRACE}
    call, handled, _, failed = found
    assert (call["aws"]["operation"], call["aws"]["table_name"]) == ("PutItem", "Tokens")
    assert handled["parent_id"] == PARENT
    assert (handled["annotations"]["ColdStart"], failed["annotations"]["ColdStart"]) == (
        True,
        False,
    )
    assert failed["annotations"]["error"] == "ValueError"
    assert SECRET not in json.dumps(found)
    (line,) = (json.loads(line) for line in lines[:-1])
    assert line["xray_trace_id"] == TRACE
    assert SECRET not in "".join(lines)


def test_unsampled_invocations_are_not_traced() -> None:
    """X-Ray decides which invocations are traced, and bills those."""
    assert run(disabled=False, sampled=False)[0] == []


def test_without_tracing_the_sdk_is_not_loaded() -> None:
    """The X-Ray SDK would make every cold start slower."""
    found, lines = run(disabled=True)
    assert (found, lines[-1]) == ([], "[]")
    assert "xray_trace_id" not in lines[0]


def test_the_template_switches_it(template: dict[str, Any]) -> None:
    """Functions construct Tracer if and only if `Tracing` is Active."""
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_TRACE_DISABLED"] == {"Fn::If": ["TracesActively", "false", "true"]}
    assert template["Conditions"]["TracesActively"] == {
        "Fn::Equals": [{"Ref": "Tracing"}, "Active"]
    }
