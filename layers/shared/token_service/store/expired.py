"""The sweep's view of the tokens table: pages of a bucket, batch deletes, the checkpoint."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import batched
from typing import TYPE_CHECKING, Any, ClassVar

from token_service.domain.errors import Unavailable
from token_service.domain.ports import Page
from token_service.store.dynamodb import Item, Pause
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import Count, StoredItem, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# BatchWriteItem takes no more (docs/aws.md, 2.4).
_BATCH_WRITE = 25
_DRAIN_REPEATS = 8
# Not an hour's bucket, so no sweep computes it; it has no expiry, so TTL leaves it alone.
_CHECKPOINT_KEY: Item = {"bucket": {"S": "sweep"}, "handle": {"S": "checkpoint"}}
# An item without an expiry, or with one that is not a time, must not be deleted.
_NEVER = 2**62


class _CheckpointItem(StoredItem, defer_build=True):
    kind: ClassVar = "sweep checkpoint item"

    hour: Count


class DynamoExpiredTokens:
    """Only Query and BatchWriteItem on buckets that have passed; never a Scan."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`pause` waits between repeats of an incomplete batch."""
        self._client = client
        self._table = table
        self._pause = pause

    def page(self, bucket: str, after: str | None) -> Page:
        """One consistent page of a bucket: of up to 1 MB, some 4,000 tokens.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        start: dict[str, Any] = {}
        if after is not None:
            start["ExclusiveStartKey"] = _key(bucket, after)
        with translate_errors():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#bucket = :bucket",
                ProjectionExpression="handle, expires_at",
                ExpressionAttributeNames={"#bucket": "bucket"},
                ExpressionAttributeValues={":bucket": {"S": bucket}},
                ConsistentRead=True,
                ReturnConsumedCapacity="TOTAL",
                **start,
            )
        last = answer.get("LastEvaluatedKey")
        return Page(
            items=tuple((item["handle"]["S"], _expiry(item)) for item in answer["Items"]),
            next_handle=last["handle"]["S"] if last else None,
            units=answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0),
        )

    def delete(self, bucket: str, handles: Iterable[str]) -> float:
        """Delete all of these, in batches drained to the last; write units used.

        Raises:
            Unavailable: DynamoDB kept leaving some out.

        """
        return sum(
            self._delete_batch([{"DeleteRequest": {"Key": _key(bucket, h)}} for h in batch])
            for batch in batched(handles, _BATCH_WRITE, strict=False)
        )

    def checkpoint(self) -> int | None:
        """The last expiry hour proved empty, or None before the first.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with translate_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=_CHECKPOINT_KEY, ConsistentRead=True
            )
        item = answer.get("Item")
        return parse_item(_CheckpointItem, item).hour if item else None

    def advance(self, hour: int) -> None:
        """Move the checkpoint forward; another worker's later one stays.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with suppress(ConditionFailedError), translate_errors():
            self._client.update_item(
                TableName=self._table,
                Key=_CHECKPOINT_KEY,
                UpdateExpression="SET #hour = :hour",
                ConditionExpression="attribute_not_exists(#hour) OR #hour < :hour",
                ExpressionAttributeNames={"#hour": "hour"},
                ExpressionAttributeValues={":hour": {"N": str(hour)}},
            )

    def _delete_batch(self, requests: list[Any]) -> float:
        units = 0.0
        pending: Any = {self._table: requests}
        for attempt in range(_DRAIN_REPEATS + 1):
            try:
                with translate_errors():
                    answer = self._client.batch_write_item(
                        RequestItems=pending, ReturnConsumedCapacity="TOTAL"
                    )
            except Unavailable:
                # DynamoDB raises, rather than returning `UnprocessedItems`, when it throttled the
                # entire batch.
                if attempt == _DRAIN_REPEATS:
                    raise
                self._pause(attempt)
                continue
            capacity = answer.get("ConsumedCapacity", [])
            units += sum(entry.get("CapacityUnits", 0.0) for entry in capacity)
            pending = answer.get("UnprocessedItems")
            if not pending:
                return units
            if attempt < _DRAIN_REPEATS:
                self._pause(attempt)
        raise Unavailable(detail="BatchWriteItem left items unprocessed")


def _key(bucket: str, handle: str) -> Item:
    return {"bucket": {"S": bucket}, "handle": {"S": handle}}


def _expiry(item: Item) -> int:
    """The expiry in seconds.

    No model here: a damaged token must hold its own hour only, and not stop the sweep of all
    others. The count of held hours shows it.
    """
    text = item.get("expires_at", {}).get("N", "")
    return int(text) if text.isdecimal() else _NEVER
