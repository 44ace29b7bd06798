"""A client as an item of the clients table."""

import json
from typing import Any

from token_service.domain.model import (
    Client,
    Grant,
    Introspection,
    OwnerRef,
    Secret,
    TokenFormat,
)
from token_service.store.dynamodb import Item, owner_key

# Of clients stored before there was such an attribute.
_NONE: Item = {"L": []}


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
    """The client that `client_to_item` stored."""
    return Client(
        id=OwnerRef.parse(item["entity"]["S"]).id,
        name=item["name"]["S"],
        epoch=item["epoch"]["S"],
        created_at=int(item["created_at"]["N"]),
        enabled=item["enabled"]["BOOL"],
        public=item["public"]["BOOL"],
        secrets=tuple(_secret_from_map(entry["M"]) for entry in item["secrets"]["L"]),
        grants=frozenset(Grant(grant) for grant in _strings(item["grants"])),
        scopes=tuple(_strings(item["scopes"])),
        audience=tuple(_strings(item["audience"])),
        token_format=TokenFormat(item["token_format"]["S"]),
        token_lifetime=_number(item, "token_lifetime"),
        introspection=Introspection(item["introspection"]["S"]),
        serves=tuple(_strings(item.get("serves", _NONE))),
        jwks=tuple(json.loads(item.get("jwks", {"S": "[]"})["S"])),
        dpop_bound=item.get("dpop_bound", {"BOOL": False})["BOOL"],
        recorded=item.get("recorded", {"BOOL": True})["BOOL"],
        reserved_rate_limit=_number(item, "reserved_rate_limit") or 0,
        updated_at=_number(item, "updated_at"),
        expires_at=_number(item, "expires_at"),
        version=int(item["version"]["N"]),
    )


def _secret_to_map(secret: Secret) -> Item:
    entry: Item = {
        "digest": {"S": secret.digest},
        "created_at": {"N": str(secret.created_at)},
    }
    if secret.expires_at is not None:
        entry["expires_at"] = {"N": str(secret.expires_at)}
    return entry


def _secret_from_map(entry: Item) -> Secret:
    return Secret(
        digest=entry["digest"]["S"],
        created_at=int(entry["created_at"]["N"]),
        expires_at=_number(entry, "expires_at"),
    )


def _number(item: Item, name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None


def _strings(attribute: dict[str, Any]) -> list[str]:
    return [entry["S"] for entry in attribute["L"]]
