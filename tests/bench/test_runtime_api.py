"""The runtime API that stands in for Lambda's, under a client as small as can be."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.runtime_api import FunctionFailed, FunctionProcess, started

# In the function's folder it comes before any installed one.
CLIENT = """
import http.client, json, os, sys

sys.path.insert(0, os.getcwd())
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def post(path, body):
    connection.request("POST", "/2018-06-01/runtime/" + path, json.dumps(body))
    connection.getresponse().read()


try:
    from handler import lambda_handler
except Exception as error:
    post("init/error", str(error))
    sys.exit(1)
if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    connection.request("GET", "/2018-06-01/runtime/restore/next")
    connection.getresponse().read()
while True:
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    response = connection.getresponse()
    number = response.headers["Lambda-Runtime-Aws-Request-Id"]
    event = json.load(response)
    try:
        post(f"invocation/{number}/response", lambda_handler(event, None))
    except Exception as error:
        post(f"invocation/{number}/error", str(error))
"""


@contextmanager
def function(folder: Path, handler: str, **more: str) -> Iterator[FunctionProcess]:
    """A function with this handler, in a process."""
    (folder / "awslambdaric.py").write_text(CLIENT, "utf-8")
    (folder / "handler.py").write_text(handler, "utf-8")
    python = Path(sys.executable)
    variables = {**os.environ, "_HANDLER": "handler.lambda_handler", **more}
    with (
        (folder / "log").open("wb") as log,
        started(python, folder, variables, log) as process,
    ):
        yield process


def test_a_function_answers_one_event_after_the_other(tmp_path: Path) -> None:
    """Each event has its own answer, of any size, and the CPU time grows with the work."""
    handler = "def lambda_handler(event, _): return sum(range(event['work'])), 'x' * event['size']"
    with function(tmp_path, handler) as process:
        idle = process.invoke(b'{"work": 3, "size": 200000}')
        busy = process.invoke(b'{"work": 3000000, "size": 0}')
    assert json.loads(idle.body) == [3, "x" * 200000]
    assert json.loads(busy.body) == [4499998500000, ""]
    assert busy.cpu > idle.cpu


def test_a_function_is_ready_before_its_first_event(tmp_path: Path) -> None:
    """The start's CPU time is part of the first answer's, and memory is held by then."""
    with function(tmp_path, "lambda_handler = lambda event, _: 1") as process:
        ready = process.await_ready()
        assert 0 < ready <= process.invoke(b"{}").cpu
        assert process.peak_memory() > 1_000_000


def test_snapshot_lies_between_init_and_the_first_event(tmp_path: Path) -> None:
    """The process waits there until it is restored."""
    handler = "lambda_handler = lambda event, _: sum(range(3000000))"
    start_type = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    with function(tmp_path, handler, **start_type) as process:
        init = process.await_snapshot()
        process.restore()
        assert process.invoke(b"{}").cpu > init > 0


def test_function_without_snapshot_is_no_snap_start(tmp_path: Path) -> None:
    """An ordinary start asks for an event where the other would ask to be restored."""
    with (
        function(tmp_path, "lambda_handler = lambda event, _: 1") as process,
        pytest.raises(FunctionFailed, match="invocation/next"),
    ):
        process.await_snapshot()


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        ("1 / 0", "division by zero"),
        ("def lambda_handler(event, _): raise KeyError('lost')", "lost"),
        ("import os\ndef lambda_handler(event, _): os._exit(7)", "ended with 7"),
    ],
    ids=["cannot be imported", "raises", "ends"],
)
def test_a_function_that_fails_is_no_measurement(tmp_path: Path, handler: str, told: str) -> None:
    """Whatever goes wrong ends the run, and says why."""
    with function(tmp_path, handler) as process, pytest.raises(FunctionFailed, match=told):
        process.invoke(b"{}")
