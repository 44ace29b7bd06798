"""The sweep as it is deployed: its schedule, and the function itself on the real tables."""

import json
import time
from typing import Any

import boto3

from local.stack import LocalStack
from tests.e2e.deployed import OPEN, Deployed
from tests.e2e.operator import Operator
from tests.e2e.scheduled import assert_hourly
from tests.e2e.store import LAYOUT, tokens_of

HOUR = 3600
SETTLING = 900  # seconds after its end that an hour is left alone


def test_it_is_scheduled_hourly(stack: LocalStack, aws: boto3.Session) -> None:
    """One enabled schedule calls the function every hour; what fails goes to the dead letters."""
    assert_hourly(stack, aws, "SweepFunction")


def test_it_deletes_what_has_expired_and_nothing_else(
    deployed: Deployed, stack: LocalStack, aws: boto3.Session, tokenctl: Operator
) -> None:
    """A dry run counts and keeps; a run deletes all of it, and a live token stays in use."""

    def sweep(**event: object) -> dict[str, Any]:
        function = aws.client("lambda", endpoint_url=stack.endpoint_url)
        answer = function.invoke(
            FunctionName=stack.outputs["SweepFunction"], Payload=json.dumps(event)
        )
        assert "FunctionError" not in answer
        result: dict[str, Any] = json.loads(answer["Payload"].read())
        return result

    tokens, now = tokens_of(stack, aws), int(time.time())
    last = (now - SETTLING) // HOUR - 1
    tokens.expired.delete("sweep", ["checkpoint"])
    tokens.expired.advance(last - 3)
    expired = [
        *tokens.put((last - 2) * HOUR, count=2),  # an hour's first second
        *tokens.put((last - 2) * HOUR + HOUR - 1),  # and its last
        *tokens.put(last * HOUR + 1800, count=30),
    ]
    unsettled = tokens.put(now - 1)
    live = tokens.put(now + HOUR)
    in_use = deployed.issue(deployed.client)

    for dry in (sweep(dry_run=True), tokenctl("sweep", "--dry-run")):
        assert (dry["dry_run"], dry["finished"]) == (True, True)
        assert (dry["tokens"], dry["write_units"]) == (len(expired), 0)
    assert all(tokens.has(record) for record in expired)

    result = sweep()
    assert (result["dry_run"], result["finished"]) == (False, True)
    assert (result["tokens"], result["held_hours"]) == (len(expired), 0)
    assert (result["remaining_hours"], result["lag"]) == (0, 0)
    assert result["hours"] >= 3  # another hour may have settled meanwhile
    assert result["buckets"] == result["hours"] * 2**LAYOUT
    assert result["read_units"] > 0
    assert not any(tokens.has(record) for record in expired)
    assert all(tokens.has(record) for record in (*unsettled, *live))
    assert (tokens.expired.checkpoint() or 0) >= last
    assert deployed.doors(in_use) == OPEN

    again = sweep()
    assert (again["tokens"], again["remaining_hours"], again["finished"]) == (0, 0, True)
    assert again["hours"] <= 1


def test_it_refuses_an_event_that_it_does_not_understand(
    stack: LocalStack, aws: boto3.Session
) -> None:
    """A dry run that is not plainly true or false is an error, since guessing could delete."""
    function = aws.client("lambda", endpoint_url=stack.endpoint_url)
    answer = function.invoke(FunctionName=stack.outputs["SweepFunction"], Payload='{"dry_run": 1}')
    assert "FunctionError" in answer
    assert "dry_run must be true or false" in json.loads(answer["Payload"].read())["errorMessage"]
