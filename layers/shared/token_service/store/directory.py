"""The directory: who there is of each kind, in shards, so that nothing ever scans the table."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import batched
from typing import TYPE_CHECKING, Any

from token_service.domain.model import OwnerKind, OwnerRef
from token_service.store.dynamodb import Item, Pause, batch_get, not_now, owner_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# A directory shard takes 1,000 writes a second: far more owners than anybody makes at once.
SHARDS = 16
_BATCH_GET = 100


def directory_key(owner: OwnerRef) -> Item:
    """Where an owner's entry lies."""
    shard = sha256(owner.id.encode()).digest()[0] % SHARDS
    return {"entity": {"S": _shard(owner.kind, shard)}, "part": {"S": owner.id}}


def directory_entry(owner: OwnerRef, expires_at: int | None = None) -> Item:
    """An owner's entry; it ends with the owner (seconds), so that no name is left behind."""
    entry = directory_key(owner)
    if expires_at is not None:
        entry["expires_at"] = {"N": str(expires_at)}
    return entry


def listed(client: "DynamoDBClient", table: str, kind: OwnerKind, pause: Pause) -> Iterator[Item]:
    """The item of every owner of a kind, shard by shard.

    Raises:
        Unavailable: DynamoDB did not answer.

    """
    for shard in range(SHARDS):
        for ids in batched(_ids(client, table, kind, shard), _BATCH_GET, strict=False):
            keys = [owner_key(OwnerRef(kind, identifier)) for identifier in ids]
            yield from batch_get(client, {table: keys}, pause)[table]


def _ids(client: "DynamoDBClient", table: str, kind: OwnerKind, shard: int) -> Iterator[str]:
    start: Item | None = None
    while True:
        page: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
        with not_now():
            answer = client.query(
                TableName=table,
                KeyConditionExpression="entity = :directory",
                ExpressionAttributeValues={":directory": {"S": _shard(kind, shard)}},
                ConsistentRead=True,
                **page,
            )
        yield from (item["part"]["S"] for item in answer["Items"])
        start = answer.get("LastEvaluatedKey")
        if not start:
            return


def _shard(kind: OwnerKind, shard: int) -> str:
    return f"directory#{kind}#{shard:x}"
