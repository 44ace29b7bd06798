"""Programs that make calls when told to."""

import sys
from pathlib import Path

import pytest

from bench.worker import worker

HANDLER = """
def lambda_handler(event, context):
    return {"answer": event["answer"], "left": context.get_remaining_time_in_millis()}
"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """What a process sees whose function is this handler."""
    (tmp_path / "handler.py").write_text(HANDLER, "utf-8")
    return {
        "PYTHONPATH": str(tmp_path),
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "_HANDLER": "handler.lambda_handler",
    }


def test_call_costs_cpu_time(variables: dict[str, str]) -> None:
    """So does getting ready."""
    setup = {"ask": {"event": {"answer": "yes"}, "expected": "yes"}}
    with worker(Path(sys.executable), "handler_calls", setup, variables) as one:
        assert one.ready > 0
        assert one.call("ask") > 0


def test_wrong_answer_ends_the_measurement(variables: dict[str, str]) -> None:
    """The program ends, and so does the benchmark."""
    setup = {"ask": {"event": {"answer": "no"}, "expected": "yes"}}
    with (
        worker(Path(sys.executable), "handler_calls", setup, variables) as one,
        pytest.raises(RuntimeError, match="ended with 1"),
    ):
        one.call("ask")
