"""Failed logins in the tokens table: one counter a name, under a digest of the name.

They are not under an expiry hour, because each failure moves the expiry; TTL removes them, free.
"""

from typing import TYPE_CHECKING

from token_service.domain.ports import LockOut
from token_service.store.dynamodb import Item
from token_service.store.errors import ConditionFailedError, translate_errors

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoLoginFailures:
    """Counts by conditional writes, so that guesses made at once are all counted."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the tokens table."""
        self._client = client
        self._table = table

    def count(self, key: str, now: int, lock_out: LockOut) -> bool:
        """Count one attempt; False, and nothing counted, if the name is locked (seconds).

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        values = {
            ":now": {"N": str(now)},
            ":until": {"N": str(now + lock_out.seconds)},
            ":one": {"N": "1"},
        }
        # Most people have no failures, so the first of these writes is mostly the only one. It is
        # tried again at last, because somebody else's success may have reset the count meanwhile.
        return (
            self._begin(key, values) or self._add(key, values, lock_out) or self._begin(key, values)
        )

    def reset(self, key: str) -> None:
        """Forget the failures under a key.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with translate_errors():
            self._client.delete_item(TableName=self._table, Key=_key(key))

    def _begin(self, key: str, values: Item) -> bool:
        return self._update(
            key,
            "SET failures = :one, expires_at = :until",
            "attribute_not_exists(failures) OR expires_at <= :now",
            values,
        )

    def _add(self, key: str, values: Item, lock_out: LockOut) -> bool:
        """Add to a count that is running; its end is put off, or stays where it is.

        Dialects with shorter limits count here too, and must not open the lock of a longer one.
        """
        values = values | {":most": {"N": str(lock_out.max_failures)}}
        later = {name: value for name, value in values.items() if name != ":now"}
        return self._update(
            key,
            "SET failures = failures + :one, expires_at = :until",
            "failures < :most AND expires_at > :now AND expires_at <= :until",
            values,
        ) or self._update(
            key,
            "SET failures = failures + :one",
            "failures < :most AND expires_at > :until",
            later,
        )

    def _update(self, key: str, update: str, condition: str, values: Item) -> bool:
        try:
            with translate_errors():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(key),
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
        except ConditionFailedError:
            return False
        return True


def _key(key: str) -> Item:
    return {"bucket": {"S": f"login#{key}"}, "handle": {"S": "failures"}}
