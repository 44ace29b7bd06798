"""What the meter adds up, by answers as dynalite gives them."""

from collections import Counter
from typing import Any

import pytest

from bench.meter import Use

CONSISTENT = {"ConsistentRead": True}
OK, REFUSED = 200, 400


def used(operation: str, request: dict[str, Any], status: int, answer: dict[str, Any]) -> Use:
    """What one call comes to."""
    use = Use()
    use.add(operation, request, status, answer)
    return use


def consumed(units: float) -> dict[str, Any]:
    """What dynalite says of one table."""
    return {"CapacityUnits": units, "TableName": "TokensTable"}


def test_units_of_several_tables_are_added_up() -> None:
    """A batch over both tables is one call, with the units and the items of both."""
    answer = {
        "Responses": {"TokensTable": [{}], "ClientsTable": [{}]},
        "ConsumedCapacity": [consumed(1), consumed(2)],
    }
    assert used("BatchGetItem", {}, OK, answer) == Use(
        reads=3, items_read=2, calls=Counter(BatchGetItem=1)
    )


@pytest.mark.parametrize(("request_", "least"), [(CONSISTENT, 1.0), ({}, 0.5)])
def test_a_query_that_finds_nothing_is_billed(request_: dict[str, Any], least: float) -> None:
    """AWS bills the smallest read where dynalite counts none."""
    answer = {"ScannedCount": 0, "ConsumedCapacity": consumed(0)}
    assert used("Query", request_, OK, answer).reads == least


def test_a_query_counts_the_items_that_it_read() -> None:
    """Read, not returned: what a filter leaves out is billed too."""
    answer = {"ScannedCount": 40, "Count": 2, "ConsumedCapacity": consumed(3)}
    use = used("Query", CONSISTENT, OK, answer)
    assert (use.reads, use.items_read) == (3.0, 40)


def test_a_write_refused_by_its_condition_is_billed() -> None:
    """It is one write; any other refusal is none."""
    name = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
    assert used("PutItem", {}, REFUSED, {"__type": name}).writes == 1
    assert used("PutItem", {}, REFUSED, {"__type": "x#ValidationException"}).writes == 0
