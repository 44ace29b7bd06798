"""An integration as an item of the clients table, and the names that make it unique."""

from token_service.domain.owners import Integration, OwnerKind, OwnerRef
from token_service.store.dynamodb import Item, owner_key


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
    """The integration that `integration_to_item` stored."""
    return Integration(
        id=OwnerRef.parse(item["entity"]["S"]).id,
        name=item["name"]["S"],
        consumer_key=item["consumer_key"]["S"],
        consumer_secret=item["consumer_secret"]["S"],
        epoch=item["epoch"]["S"],
        created_at=int(item["created_at"]["N"]),
        enabled=item["enabled"]["BOOL"],
        token_secret=item["token_secret"]["S"] if "token_secret" in item else None,
        resources=tuple(entry["S"] for entry in item["resources"]["L"]),
        version=int(item["version"]["N"]),
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
