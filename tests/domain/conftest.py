"""Worlds to sweep, in memory and in DynamoDB."""

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.tokens import DynamoTokens

from tests.aws_hooks import bystander
from tests.domain.sweep_world import World
from tests.memory_store import MemoryOwners, MemoryTokens
from tests.store.stores import no_pause

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

type NewWorld = Callable[[], World]


def memory_world(page_size: int = 2) -> World:
    """An empty store in dictionaries, so many items a page."""
    tokens = MemoryTokens(MemoryOwners(), page_size)
    return World(tokens, tokens)


@pytest.fixture
def world() -> World:
    """An empty store in dictionaries."""
    return memory_world()


@pytest.fixture(params=["memory", "dynamodb"])
def new_world(request: pytest.FixtureRequest) -> NewWorld:
    """Makes empty stores, as many as a test asks for."""
    if request.param == "memory":
        return memory_world
    client: DynamoDBClient = request.getfixturevalue("dynamodb")
    template: dict[str, Any] = request.getfixturevalue("template")
    properties = template["Resources"]["TokensTable"]["Properties"]
    numbers = count()

    def dynamodb_world() -> World:
        name = f"Tokens{next(numbers)}"
        bystander().create_table(
            TableName=name,
            **{
                key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")
            },
        )
        return World(
            DynamoTokens(client, name, "ClientsTable", no_pause),
            DynamoExpiredTokens(client, name, no_pause),
        )

    return dynamodb_world
