"""Owners of one kind in the clients table: their own item, their names, and the directory.

All three are written together or not at all. A name is an item of its own, so that it is unique;
the directory lists owners without a Scan.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.ports import OwnerChangedError, OwnerExistsError
from token_service.store.directory import directory_entry, directory_key, listed
from token_service.store.dynamodb import (
    Item,
    Pause,
    TransactionConditionError,
    owner_key,
    transact,
    uncontended,
)
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import StoredItem, Text, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef


class _NameItem(StoredItem, defer_build=True):
    # Its key is not quoted: it holds a person's name.
    kind: ClassVar = "name item"

    id: Text


class Kept(Protocol):
    """What a registry needs to know of an owner."""

    @property
    def ref(self) -> OwnerRef:
        """Its kind and id."""

    @property
    def created_at(self) -> int:
        """When it was made, in seconds."""

    @property
    def version(self) -> int:
        """How often it was changed."""


@dataclass(frozen=True, slots=True)
class Shape[T: Kept]:
    """How owners of one kind are written: their item, their names' keys, when they end.

    `called` is what people call one; `companions` are the keys of items that others write about
    an owner, and that neither outlive it nor come before it.
    """

    kind: OwnerKind
    to_item: Callable[[T], Item]
    from_item: Callable[[Item], T]
    name_keys: Callable[[T], list[Item]] = lambda _: []
    called: Callable[[T], str] = lambda owner: owner.ref.id
    expires_at: Callable[[T], int | None] = lambda _: None
    companions: Callable[[T], list[Item]] = lambda _: []


class DynamoRegistry[T: Kept]:
    """Every method may raise Unavailable: DynamoDB did not answer."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause, shape: Shape[T]) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        self._client = client
        self._table = table
        self._pause = pause
        self._shape = shape

    def find(self, identifier: str) -> T | None:
        """The owner of this id, strongly consistent, or None."""
        item = self._get(owner_key(OwnerRef(self._shape.kind, identifier)))
        return self._shape.from_item(item) if item else None

    def find_named(self, name_key: Item) -> T | None:
        """The owner of this name, in two strongly consistent reads, or None."""
        name = self._get(name_key)
        return self.find(parse_item(_NameItem, name).id) if name else None

    def create(self, owner: T) -> None:
        """Keep a new owner with its names and its directory entry, all or nothing.

        Raises:
            OwnerExistsError: the id or a name is taken.

        """
        try:
            self._transact(*self._creation(owner))
        except TransactionConditionError as error:
            raise OwnerExistsError(f"there is already {self._called(owner)}") from error

    def replace(self, owner: T) -> T:
        """Write a changed owner if its stored version is still the one that was read.

        Finding the very same change there means our own retry, and success.

        Raises:
            OwnerChangedError: changed or deleted meanwhile.

        """
        item = self._next_version(owner)
        put = self._put_over(owner, item)

        def write() -> None:
            with translate_errors():
                self._client.put_item(**put)

        try:
            uncontended(self._pause, write)
        except ConditionFailedError as error:
            if error.item != item:
                raise self._changed(owner) from error
        return self._shape.from_item(item)

    def delete(self, owner: T) -> bool:
        """Remove an owner with its names and its directory entry; False if it was gone."""
        existing: TransactWriteItemTypeDef = {
            "Delete": {
                "TableName": self._table,
                "Key": owner_key(owner.ref),
                "ConditionExpression": "attribute_exists(entity)",
            }
        }
        try:
            self._transact(existing, *self._names_deletion(owner))
        except TransactionConditionError:
            return False
        return True

    def list(self) -> Iterator[T]:
        """Every owner of the kind."""
        items = listed(self._client, self._table, self._shape.kind, self._pause)
        return (self._shape.from_item(item) for item in items)

    def _creation(self, owner: T) -> "Sequence[TransactWriteItemTypeDef]":
        """What creates an owner: its item and its names, which must be new, and its entry."""
        return [
            *(self._put_new(item) for item in (self._shape.to_item(owner), *self._names(owner))),
            self._put(self._entry(owner)),
            *(self._delete(key) for key in self._shape.companions(owner)),
        ]

    def _end_of_names(self, owner: T) -> "Sequence[TransactWriteItemTypeDef]":
        """What lets the names and the entry of a stored owner end when it does now."""
        return [self._put(item) for item in (*self._names(owner), self._entry(owner))]

    def _names(self, owner: T) -> Sequence[Item]:
        """The items of its names, which end with it."""
        expires_at = self._shape.expires_at(owner)
        name: Item = {"id": {"S": owner.ref.id}}
        if expires_at is not None:
            name["expires_at"] = {"N": str(expires_at)}
        return [key | name for key in self._shape.name_keys(owner)]

    def _entry(self, owner: T) -> Item:
        return directory_entry(owner.ref, owner.created_at, self._shape.expires_at(owner))

    def _next_version(self, owner: T) -> Item:
        return self._shape.to_item(owner) | {"version": {"N": str(owner.version + 1)}}

    def _put_over(self, owner: T, item: Item) -> "PutTypeDef":
        """What writes an item over the version that was read of its owner."""
        return {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "#version = :read",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":read": {"N": str(owner.version)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _names_deletion(self, owner: T) -> "Sequence[TransactWriteItemTypeDef]":
        keys = [
            *self._shape.name_keys(owner),
            directory_key(owner.ref),
            *self._shape.companions(owner),
        ]
        return [self._delete(key) for key in keys]

    def _put(self, item: Item) -> "TransactWriteItemTypeDef":
        return {"Put": {"TableName": self._table, "Item": item}}

    def _delete(self, key: Item) -> "TransactWriteItemTypeDef":
        return {"Delete": {"TableName": self._table, "Key": key}}

    def _transact(self, *actions: "TransactWriteItemTypeDef") -> None:
        transact(self._client, self._pause, actions)

    def _changed(self, owner: T) -> OwnerChangedError:
        return OwnerChangedError(f"{self._called(owner)} was changed meanwhile")

    def _called(self, owner: T) -> str:
        kind = owner.ref.kind
        return f"{'an' if kind[0] in 'ai' else 'a'} {kind} {self._shape.called(owner)}"

    def _put_new(self, item: Item) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._table,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(entity)",
            }
        }

    def _get(self, key: Item) -> Item | None:
        with translate_errors():
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")
