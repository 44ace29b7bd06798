"""Clients in DynamoDB, and the directory that lists them without a Scan."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from token_service.domain.errors import Unavailable
from token_service.domain.model import CLIENT_KIND, Client, OwnerRef
from token_service.domain.ports import ClientChangedError, ClientExistsError
from token_service.store.client_items import client_from_item, client_key, client_to_item
from token_service.store.dynamodb import (
    CONDITION_FAILED,
    Item,
    Pause,
    batch_get,
    error_code,
    not_now,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A directory shard takes 1,000 writes a second: far more clients than anybody makes at once.
DIRECTORY_SHARDS = 16
_BATCH_GET = 100
# Why a transaction may be cancelled that would succeed a moment later.
_CANCELLED_FOR_NOW = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)


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
                Key=client_key(OwnerRef(CLIENT_KIND, client_id)),
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
            self._transact(
                {
                    "Put": {
                        "TableName": self._table,
                        "Item": client_to_item(client),
                        "ConditionExpression": "attribute_not_exists(entity)",
                    }
                },
                {"Put": {"TableName": self._table, "Item": _directory_entry(client)}},
            )
        except _ConditionFailedError as error:
            raise ClientExistsError(f"there is already a client {client.id}") from error

    def replace(self, client: Client) -> Client:
        """Write the changed client if its stored version is still the one that was read.

        Finding the very same change there means our own retry, and success.

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
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ClientError as error:
            if error_code(error) != CONDITION_FAILED:
                raise
            if error.response.get("Item") != item:
                raise ClientChangedError(f"client {client.id} was changed meanwhile") from error
        return client_from_item(item)

    def delete(self, client_id: str) -> bool:
        """Remove the client and its directory entry, both or neither; False if there was none.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        key = client_key(OwnerRef(CLIENT_KIND, client_id))
        try:
            self._transact(
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": key,
                        "ConditionExpression": "attribute_exists(entity)",
                    }
                },
                {"Delete": {"TableName": self._table, "Key": _directory_key(client_id)}},
            )
        except _ConditionFailedError:
            return False
        return True

    def list(self) -> Iterator[Client]:
        """Every client, shard by shard.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        for shard in range(DIRECTORY_SHARDS):
            for ids in batched(self._ids(shard), _BATCH_GET, strict=False):
                keys = [client_key(OwnerRef(CLIENT_KIND, client_id)) for client_id in ids]
                found = batch_get(self._client, {self._table: keys}, self._pause)
                yield from (client_from_item(item) for item in found[self._table])

    def _ids(self, shard: int) -> Iterator[str]:
        start: Item | None = None
        while True:
            page: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
            with not_now():
                answer = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="entity = :directory",
                    ExpressionAttributeValues={":directory": {"S": _directory(shard)}},
                    ConsistentRead=True,
                    **page,
                )
            yield from (item["part"]["S"] for item in answer["Items"])
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def _transact(self, *actions: "TransactWriteItemTypeDef") -> None:
        try:
            with not_now():
                self._client.transact_write_items(TransactItems=list(actions))
        except ClientError as error:
            reasons = {r.get("Code") for r in error.response.get("CancellationReasons", [])}
            if "ConditionalCheckFailed" in reasons:
                raise _ConditionFailedError from error
            if reasons & _CANCELLED_FOR_NOW:
                raise Unavailable(detail=error_code(error)) from error
            raise


class _ConditionFailedError(Exception):
    """A transaction was cancelled by its own condition."""


def _directory(shard: int) -> str:
    return f"directory#{CLIENT_KIND}#{shard:x}"


def _directory_key(client_id: str) -> Item:
    shard = sha256(client_id.encode()).digest()[0] % DIRECTORY_SHARDS
    return {"entity": {"S": _directory(shard)}, "part": {"S": client_id}}


def _directory_entry(client: Client) -> Item:
    """Ends with its client, so that an expired client leaves no name behind."""
    entry = _directory_key(client.id)
    if client.expires_at is not None:
        entry["expires_at"] = {"N": str(client.expires_at)}
    return entry
