"""Buyer accounts in DynamoDB."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from token_service.domain.owners import BuyerAccount, OwnerKind, OwnerRef
from token_service.store.dynamodb import Item, Pause, batch_get, owner_key
from token_service.store.items import Count, Reference, StoredItem, Text, parse_item
from token_service.store.registry import DynamoRegistry, Shape

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class _BuyerAccountItem(StoredItem, defer_build=True):
    kind: ClassVar = "buyer account item"
    named_by: ClassVar = ("entity",)

    entity: Reference
    name: Text
    created_at: Count
    version: Count


def _to_item(account: BuyerAccount) -> Item:
    return owner_key(account.ref) | {
        "name": {"S": account.name},
        "created_at": {"N": str(account.created_at)},
        "version": {"N": str(account.version)},
    }


def _from_item(item: Item) -> BuyerAccount:
    stored = parse_item(_BuyerAccountItem, item)
    return BuyerAccount(
        id=stored.entity.id,
        name=stored.name,
        created_at=stored.created_at,
        version=stored.version,
    )


_SHAPE = Shape[BuyerAccount](OwnerKind.BUYER_ACCOUNT, _to_item, _from_item)


class DynamoBuyerAccounts(DynamoRegistry[BuyerAccount]):
    """Buyer accounts, found by id, one or many; their names need not differ."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        super().__init__(client, table, pause, _SHAPE)

    def find_all(self, identifiers: Iterable[str]) -> list[BuyerAccount]:
        """Those of up to 100 ids that there are, in the order of the ids."""
        order = list(dict.fromkeys(identifiers))
        if not order:
            return []
        keys = [owner_key(OwnerRef(OwnerKind.BUYER_ACCOUNT, one)) for one in order]
        items = batch_get(self._client, {self._table: keys}, self._pause)[self._table]
        return sorted(map(_from_item, items), key=lambda account: order.index(account.id))
