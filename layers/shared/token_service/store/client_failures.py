"""Failed client authentication in the tokens table: one counter a client and source address.

Under a digest of both, and not under an expiry hour; TTL removes what nobody reset, free.
"""

from typing import TYPE_CHECKING, ClassVar, cast

from token_service.domain.ports import FailureWindow
from token_service.store.dynamodb import Item
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import Count, StoredItem, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class _FailuresItem(StoredItem, defer_build=True):
    kind: ClassVar = "client failures item"

    expires_at: Count


class DynamoClientFailures:
    """Counts by conditional writes, so that failures at once are all counted."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the tokens table."""
        self._client = client
        self._table = table

    def count(self, key: str, now: int, window: FailureWindow) -> int | None:
        """Count one failure at `now` (seconds); seconds until the window ends if it is full.

        One write, or two where a window that has ended still lies there.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        values = {
            ":now": {"N": str(now)},
            ":until": {"N": str(now + window.seconds)},
            ":one": {"N": "1"},
        }
        most = {":most": {"N": str(window.max_failures)}}
        full = self._add(key, values | most)
        if full is not None and _ends(full) <= now:
            if self._begin(key, values) is None:
                return None
            # Somebody else began the new window meanwhile.
            full = self._add(key, values | most)
        return None if full is None else max(1, _ends(full) - now)

    def reset(self, key: str) -> None:
        """Forget the failures under a key.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with translate_errors():
            self._client.delete_item(TableName=self._table, Key=_key(key))

    def _add(self, key: str, values: Item) -> Item | None:
        return self._update(
            key,
            "SET failures = if_not_exists(failures, :none) + :one, "
            "expires_at = if_not_exists(expires_at, :until)",
            "attribute_not_exists(failures) OR (failures < :most AND expires_at > :now)",
            values | {":none": {"N": "0"}},
        )

    def _begin(self, key: str, values: Item) -> Item | None:
        return self._update(
            key,
            "SET failures = :one, expires_at = :until",
            "attribute_not_exists(failures) OR expires_at <= :now",
            values,
        )

    def _update(self, key: str, update: str, condition: str, values: Item) -> Item | None:
        """Update on a condition; the item as it is if the condition does not hold."""
        try:
            with translate_errors():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(key),
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailedError as error:
            return cast("Item", error.item)
        return None


def _ends(item: Item) -> int:
    return parse_item(_FailuresItem, item).expires_at


def _key(key: str) -> Item:
    return {"bucket": {"S": f"failures#{key}"}, "handle": {"S": "failures"}}
