"""Token records in DynamoDB: one item each, no index, under one write unit.

The partition key is the expiry hour, the layout and the shard; the sort key is the handle.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from token_service.domain.grants import Access, Grant
from token_service.domain.limits import NEVER
from token_service.domain.location import Location, hour_of, locate
from token_service.domain.owners import TOKEN_OWNERS, Owner, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.store.dynamodb import (
    Item,
    Pause,
    batch_get,
    owner_key,
)
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import Count, Reference, StoredItem, Text, damaged, parse_item
from token_service.store.owners import owner_from_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# One write unit (docs/aws.md, 2.2). A longer record would double the price of every token.
MAX_RECORD_BYTES = 1024
# The partition key of a record that never expires begins with this instead of an hour.
_NEVER = "never"


class RecordTooLargeError(ValueError):
    """A record would cost more than one write unit."""


class TokenCollisionError(RuntimeError):
    """Another token already has this handle: randomness has failed."""


def _layout(bucket: object) -> object:
    """From the partition key; a record that never expires lies in no layout's shard."""
    if not isinstance(bucket, str):
        raise ValueError("not text")  # noqa: TRY004 - pydantic reports a ValueError
    hour, layout, *_ = bucket.split("#")
    return 0 if hour == _NEVER else int(layout)


def _token_owner(owner: OwnerRef) -> OwnerRef:
    if owner.kind not in TOKEN_OWNERS:
        raise ValueError("owns no tokens")
    return owner


class _TokenItem(StoredItem):
    kind: ClassVar = "token record"

    handle: Text
    layout: Annotated[Count, BeforeValidator(_layout), Field(validation_alias="bucket")]
    owner: Annotated[Reference, AfterValidator(_token_owner)]
    epoch: Text
    issued_at: Count
    expires_at: Count | None = None
    grant: Grant
    access: Access
    audience: Text | None = None
    scope: Text | None = None
    jkt: Text | None = None
    account: Text | None = None
    revoked_at: Count | None = None


class DynamoTokens:
    """Writes, finds and revokes token records."""

    def __init__(
        self, client: "DynamoDBClient", tokens_table: str, clients_table: str, pause: Pause
    ) -> None:
        """The clients table is named because a record and its owner are read in one call."""
        self._client = client
        self._table = tokens_table
        self._clients_table = clients_table
        self._pause = pause

    def put(self, record: TokenRecord) -> None:
        """Store a new record; finding the very same one there means our own retry, and success.

        Raises:
            RecordTooLargeError: more than one write unit.
            TokenCollisionError: a different record has the handle.
            Unavailable: DynamoDB did not answer.

        """
        item = to_item(record)
        if size(item) > MAX_RECORD_BYTES:
            raise RecordTooLargeError(
                f"the record has {size(item)} bytes, more than {MAX_RECORD_BYTES}"
            )
        try:
            with translate_errors():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(handle)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailedError as error:
            if error.item != item:
                raise TokenCollisionError(
                    f"handle {record.handle} is taken by another record"
                ) from error

    def find(self, location: Location) -> TokenRecord | None:
        """The record at this place, expired or not.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with translate_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(location), ConsistentRead=True
            )
        item = answer.get("Item")
        return from_item(item) if item else None

    def find_with_owners(
        self, location: Location, owners: set[OwnerRef]
    ) -> tuple[TokenRecord | None, Mapping[OwnerRef, Owner]]:
        """The record and owners in one strongly consistent round trip.

        Raises:
            Unavailable: DynamoDB did not answer, or only in part.

        """
        found = batch_get(
            self._client,
            {self._table: [_key(location)], self._clients_table: [owner_key(o) for o in owners]},
            self._pause,
        )
        records = [from_item(item) for item in found[self._table]]
        there = [owner_from_item(item) for item in found[self._clients_table]]
        return (records[0] if records else None, {owner.ref: owner for owner in there})

    def revoke(self, location: Location, owner: OwnerRef, at: int) -> bool:
        """Put a tombstone on the owner's record, keeping the first time (seconds); one write.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        return self._update(
            location,
            "SET revoked_at = if_not_exists(revoked_at, :revoked_at)",
            "#owner = :owner",
            {"revoked_at": {"N": str(at)}, "owner": {"S": str(owner)}},
            named=("owner",),
        )

    def bury(self, location: Location, tombstone: TokenRecord) -> bool:
        """Keep a tombstone where nothing lies, or the owner's earlier one does; one write.

        It is not found where its expiry says, which is later than the token's, but here.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        facts = {n: value for n, value in to_item(tombstone).items() if n not in _key(location)}
        kept = [f"#{name} = :{name}" for name in facts if name != "revoked_at"]
        first = "#revoked_at = if_not_exists(#revoked_at, :revoked_at)"
        return self._update(
            location,
            f"SET {', '.join((*kept, first))}",
            "attribute_not_exists(handle) OR #owner = :owner",
            facts,
            named=facts,
        )

    def _update(
        self,
        location: Location,
        expression: str,
        condition: str,
        values: Item,
        named: Iterable[str],
    ) -> bool:
        """Change an item; False if the condition does not hold. `:x` is the value named x."""
        try:
            with translate_errors():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(location),
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={f"#{name}": name for name in named},
                    ExpressionAttributeValues={f":{name}": v for name, v in values.items()},
                )
        except ConditionFailedError:
            return False
        return True


def _key(location: Location) -> Item:
    return {"bucket": {"S": location.bucket}, "handle": {"S": location.handle}}


def to_item(record: TokenRecord) -> Item:
    """A record as it is stored; empty attributes are left out."""
    item = _key(locate(record.handle, hour_of(record.expires_at), record.layout)) | {
        "issued_at": {"N": str(record.issued_at)},
        "owner": {"S": str(record.owner)},
        "epoch": {"S": record.epoch},
        "grant": {"S": record.grant},
        "access": {"S": record.access},
    }
    if record.expires_at != NEVER:
        item["expires_at"] = {"N": str(record.expires_at)}
    if record.audience:
        item["audience"] = {"S": " ".join(record.audience)}
    if record.scope:
        item["scope"] = {"S": " ".join(record.scope)}
    if record.jkt is not None:
        item["jkt"] = {"S": record.jkt}
    if record.account is not None:
        item["account"] = {"S": record.account}
    if record.revoked_at is not None:
        item["revoked_at"] = {"N": str(record.revoked_at)}
    return item


def from_item(item: Item) -> TokenRecord:
    """The record that `to_item` stored.

    Raises:
        DamagedItemError: the item is not one that `to_item` writes.

    """
    stored = parse_item(_TokenItem, item)
    expires_at = stored.expires_at
    if expires_at is None:
        # A record that lost its expiry must not turn into one that never expires.
        if item["bucket"]["S"].partition("#")[0] != _NEVER:
            raise damaged(_TokenItem, item, "expires_at missing")
        expires_at = NEVER
    return TokenRecord(
        handle=stored.handle,
        layout=stored.layout,
        owner=stored.owner,
        epoch=stored.epoch,
        issued_at=stored.issued_at,
        expires_at=expires_at,
        grant=stored.grant,
        access=stored.access,
        audience=_words(stored.audience),
        scope=_words(stored.scope),
        jkt=stored.jkt,
        account=stored.account,
        revoked_at=stored.revoked_at,
    )


def _words(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(text.split(" "))


def size(item: Item) -> int:
    """Bytes DynamoDB bills for an item of strings and numbers; numbers are rounded up."""
    values = (text for value in item.values() for text in value.values())
    return len("".join((*item, *values)).encode())
