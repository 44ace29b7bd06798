"""Elastic Path's application keys."""

import secrets
from functools import cache

from token_service.domain.administration import ClientAdministration
from token_service.domain.application_keys import ApplicationKeys
from token_service.observability import observe
from token_service.runtime.callers import client_uses
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import dynamodb, environment
from token_service.store.clients import DynamoClients
from token_service.system import now, pause
from token_service.wire.elastic_path.application_keys import ApplicationKeysEndpoint
from token_service.wire.endpoints import Endpoint


@cache
def endpoint() -> Endpoint:
    """Elastic Path's application keys."""
    env = environment()
    registry = DynamoClients(
        dynamodb(), env.text("CLIENTS_TABLE"), pause, env.number("STORE_RATE_LIMIT")
    )
    keys = ApplicationKeys(
        clients=registry,
        administration=ClientAdministration(registry, now, secrets.token_bytes),
        uses=client_uses(),
        now=now,
    )
    return ApplicationKeysEndpoint(dialects_of_clients(), observe, keys, env.text("ISSUER"))
