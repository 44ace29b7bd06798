"""Clients in DynamoDB."""

from typing import TYPE_CHECKING

from token_service.domain.model import Client, OwnerKind
from token_service.store.client_items import client_from_item, client_to_item
from token_service.store.client_uses import use_key
from token_service.store.dynamodb import Pause
from token_service.store.registry import DynamoRegistry, Shape

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_SHAPE = Shape[Client](
    OwnerKind.CLIENT,
    client_to_item,
    client_from_item,
    expires_at=lambda client: client.expires_at,
    companions=lambda client: [use_key(client.id)],
)


class DynamoClients(DynamoRegistry[Client]):
    """Clients, which have an id and no other name."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        super().__init__(client, table, pause, _SHAPE)
