"""A client as an item of the clients table."""

import json
from typing import ClassVar

from pydantic import Json

from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.owners import Client, Introspection, Secret
from token_service.store.dynamodb import Item, owner_key
from token_service.store.items import Count, Flag, Reference, StoredItem, Text, parse_item


class _SecretEntry(StoredItem):
    digest: Text
    created_at: Count
    expires_at: Count | None = None


class _ClientItem(StoredItem):
    kind: ClassVar = "client item"
    named_by: ClassVar = ("entity",)

    entity: Reference
    name: Text
    epoch: Text
    created_at: Count
    enabled: Flag
    public: Flag
    secrets: tuple[_SecretEntry, ...]
    grants: frozenset[Grant]
    scopes: tuple[Text, ...]
    audience: tuple[Text, ...]
    token_format: TokenFormat
    token_lifetime: Count | None = None
    introspection: Introspection
    # Clients stored by earlier versions lack these four.
    serves: tuple[Text, ...] = ()
    jwks: Json[tuple[dict[str, Text], ...]] = ()
    dpop_bound: Flag = False
    recorded: Flag = True
    reserved_rate_limit: Count = 0
    updated_at: Count | None = None
    expires_at: Count | None = None
    version: Count


def client_to_item(client: Client) -> Item:
    """A client as it is stored; absent values are left out."""
    item: Item = owner_key(client.ref) | {
        "name": {"S": client.name},
        "epoch": {"S": client.epoch},
        "created_at": {"N": str(client.created_at)},
        "enabled": {"BOOL": client.enabled},
        "public": {"BOOL": client.public},
        "secrets": {"L": [{"M": _secret_to_map(secret)} for secret in client.secrets]},
        "grants": {"L": [{"S": grant} for grant in sorted(client.grants)]},
        "scopes": {"L": [{"S": scope} for scope in client.scopes]},
        "audience": {"L": [{"S": audience} for audience in client.audience]},
        "token_format": {"S": client.token_format},
        "introspection": {"S": client.introspection},
        "serves": {"L": [{"S": audience} for audience in client.serves]},
        "jwks": {"S": json.dumps([dict(jwk) for jwk in client.jwks])},
        "dpop_bound": {"BOOL": client.dpop_bound},
        "recorded": {"BOOL": client.recorded},
        "version": {"N": str(client.version)},
    }
    if client.reserved_rate_limit:
        item["reserved_rate_limit"] = {"N": str(client.reserved_rate_limit)}
    if client.updated_at is not None:
        item["updated_at"] = {"N": str(client.updated_at)}
    if client.token_lifetime is not None:
        item["token_lifetime"] = {"N": str(client.token_lifetime)}
    if client.expires_at is not None:
        item["expires_at"] = {"N": str(client.expires_at)}
    return item


def client_from_item(item: Item) -> Client:
    """The client that `client_to_item` stored.

    Raises:
        DamagedItemError: the item is not one that `client_to_item` writes, now or earlier.

    """
    stored = parse_item(_ClientItem, item)
    return Client(
        id=stored.entity.id,
        name=stored.name,
        epoch=stored.epoch,
        created_at=stored.created_at,
        enabled=stored.enabled,
        public=stored.public,
        secrets=tuple(Secret(one.digest, one.created_at, one.expires_at) for one in stored.secrets),
        grants=stored.grants,
        scopes=stored.scopes,
        audience=stored.audience,
        token_format=stored.token_format,
        token_lifetime=stored.token_lifetime,
        introspection=stored.introspection,
        serves=stored.serves,
        jwks=stored.jwks,
        dpop_bound=stored.dpop_bound,
        recorded=stored.recorded,
        reserved_rate_limit=stored.reserved_rate_limit,
        updated_at=stored.updated_at,
        expires_at=stored.expires_at,
        version=stored.version,
    )


def _secret_to_map(secret: Secret) -> Item:
    entry: Item = {
        "digest": {"S": secret.digest},
        "created_at": {"N": str(secret.created_at)},
    }
    if secret.expires_at is not None:
        entry["expires_at"] = {"N": str(secret.expires_at)}
    return entry
