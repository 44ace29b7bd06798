"""Accounts in DynamoDB, of admins or of customers."""

from typing import TYPE_CHECKING

from token_service.domain.owners import Account, OwnerKind, OwnerRef
from token_service.store.account_items import account_from_item, account_to_item, name_key
from token_service.store.dynamodb import (
    Pause,
    owner_key,
)
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.registry import DynamoRegistry, Shape

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoAccounts(DynamoRegistry[Account]):
    """Accounts of one kind, each with a name that is unique within it."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause, kind: OwnerKind) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        self._kind = kind
        super().__init__(
            client,
            table,
            pause,
            Shape(
                kind,
                account_to_item,
                account_from_item,
                name_keys=lambda account: [name_key(kind, account.username)],
                called=lambda account: account.username,
            ),
        )

    def find_by_username(self, username: str) -> Account | None:
        """The account of this name, or None."""
        return self.find_named(name_key(self._kind, username))

    def replace_epoch(self, identifier: str, epoch: str) -> bool:
        """End all tokens of an account with one write; False if it is gone."""
        try:
            with translate_errors():
                self._client.update_item(
                    TableName=self._table,
                    Key=owner_key(OwnerRef(self._kind, identifier)),
                    UpdateExpression="SET epoch = :epoch ADD #version :one",
                    ConditionExpression="attribute_exists(entity)",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":epoch": {"S": epoch}, ":one": {"N": "1"}},
                )
        except ConditionFailedError:
            return False
        return True
