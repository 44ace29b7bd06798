"""Stores for the contract, and what was asked of AWS."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.aws_hooks import Body, hooks_of
from tests.store.stores import Store, dynamo_store, memory_store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def calls(dynamodb: "DynamoDBClient") -> Iterator[list[str]]:
    """Names of the operations that reach DynamoDB; a Scan fails the test, whichever it is."""
    seen: list[str] = []

    def note(operation: str, _: Body) -> None:
        seen.append(operation)

    hooks_of(dynamodb).append(note)
    yield seen
    assert "Scan" not in seen


@pytest.fixture
def dynamo(dynamodb: "DynamoDBClient", calls: list[str]) -> Store:
    """DynamoDB alone, watched for scans."""
    calls.clear()
    return dynamo_store(dynamodb)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn: a promise holds on both."""
    if request.param == "memory":
        return memory_store()
    dynamo: Store = request.getfixturevalue("dynamo")
    return dynamo
