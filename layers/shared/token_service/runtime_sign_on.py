"""The composition root's part for single sign-on."""

import secrets
from functools import cache

from token_service import runtime, runtime_codes
from token_service.domain.linked_shoppers import LinkedShoppers
from token_service.domain.realms import realms
from token_service.domain.single_sign_on import SingleSignOn
from token_service.observability import observe
from token_service.providers.http import Http
from token_service.providers.openid import OpenIdRelyingParty
from token_service.store.accounts import DynamoAccounts
from token_service.store.identity_links import DynamoIdentityLinks
from token_service.store.openid_providers import DynamoProviders
from token_service.system import elapsed, now, pause
from token_service.wire.endpoints import Endpoint
from token_service.wire.openid_profiles import OpenIdProfilesEndpoint
from token_service.wire.single_sign_on import SingleSignOnEndpoint

fetch = Http(elapsed)


@cache
def redirects() -> Endpoint:
    """Out to a provider, and back."""
    issuer = runtime.environment().text("ISSUER")
    return SingleSignOnEndpoint(runtime.all_dialects(), observe, issuer, single_sign_on)


@cache
def profiles() -> Endpoint:
    """What a storefront reads first."""
    issuer = runtime.environment().text("ISSUER")
    return OpenIdProfilesEndpoint(runtime.all_dialects(), observe, issuer, providers().list)


@cache
def single_sign_on() -> SingleSignOn:
    """The whole way, from a storefront's request to its code."""
    env = runtime.environment()
    table = env.text("CLIENTS_TABLE")
    kinds = [realm.kind for realm in realms(env.text("ISSUER")).values()]
    return SingleSignOn(
        providers=providers(),
        # Without TLS only where this service itself has none: on a developer's machine.
        relying_party=OpenIdRelyingParty(
            fetch, now, allow_loopback=env.text("ISSUER").startswith("http://localhost")
        ),
        shoppers=LinkedShoppers(
            {kind: DynamoAccounts(runtime.dynamodb(), table, pause, kind) for kind in kinds},
            DynamoIdentityLinks(runtime.dynamodb(), table),
            now,
            secrets.token_bytes,
        ),
        sealer=runtime.sealer(),
        seals=runtime_codes.seals(),
        codes=runtime_codes.codes(),
        random=secrets.token_bytes,
    )


@cache
def providers() -> DynamoProviders:
    """The providers that an operator trusts."""
    return DynamoProviders(runtime.dynamodb(), runtime.environment().text("CLIENTS_TABLE"))
