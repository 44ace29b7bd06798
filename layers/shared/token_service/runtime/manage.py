"""Elastic Path's application keys."""

import secrets
from functools import cache

from token_service.domain.administration import ClientAdministration
from token_service.domain.application_keys import ApplicationKeys
from token_service.observability import observe
from token_service.runtime.callers import client_uses
from token_service.runtime.dialects import DialectVariables, dialects_of_clients
from token_service.runtime.environment import dynamodb
from token_service.settings import ClientsTable, Settings, WholeNumber, load
from token_service.store.clients import DynamoClients
from token_service.system import now, pause
from token_service.wire.elastic_path.application_keys import ApplicationKeysEndpoint
from token_service.wire.endpoints import Endpoint


class ManageVariables(Settings, ClientsTable, DialectVariables):
    """Settings of the function `manage`."""

    store_rate_limit: WholeNumber


@cache
def endpoint() -> Endpoint:
    """Elastic Path's application keys."""
    settings = load(ManageVariables)
    registry = DynamoClients(dynamodb(), settings.clients_table, pause, settings.store_rate_limit)
    keys = ApplicationKeys(
        clients=registry,
        administration=ClientAdministration(registry, now, secrets.token_bytes),
        uses=client_uses(settings.clients_table),
        now=now,
    )
    return ApplicationKeysEndpoint(dialects_of_clients(settings), observe, keys, settings.issuer)
