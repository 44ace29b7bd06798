"""Clients in DynamoDB."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from token_service.domain.model import Client, OwnerKind, OwnerRef
from token_service.domain.ports import ClientChangedError, ClientExistsError
from token_service.store.client_items import client_from_item, client_to_item
from token_service.store.directory import directory_entry, directory_key, listed
from token_service.store.dynamodb import (
    CONDITION_FAILED,
    Pause,
    TransactionConditionError,
    error_code,
    not_now,
    owner_key,
    transact,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoClients:
    """Finds clients for the rules, and keeps them for the operator."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`pause` waits between repeats of an incomplete batch."""
        self._client = client
        self._table = table
        self._pause = pause

    def find(self, client_id: str) -> Client | None:
        """The client, strongly consistent, or None.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with not_now():
            answer = self._client.get_item(
                TableName=self._table,
                Key=owner_key(OwnerRef(OwnerKind.CLIENT, client_id)),
                ConsistentRead=True,
            )
        item = answer.get("Item")
        return client_from_item(item) if item else None

    def create(self, client: Client) -> None:
        """Keep a new client and its directory entry, both or neither.

        Raises:
            ClientExistsError: the id is taken.
            Unavailable: DynamoDB did not answer.

        """
        try:
            transact(
                self._client,
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": client_to_item(client),
                        "ConditionExpression": "attribute_not_exists(entity)",
                    }
                },
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": directory_entry(client.ref, client.expires_at),
                    }
                },
            )
        except TransactionConditionError as error:
            raise ClientExistsError(f"there is already a client {client.id}") from error

    def replace(self, client: Client) -> Client:
        """Write the changed client if its stored version is still the one that was read.

        Raises:
            ClientChangedError: changed or deleted meanwhile.
            Unavailable: DynamoDB did not answer.

        """
        item = client_to_item(client) | {"version": {"N": str(client.version + 1)}}
        try:
            with not_now():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="#version = :read",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":read": {"N": str(client.version)}},
                )
        except ClientError as error:
            if error_code(error) != CONDITION_FAILED:
                raise
            raise ClientChangedError(f"client {client.id} was changed meanwhile") from error
        return client_from_item(item)

    def delete(self, client_id: str) -> bool:
        """Remove the client and its directory entry, both or neither; False if there was none.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        owner = OwnerRef(OwnerKind.CLIENT, client_id)
        try:
            transact(
                self._client,
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": owner_key(owner),
                        "ConditionExpression": "attribute_exists(entity)",
                    }
                },
                {"Delete": {"TableName": self._table, "Key": directory_key(owner)}},
            )
        except TransactionConditionError:
            return False
        return True

    def list(self) -> Iterator[Client]:
        """Every client.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        items = listed(self._client, self._table, OwnerKind.CLIENT, self._pause)
        return (client_from_item(item) for item in items)
