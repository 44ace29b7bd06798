"""Transactions where there are none."""

from typing import TYPE_CHECKING, Any, cast

from bench.one_by_one import OneByOne

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Recorded:
    """A client that remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any operation
        """Any operation."""

        def call(**request: Any) -> None:  # noqa: ANN401 - any member
            self.calls.append((name, request))

        return call


def test_a_transaction_is_done_action_by_action() -> None:
    """In its order, each with all its members, and counted by kind."""
    client = Recorded()
    store = OneByOne(cast("DynamoDBClient", client))
    store.transact_write_items([{"Put": {"Item": 1}}, {"Delete": {"Key": 2}}, {"Put": {"Item": 3}}])
    store.get_item(Key=4)
    assert client.calls == [
        ("put_item", {"Item": 1}),
        ("delete_item", {"Key": 2}),
        ("put_item", {"Item": 3}),
        ("get_item", {"Key": 4}),
    ]
    assert store.transacted == {"Put": 2, "Delete": 1}
