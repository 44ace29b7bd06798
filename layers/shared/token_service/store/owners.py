"""Owners of any kind, found by kind and id."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from token_service.domain.owners import Owner, OwnerKind, OwnerRef
from token_service.store.account_items import account_from_item
from token_service.store.client_items import client_from_item
from token_service.store.dynamodb import Item, owner_key
from token_service.store.errors import translate_errors
from token_service.store.integration_items import integration_from_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def owner_from_item(item: Item) -> Owner:
    """The owner an item holds, by the kind in its key."""
    return _READERS[OwnerRef.parse(item["entity"]["S"]).kind](item)


_READERS: dict[OwnerKind, Callable[[Item], Owner]] = {
    OwnerKind.ACCOUNT_MEMBER: account_from_item,
    OwnerKind.ADMIN: account_from_item,
    OwnerKind.ACCOUNT_MEMBER: account_from_item,
    OwnerKind.CLIENT: client_from_item,
    OwnerKind.CUSTOMER: account_from_item,
    OwnerKind.INTEGRATION: integration_from_item,
}


class DynamoOwners:
    """Finds owners for the rules."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the clients table."""
        self._client = client
        self._table = table

    def find(self, owner: OwnerRef) -> Owner | None:
        """The owner, strongly consistent, or None.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with translate_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=owner_key(owner), ConsistentRead=True
            )
        item = answer.get("Item")
        return owner_from_item(item) if item else None
