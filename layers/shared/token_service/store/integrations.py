"""Integrations in DynamoDB."""

from typing import TYPE_CHECKING

from token_service.domain.owners import Integration, OwnerKind
from token_service.store.dynamodb import Pause
from token_service.store.integration_items import (
    consumer_key_key,
    integration_from_item,
    integration_name_key,
    integration_to_item,
)
from token_service.store.registry import DynamoRegistry, Shape

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_SHAPE = Shape[Integration](
    OwnerKind.INTEGRATION,
    integration_to_item,
    integration_from_item,
    name_keys=lambda integration: [
        integration_name_key(integration.name),
        consumer_key_key(integration.consumer_key),
    ],
    called=lambda integration: integration.name,
)


class DynamoIntegrations(DynamoRegistry[Integration]):
    """Integrations, found by name or by consumer key."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        super().__init__(client, table, pause, _SHAPE)

    def find_by_name(self, name: str) -> Integration | None:
        """The integration of this name, or None."""
        return self.find_named(integration_name_key(name))

    def find_by_consumer_key(self, consumer_key: str) -> Integration | None:
        """The integration of this consumer, or None."""
        return self.find_named(consumer_key_key(consumer_key))
