"""A DynamoDB client that does a transaction's actions one after the other: dynalite knows none.

What the actions use is what a meter counts; as a transaction each is billed twice (Developer Guide,
"Amazon DynamoDB Transactions: how it works", read 2026-11-22).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_OPERATIONS = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}


class OneByOne:
    """Everything but transactions is the client's own."""

    def __init__(self, client: "DynamoDBClient") -> None:
        """`client` is one of dynalite."""
        self._client = client
        self.transacted: Counter[str] = Counter()
        """So many actions of each kind have come in transactions."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any operation
        """As the client has it."""
        return getattr(self._client, name)

    def transact_write_items(
        self,
        TransactItems: Iterable[Mapping[str, Any]],  # noqa: N803 - AWS's own name
    ) -> None:
        """Do these, in their order."""
        for item in TransactItems:
            [(kind, action)] = item.items()
            getattr(self._client, _OPERATIONS[kind])(**action)
            self.transacted[kind] += 1
