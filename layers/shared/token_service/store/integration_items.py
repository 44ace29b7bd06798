"""An integration as an item of the clients table, and the names that make it unique."""

from typing import ClassVar

from token_service.domain.owners import Integration, OwnerKind
from token_service.store.dynamodb import Item, owner_key
from token_service.store.items import Count, Flag, Reference, StoredItem, Text, parse_item


class _IntegrationItem(StoredItem, defer_build=True):
    kind: ClassVar = "integration item"
    named_by: ClassVar = ("entity",)

    entity: Reference
    name: Text
    consumer_key: Text
    consumer_secret: Text
    epoch: Text
    created_at: Count
    enabled: Flag
    token_secret: Text | None = None
    resources: tuple[Text, ...]
    version: Count


def integration_to_item(integration: Integration) -> Item:
    """An integration as it is stored."""
    item = owner_key(integration.ref) | {
        "name": {"S": integration.name},
        "consumer_key": {"S": integration.consumer_key},
        "consumer_secret": {"S": integration.consumer_secret},
        "epoch": {"S": integration.epoch},
        "created_at": {"N": str(integration.created_at)},
        "enabled": {"BOOL": integration.enabled},
        "resources": {"L": [{"S": resource} for resource in integration.resources]},
        "version": {"N": str(integration.version)},
    }
    if integration.token_secret is not None:
        item["token_secret"] = {"S": integration.token_secret}
    return item


def integration_from_item(item: Item) -> Integration:
    """The integration that `integration_to_item` stored.

    Raises:
        DamagedItemError: the item is not one that `integration_to_item` writes.

    """
    stored = parse_item(_IntegrationItem, item)
    return Integration(
        id=stored.entity.id,
        name=stored.name,
        consumer_key=stored.consumer_key,
        consumer_secret=stored.consumer_secret,
        epoch=stored.epoch,
        created_at=stored.created_at,
        enabled=stored.enabled,
        token_secret=stored.token_secret,
        resources=stored.resources,
        version=stored.version,
    )


def integration_name_key(name: str) -> Item:
    """Where a name says whose it is."""
    return {
        "entity": {"S": f"name#{OwnerKind.INTEGRATION}#{name.strip()}"},
        "part": {"S": "owner"},
    }


def consumer_key_key(consumer_key: str) -> Item:
    """Where a consumer key says whose it is."""
    return {"entity": {"S": f"name#consumer#{consumer_key}"}, "part": {"S": "owner"}}
