"""Clients in DynamoDB, their application keys' ids, and the sum of what they have reserved.

The sum is an item of its own, written in the transaction that changes a reservation: it is right
however many write at once, and reading it is one read.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, override

from token_service.domain.key_ids import key_id_of
from token_service.domain.owners import Client, OwnerKind
from token_service.domain.ports import (
    OwnerExistsError,
    ReservationExceededError,
)
from token_service.store.client_items import client_from_item, client_to_item
from token_service.store.client_uses import use_key
from token_service.store.directory import entries, read_owners
from token_service.store.dynamodb import Item, Pause, TransactionConditionError, owner_key
from token_service.store.items import Count, StoredItem, parse_item
from token_service.store.registry import DynamoRegistry, Shape

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import (
        DeleteTypeDef,
        TransactWriteItemTypeDef,
        UpdateTypeDef,
    )

# A transaction names the sum last, so that its failing can be told from any other's.
_SUM: Item = {"entity": {"S": "sum#reserved_rate_limit"}, "part": {"S": "clients"}}


class _SumItem(StoredItem, defer_build=True):
    kind: ClassVar = "item of all reservations"

    reserved: Count


def _key_id_key(key_id: str) -> Item:
    """Where a key's id says which client it is."""
    return {"entity": {"S": f"name#key#{key_id}"}, "part": {"S": "owner"}}


_SHAPE = Shape[Client](
    OwnerKind.CLIENT,
    client_to_item,
    client_from_item,
    name_keys=lambda client: [_key_id_key(key_id_of(client.id))],
    expires_at=lambda client: client.expires_at,
    companions=lambda client: [use_key(client.id)],
)


class DynamoClients(DynamoRegistry[Client]):
    """Clients, found by id or by the id of their application key."""

    def __init__(
        self, client: "DynamoDBClient", table: str, pause: Pause, rate_limit: int = 0
    ) -> None:
        """`rate_limit` is the most that all reservations may come to, in requests a second.

        `table` is the clients table; `pause` waits between repeats.
        """
        super().__init__(client, table, pause, _SHAPE)
        self._rate_limit = rate_limit

    def find_by_key_id(self, key_id: str) -> Client | None:
        """The client whose application key has this id, or None; two reads."""
        return self.find_named(_key_id_key(key_id))

    def page(self, offset: int, limit: int) -> tuple[Sequence[Client], int]:
        """`limit` clients (up to 100) from `offset` on, oldest first, then by key id; and how many.

        The order is in the directory: 16 queries, whatever the offset, and one batch of clients.
        """
        found = entries(self._client, self._table, OwnerKind.CLIENT)
        order = sorted(
            (created_at, key_id_of(client_id), client_id) for client_id, created_at in found
        )
        ids = [client_id for _, _, client_id in order[offset : offset + limit]]
        items = read_owners(self._client, self._table, OwnerKind.CLIENT, ids, self._pause)
        clients = {client.id: client for client in map(client_from_item, items)}
        return [clients[client_id] for client_id in ids if client_id in clients], len(order)

    def reserved(self) -> int:
        """What all clients together have reserved, in requests a second; one read."""
        item = self._get(_SUM)
        return parse_item(_SumItem, item).reserved if item else 0

    @override
    def create(self, owner: Client) -> None:
        """Keep a new client with its names, its directory entry and its reservation.

        Raises:
            OwnerExistsError: the id is taken.
            ReservationExceededError: it would reserve more than is left.

        """
        actions = self._creation(owner)
        try:
            self._transact(*actions, *self._change_of_sum(owner.reserved_rate_limit))
        except TransactionConditionError as error:
            if len(actions) in error.failed:
                raise ReservationExceededError from error
            raise OwnerExistsError(f"there is already {self._called(owner)}") from error

    @override
    def replace(self, owner: Client) -> Client:
        """Write a changed client if its stored version is still the one that was read.

        One read more than for others: for what it had reserved, and when it was to end. A new
        end is that of its key's id and its directory entry too.

        Raises:
            OwnerChangedError: changed or deleted meanwhile.
            ReservationExceededError: it would reserve more than is left.

        """
        stored = self.find(owner.id)
        if stored is None:
            return super().replace(owner)
        names = self._end_of_names(owner) if stored.expires_at != owner.expires_at else ()
        by = owner.reserved_rate_limit - stored.reserved_rate_limit
        if not names and not by:
            return super().replace(owner)
        item = self._next_version(owner)
        put = self._put_over(owner, item)
        try:
            self._transact({"Put": put}, *names, *self._change_of_sum(by))
        except TransactionConditionError as error:
            if 0 in error.failed:
                raise self._changed(owner) from error
            raise ReservationExceededError from error
        return client_from_item(item)

    @override
    def delete(self, owner: Client) -> bool:
        """Remove a client with all that is its own, its reservation too; False if it was gone.

        Raises:
            OwnerChangedError: its reservation is no longer the one that was read.

        """
        given_back = self._change_of_sum(-owner.reserved_rate_limit)
        try:
            self._transact(
                {"Delete": self._deletion(owner)}, *self._names_deletion(owner), *given_back
            )
        except TransactionConditionError as error:
            if error.failed.get(0):
                raise self._changed(owner) from error
            return False
        return True

    def _deletion(self, owner: Client) -> "DeleteTypeDef":
        """What deletes a client that has still reserved what it had when it was read."""
        deletion: DeleteTypeDef = {
            "TableName": self._table,
            "Key": owner_key(owner.ref),
            "ConditionExpression": "attribute_exists(entity)"
            " AND attribute_not_exists(reserved_rate_limit)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if owner.reserved_rate_limit:
            deletion["ConditionExpression"] = "reserved_rate_limit = :read"
            read = {"N": str(owner.reserved_rate_limit)}
            deletion["ExpressionAttributeValues"] = {":read": read}
        return deletion

    def _change_of_sum(self, by: int) -> "list[TransactWriteItemTypeDef]":
        """What moves the sum, and no further than the limit; nothing to do for 0."""
        if by == 0:
            return []
        room = self._rate_limit - by
        if by > 0 > room:
            raise ReservationExceededError
        update: UpdateTypeDef = {
            "TableName": self._table,
            "Key": _SUM,
            "UpdateExpression": "ADD reserved :by",
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
        if by > 0:
            update["ConditionExpression"] = "attribute_not_exists(entity) OR reserved <= :room"
            update["ExpressionAttributeValues"] = {
                **update["ExpressionAttributeValues"],
                ":room": {"N": str(room)},
            }
        return [{"Update": update}]
