"""Elastic Path's sign-in settings, authentication realms and OpenID Connect profiles."""

from functools import cache

from token_service.observability import observe
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import dynamodb, environment
from token_service.store.openid_providers import DynamoProviders
from token_service.wire.endpoints import Endpoint
from token_service.wire.openid_profiles import OpenIdProfilesEndpoint


@cache
def endpoint() -> Endpoint:
    """The sign-in settings, authentication realms and OpenID Connect profiles."""
    env = environment()
    providers = DynamoProviders(dynamodb(), env.text("CLIENTS_TABLE"))
    return OpenIdProfilesEndpoint(
        dialects_of_clients(), observe, env.text("ISSUER"), providers.list
    )
