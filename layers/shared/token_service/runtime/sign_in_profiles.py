"""Elastic Path's sign-in settings, authentication realms and OpenID Connect profiles."""

from functools import cache

from token_service.observability import observe
from token_service.runtime.dialects import DialectVariables, dialects_of_clients
from token_service.runtime.environment import dynamodb
from token_service.settings import ClientsTable, Settings, load
from token_service.store.openid_providers import DynamoProviders
from token_service.wire.endpoints import Endpoint
from token_service.wire.openid_profiles import OpenIdProfilesEndpoint


class ProfileVariables(Settings, ClientsTable, DialectVariables):
    """Settings of the function `sign_in_profiles`."""


@cache
def endpoint() -> Endpoint:
    """The sign-in settings, authentication realms and OpenID Connect profiles."""
    settings = load(ProfileVariables)
    providers = DynamoProviders(dynamodb(), settings.clients_table)
    return OpenIdProfilesEndpoint(
        dialects_of_clients(settings), observe, settings.issuer, providers.list
    )
