"""Accounts in DynamoDB, each with an item that makes its name unique within its kind."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from token_service.domain.model import Account, OwnerKind, OwnerRef
from token_service.domain.ports import AccountChangedError, AccountExistsError
from token_service.store.account_items import (
    account_from_item,
    account_to_item,
    name_item,
    name_key,
)
from token_service.store.directory import directory_entry, directory_key, listed
from token_service.store.dynamodb import (
    CONDITION_FAILED,
    Item,
    Pause,
    TransactionConditionError,
    error_code,
    not_now,
    owner_key,
    transact,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoAccounts:
    """Finds accounts for the rules, and keeps them for the operator."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        self._client = client
        self._table = table
        self._pause = pause

    def find_by_username(self, kind: OwnerKind, username: str) -> Account | None:
        """The account of this name, in two strongly consistent reads, or None.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        name = self._get(name_key(kind, username))
        item = self._get(owner_key(OwnerRef(kind, name["id"]["S"]))) if name else None
        return account_from_item(item) if item else None

    def replace_epoch(self, owner: OwnerRef, epoch: str) -> bool:
        """End all tokens of an account with one write; False if it is gone.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        return self._changed(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=owner_key(owner),
                UpdateExpression="SET epoch = :epoch ADD #version :one",
                ConditionExpression="attribute_exists(entity)",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":epoch": {"S": epoch}, ":one": {"N": "1"}},
            )
        )

    def create(self, account: Account) -> None:
        """Keep a new account, its name and its directory entry, all or nothing.

        Raises:
            AccountExistsError: the name is taken.
            Unavailable: DynamoDB did not answer.

        """
        try:
            transact(
                self._client,
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": name_item(account),
                        "ConditionExpression": "attribute_not_exists(entity)",
                    }
                },
                {"Put": {"TableName": self._table, "Item": account_to_item(account)}},
                {"Put": {"TableName": self._table, "Item": directory_entry(account.ref)}},
            )
        except TransactionConditionError as error:
            raise AccountExistsError(
                f"there is already a {account.kind} {account.username}"
            ) from error

    def replace(self, account: Account) -> Account:
        """Write the changed account if its stored version is still the one that was read.

        Raises:
            AccountChangedError: changed or deleted meanwhile.
            Unavailable: DynamoDB did not answer.

        """
        item = account_to_item(account) | {"version": {"N": str(account.version + 1)}}
        if not self._changed(
            lambda: self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="#version = :read",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={":read": {"N": str(account.version)}},
            )
        ):
            raise AccountChangedError(f"{account.kind} {account.username} was changed meanwhile")
        return account_from_item(item)

    def delete(self, account: Account) -> bool:
        """Remove the account, its name and its directory entry, all or nothing.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        name = name_key(account.kind, account.username)
        try:
            transact(
                self._client,
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": owner_key(account.ref),
                        "ConditionExpression": "attribute_exists(entity)",
                    }
                },
                {"Delete": {"TableName": self._table, "Key": name}},
                {"Delete": {"TableName": self._table, "Key": directory_key(account.ref)}},
            )
        except TransactionConditionError:
            return False
        return True

    def list(self, kind: OwnerKind) -> Iterator[Account]:
        """Every account of a kind.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        items = listed(self._client, self._table, kind, self._pause)
        return (account_from_item(item) for item in items)

    def _get(self, key: Item) -> Item | None:
        with not_now():
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _changed(self, write: Callable[[], object]) -> bool:
        """Do a conditional write; whether its condition held."""
        try:
            with not_now():
                write()
        except ClientError as error:
            if error_code(error) != CONDITION_FAILED:
                raise
            return False
        return True
