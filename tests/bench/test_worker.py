"""Programs that do calls when told to."""

import sys
from pathlib import Path

import pytest

from bench.warm_path import break_signature
from bench.worker import worker

VARIABLES = {
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_SESSION_TOKEN": "",
}
SETUP = {"table": "TokensTable", "record": {}}
PYTHON = Path(sys.executable)


def test_a_call_costs_cpu_time() -> None:
    """So does getting ready."""
    with worker(PYTHON, "put_clients", SETUP, VARIABLES, "nothing") as one:
        assert one.ready > 0
        assert one.call("put_item") > 0


def test_a_call_that_goes_wrong_is_no_measurement() -> None:
    """The program ends, and so does the benchmark; here nothing listens at the address."""
    with (
        worker(PYTHON, "put_clients", SETUP, VARIABLES, "http_signed") as one,
        pytest.raises(RuntimeError, match="ended with 1"),
    ):
        one.call("put_item")


def test_a_broken_signature_is_another_of_the_same_length() -> None:
    """Header and claims stay as they are."""
    broken = break_signature("header.claims.c2lnbmF0dXJl")
    assert broken.startswith("header.claims.")
    assert len(broken) == len("header.claims.c2lnbmF0dXJl")
    assert broken != "header.claims.c2lnbmF0dXJl"
