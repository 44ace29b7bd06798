"""What an introspection calls, as deployed."""

import json

import pytest
from token_service.runtime.environment import dynamodb

from tests.aws_hooks import Body, hooks_of
from tests.functions.deployment import Deployment, load_event


@pytest.mark.parametrize("name", ["introspect/standard", "introspect/simple_store"])
def test_token_owner_and_caller_come_in_one_call(deployment: Deployment, name: str) -> None:
    """One round trip; before it come a new environment's public keys, and then its note of use."""
    event = load_event(name, deployment.issue())
    deployment.become("introspect")
    called: list[tuple[str, int]] = []

    def note(operation: str, body: Body) -> None:
        tables = body.get("RequestItems", {}).values()
        called.append((operation, sum(len(table["Keys"]) for table in tables)))

    hooks_of(dynamodb()).append(note)
    answer = deployment.invoke("introspect", event)
    hooks_of(dynamodb()).remove(note)
    assert json.loads(answer["body"])["active"] is True
    assert called == [("GetItem", 0), ("BatchGetItem", 3), ("UpdateItem", 0)]
