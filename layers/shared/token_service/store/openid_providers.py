"""The trusted OpenID providers, all in one item of the clients table: they are few.

Their client secrets are sealed; the item's version keeps two operators from undoing each other.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, ClassVar

from pydantic import Json

from token_service.domain.openid import OpenIdProvider
from token_service.domain.owners import OwnerKind
from token_service.domain.ports import OwnerChangedError
from token_service.store.dynamodb import Item
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import Count, Flag, StoredItem, Text, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PROVIDERS_ENTITY = "sso#providers"
_KEY: Item = {"entity": {"S": PROVIDERS_ENTITY}, "part": {"S": "all"}}


class _ProviderEntry(StoredItem, defer_build=True):
    id: Text
    name: Text
    issuer: Text
    client_id: Text
    client_secret: Text
    redirect_uris: tuple[Text, ...]
    kinds: tuple[OwnerKind, ...]
    trust_email: Flag
    created_at: Count
    updated_at: Count


class _ProvidersItem(StoredItem, defer_build=True):
    kind: ClassVar = "OpenID providers item"

    providers: Json[tuple[_ProviderEntry, ...]]
    version: Count


class DynamoProviders:
    """Every method may raise Unavailable: DynamoDB did not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the clients table."""
        self._client = client
        self._table = table

    def find(self, provider_id: str) -> OpenIdProvider | None:
        """The provider of this id, or None."""
        return next((one for one in self.list() if one.id == provider_id), None)

    def list(self) -> tuple[OpenIdProvider, ...]:
        """All of them, oldest first."""
        return self.read()[0]

    def read(self) -> tuple[tuple[OpenIdProvider, ...], int]:
        """All of them, oldest first, and the version of the whole."""
        with translate_errors():
            answer = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        item = answer.get("Item")
        if not item:
            return (), 0
        stored = parse_item(_ProvidersItem, item)
        return tuple(map(_provider, stored.providers)), stored.version

    def write(self, providers: Iterable[OpenIdProvider], over: int) -> None:
        """Keep these instead of what was read at version `over`; raises OwnerChangedError."""
        oldest_first = sorted(providers, key=lambda one: one.created_at)
        item = _KEY | {
            "providers": {"S": json.dumps([asdict(one) for one in oldest_first])},
            "version": {"N": str(over + 1)},
        }
        try:
            with translate_errors():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(entity) OR #version = :read",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":read": {"N": str(over)}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailedError as error:
            # The very same there means our own retry, and success.
            if error.item != item:
                raise OwnerChangedError("the providers were changed meanwhile") from error


def _provider(entry: _ProviderEntry) -> OpenIdProvider:
    return OpenIdProvider(
        id=entry.id,
        name=entry.name,
        issuer=entry.issuer,
        client_id=entry.client_id,
        client_secret=entry.client_secret,
        redirect_uris=entry.redirect_uris,
        kinds=entry.kinds,
        trust_email=entry.trust_email,
        created_at=entry.created_at,
        updated_at=entry.updated_at,
    )
