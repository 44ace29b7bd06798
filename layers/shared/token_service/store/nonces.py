"""Values that may be used once, in the tokens table until their time is over."""

from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from token_service.store.dynamodb import CONDITION_FAILED, error_code, not_now

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoNonces:
    """Uses a value up by a conditional write; TTL removes it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the tokens table."""
        self._client = client
        self._table = table

    def use(self, value: str, expires_at: int) -> bool:
        """True the first time, False for a replay; after `expires_at` (seconds) nobody asks.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        try:
            with not_now():
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        "bucket": {"S": f"nonce#{sha256(value.encode()).hexdigest()}"},
                        "handle": {"S": "nonce"},
                        "expires_at": {"N": str(expires_at)},
                    },
                    ConditionExpression="attribute_not_exists(handle)",
                )
        except ClientError as error:
            if error_code(error) != CONDITION_FAILED:
                raise
            return False
        return True
