"""One-time passwords in the tokens table, one a member, until used, replaced or expired."""

from typing import TYPE_CHECKING, ClassVar

from token_service.domain.one_time_passwords import OneTimePassword
from token_service.store.dynamodb import Item
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import Count, StoredItem, Text, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class _PasswordItem(StoredItem, defer_build=True):
    kind: ClassVar = "one-time password item"

    password_hash: Text
    epoch: Text
    expires_at: Count


class DynamoOneTimePasswords:
    """Keeps hashes; TTL removes what nobody used. Every method may raise Unavailable."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the tokens table."""
        self._client = client
        self._table = table

    def put(self, key: str, password: OneTimePassword) -> None:
        """Keep it instead of whatever was kept under the key."""
        item = _key(key) | {
            "password_hash": {"S": password.password_hash},
            "epoch": {"S": password.epoch},
            "expires_at": {"N": str(password.expires_at)},
        }
        with translate_errors():
            self._client.put_item(TableName=self._table, Item=item)

    def find(self, key: str) -> OneTimePassword | None:
        """What is kept under the key, expired or not, strongly consistent."""
        with translate_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(key), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None:
            return None
        stored = parse_item(_PasswordItem, item)
        return OneTimePassword(stored.password_hash, stored.epoch, stored.expires_at)

    def use(self, key: str, password: OneTimePassword) -> bool:
        """Remove it; False if it is no longer there, or another is in its place."""
        try:
            with translate_errors():
                self._client.delete_item(
                    TableName=self._table,
                    Key=_key(key),
                    ConditionExpression="password_hash = :hash",
                    ExpressionAttributeValues={":hash": {"S": password.password_hash}},
                )
        except ConditionFailedError:
            return False
        return True


def _key(key: str) -> Item:
    return {"bucket": {"S": f"one_time_password#{key}"}, "handle": {"S": "current"}}
