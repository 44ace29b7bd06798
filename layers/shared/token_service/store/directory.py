"""The directory: who there is of each kind, in shards, so that nothing ever scans the table."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import batched
from typing import TYPE_CHECKING, Any, ClassVar

from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.store.dynamodb import Item, Pause, batch_get, owner_key
from token_service.store.errors import translate_errors
from token_service.store.items import Count, StoredItem, Text, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# A directory shard takes 1,000 writes a second: far more owners than anybody makes at once.
SHARDS = 16
_BATCH_GET = 100


class _DirectoryItem(StoredItem, defer_build=True):
    kind: ClassVar = "directory item"
    named_by: ClassVar = ("entity", "part")

    part: Text
    # Entries made before there was such an attribute come first.
    created_at: Count = 0


def directory_key(owner: OwnerRef) -> Item:
    """Where an owner's entry lies."""
    shard = sha256(owner.id.encode()).digest()[0] % SHARDS
    return {"entity": {"S": _shard(owner.kind, shard)}, "part": {"S": owner.id}}


def directory_entry(owner: OwnerRef, created_at: int, expires_at: int | None = None) -> Item:
    """An owner's entry; it ends with the owner (seconds), so that no name is left behind."""
    entry = directory_key(owner) | {"created_at": {"N": str(created_at)}}
    if expires_at is not None:
        entry["expires_at"] = {"N": str(expires_at)}
    return entry


def listed(client: "DynamoDBClient", table: str, kind: OwnerKind, pause: Pause) -> Iterator[Item]:
    """The item of every owner of a kind, shard by shard.

    Raises:
        Unavailable: DynamoDB did not answer.

    """
    for shard in range(SHARDS):
        entries = _entries(client, table, kind, shard)
        ids = (identifier for identifier, _ in entries)
        for some in batched(ids, _BATCH_GET, strict=False):
            yield from read_owners(client, table, kind, some, pause)


def entries(client: "DynamoDBClient", table: str, kind: OwnerKind) -> Iterator[tuple[str, int]]:
    """Id and creation (seconds) of every owner of a kind, in no particular order; 16 queries.

    Raises:
        Unavailable: DynamoDB did not answer.

    """
    for shard in range(SHARDS):
        yield from _entries(client, table, kind, shard)


def read_owners(
    client: "DynamoDBClient", table: str, kind: OwnerKind, ids: Iterable[str], pause: Pause
) -> list[Item]:
    """The items of up to 100 owners, without those that are gone, in no particular order.

    Raises:
        Unavailable: DynamoDB did not answer.

    """
    keys = [owner_key(OwnerRef(kind, identifier)) for identifier in ids]
    return batch_get(client, {table: keys}, pause)[table] if keys else []


def _entries(
    client: "DynamoDBClient", table: str, kind: OwnerKind, shard: int
) -> Iterator[tuple[str, int]]:
    start: Item | None = None
    while True:
        page: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
        with translate_errors():
            answer = client.query(
                TableName=table,
                KeyConditionExpression="entity = :directory",
                ExpressionAttributeValues={":directory": {"S": _shard(kind, shard)}},
                ConsistentRead=True,
                **page,
            )
        for item in answer["Items"]:
            stored = parse_item(_DirectoryItem, item)
            yield stored.part, stored.created_at
        start = answer.get("LastEvaluatedKey")
        if not start:
            return


def _shard(kind: OwnerKind, shard: int) -> str:
    return f"directory#{kind}#{shard:x}"
