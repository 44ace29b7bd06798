"""Single sign-on."""

import secrets
from functools import cache

from token_service.domain.linked_shoppers import LinkedShoppers
from token_service.domain.realms import realms
from token_service.domain.single_sign_on import SingleSignOn
from token_service.observability import observe
from token_service.providers.http import Http
from token_service.providers.openid import OpenIdRelyingParty
from token_service.runtime import codes
from token_service.runtime.dialects import DialectVariables, dialects_of_clients
from token_service.runtime.environment import dynamodb
from token_service.runtime.sealing import SealingVariables, sealer
from token_service.settings import Settings, load
from token_service.store.accounts import DynamoAccounts
from token_service.store.identity_links import DynamoIdentityLinks
from token_service.store.openid_providers import DynamoProviders
from token_service.system import elapsed, now, pause
from token_service.wire.endpoints import Endpoint
from token_service.wire.single_sign_on import SingleSignOnEndpoint

fetch = Http(elapsed)


class SingleSignOnVariables(Settings, SealingVariables, DialectVariables):
    """Settings of the function `single_sign_on`."""


@cache
def redirects() -> Endpoint:
    """Out to a provider, and back."""
    settings = load(SingleSignOnVariables)
    return SingleSignOnEndpoint(
        dialects_of_clients(settings), observe, settings.issuer, lambda: single_sign_on(settings)
    )


@cache
def single_sign_on(settings: SingleSignOnVariables) -> SingleSignOn:
    """The whole way, from a storefront's request to its code."""
    table, issuer = settings.clients_table, settings.issuer
    kinds = [realm.kind for realm in realms(issuer).values()]
    return SingleSignOn(
        providers=providers(table),
        # Without TLS only where this service itself has none: on a developer's machine.
        relying_party=OpenIdRelyingParty(
            fetch, now, allow_loopback=issuer.startswith("http://localhost")
        ),
        shoppers=LinkedShoppers(
            {kind: DynamoAccounts(dynamodb(), table, pause, kind) for kind in kinds},
            DynamoIdentityLinks(dynamodb(), table),
            now,
            secrets.token_bytes,
        ),
        sealer=sealer(settings.sealing_secret),
        seals=codes.seals(settings),
        codes=codes.codes(settings),
        random=secrets.token_bytes,
    )


@cache
def providers(table: str) -> DynamoProviders:
    """The providers that an operator trusts."""
    return DynamoProviders(dynamodb(), table)
