"""Values that may be used once, in the tokens table until their time is over."""

from hashlib import sha256
from typing import TYPE_CHECKING

from token_service.domain.handles import RandomBytes
from token_service.store.errors import ConditionFailedError, translate_errors

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# Tells one use from another of the same value; the record stays far below one write unit.
_MARK_BYTES = 8


class DynamoNonces:
    """Uses a value up by a conditional write; TTL removes it."""

    def __init__(self, client: "DynamoDBClient", table: str, random: RandomBytes) -> None:
        """`table` is the tokens table; `random` gives n unpredictable bytes."""
        self._client = client
        self._table = table
        self._random = random

    def use(self, value: str, expires_at: int) -> bool:
        """True the first time, False for a replay; after `expires_at` (seconds) nobody asks.

        Finding this very use there means our own retry after a lost answer: still the first time.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        item = {
            "bucket": {"S": f"nonce#{sha256(value.encode()).hexdigest()}"},
            "handle": {"S": "nonce"},
            "expires_at": {"N": str(expires_at)},
            "mark": {"S": self._random(_MARK_BYTES).hex()},
        }
        try:
            with translate_errors():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(handle)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailedError as error:
            return error.item == item
        return True
