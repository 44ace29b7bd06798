"""The routes that a storefront reads before a sign-in: settings, realms and profiles.

The documents are Elastic Path's. Account and customer authentication settings name a realm, and a
realm lists its OpenID Connect profiles, whose links lead to the provider.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path

from token_service.domain.errors import NotFound
from token_service.domain.openid import OpenIdProvider
from token_service.domain.owners import OwnerKind
from token_service.domain.realms import Realm, realms
from token_service.wire import openid_profile_documents as documents
from token_service.wire.dialect import Dialect
from token_service.wire.elastic_path.answers import (
    FORBIDDEN,
    FORBIDDEN_BY_PATH,
    SECURITY,
    common,
    refusal,
    success,
)
from token_service.wire.elastic_path.management import ManagementEndpoint, ManagementResolver
from token_service.wire.endpoints import Observe
from token_service.wire.single_sign_on import callback_path, login_path
from token_service.wire.timestamps import rfc3339

REALMS = "/v2/authentication-realms"
ACCOUNT_SETTINGS = "/v2/settings/account-authentication"
CUSTOMER_SETTINGS = "/v2/settings/customer-authentication"
_TAGS = ["Single sign-on"]
_NO_REALM = "authentication realm not found"
_NO_PROFILE = "oidc profile not found"
_UNKNOWN_REALM = refusal(404, "There is no such realm.", "Not Found", _NO_REALM)
_UNKNOWN_PROFILE = refusal(404, "There is no such realm or profile.", "Not Found", _NO_PROFILE)
_COMMON = common("GET, HEAD, OPTIONS")
_ID: dict[str, Any] = {"minLength": 1, "pattern": "^[0-9A-Za-z-]+$"}

RealmId = Annotated[
    str, Path(description="The realm's id, from the settings.", json_schema_extra=_ID)
]
ProfileId = Annotated[str, Path(description="The profile's id.", json_schema_extra=_ID)]

type ListProviders = Callable[[], tuple[OpenIdProvider, ...]]


class OpenIdProfilesEndpoint(ManagementEndpoint):
    """Read-only; `tokenctl sso-providers` changes profiles. The authorizer decides who may read."""

    operation = "single_sign_on"

    def __init__(
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        issuer: str,
        providers: ListProviders,
    ) -> None:
        """`issuer` has no trailing slash; links begin with it."""
        super().__init__(dialects, observe)
        add_routes(self.app, issuer, providers)


def add_routes(app: ManagementResolver, issuer: str, providers: ListProviders) -> None:
    """Declare the routes of settings, realms and profiles."""
    by_id = realms(issuer)

    def realm_of(realm_id: str) -> Realm:
        found = by_id.get(realm_id.lower())
        if found is None:
            raise NotFound(_NO_REALM)
        return found

    @app.get(
        ACCOUNT_SETTINGS,
        operation_id="getAccountAuthenticationSettings",
        tags=_TAGS,
        summary="How account members sign in",
        description=(
            "Names the authentication realm of account members, and the `client_id` that "
            "storefronts send to its sign-in. HEAD works too."
        ),
        security=SECURITY,
        responses={**success("The settings."), **FORBIDDEN, **_COMMON},
    )
    def get_account_settings() -> documents.AuthenticationSettings:
        realm = next(one for one in by_id.values() if one.kind is OwnerKind.ACCOUNT_MEMBER)
        return _settings("account_authentication_settings", realm, issuer + ACCOUNT_SETTINGS)

    @app.get(
        CUSTOMER_SETTINGS,
        operation_id="getCustomerAuthenticationSettings",
        tags=_TAGS,
        summary="How customers sign in",
        description=(
            "Names the authentication realm of customers, and its `client_id`. HEAD works too."
        ),
        security=SECURITY,
        responses={**success("The settings."), **FORBIDDEN, **_COMMON},
    )
    def get_customer_settings() -> documents.AuthenticationSettings:
        realm = next(one for one in by_id.values() if one.kind is OwnerKind.CUSTOMER)
        return _settings("customer_authentication_settings", realm, issuer + CUSTOMER_SETTINGS)

    @app.get(
        f"{REALMS}/<realm>",
        operation_id="getAuthenticationRealm",
        tags=_TAGS,
        summary="Read an authentication realm",
        description="A realm knows the shoppers of one kind. HEAD works too.",
        security=SECURITY,
        responses={**success("The realm."), **FORBIDDEN_BY_PATH, **_UNKNOWN_REALM, **_COMMON},
    )
    def get_realm(realm: RealmId) -> documents.AuthenticationRealm:
        found = realm_of(realm)
        return documents.AuthenticationRealm(
            data=documents.AuthenticationRealmData(
                id=found.id, type="authentication-realm", name=found.name
            ),
            links={"self": _url(issuer, found)},
        )

    @app.get(
        f"{REALMS}/<realm>/oidc-profiles",
        operation_id="listOpenIdConnectProfiles",
        tags=_TAGS,
        summary="List a realm's OpenID Connect profiles",
        description=(
            "The providers that shoppers may sign in with, oldest first, and where to send "
            "shoppers. HEAD works too."
        ),
        security=SECURITY,
        responses={**success("The profiles."), **FORBIDDEN_BY_PATH, **_UNKNOWN_REALM, **_COMMON},
    )
    def list_profiles(realm: RealmId) -> documents.OpenIdConnectProfiles:
        found = realm_of(realm)
        listed = [
            documents.ListedOpenIdConnectProfile(
                **_members(one), links=_profile_links(issuer, found, one)
            )
            for one in _of(found, providers())
        ]
        results = documents.ProfileResults(total=len(listed))
        return documents.OpenIdConnectProfiles(
            data=listed,
            links={"self": f"{_url(issuer, found)}/oidc-profiles"},
            meta=documents.OpenIdConnectProfilesMeta(results=results),
        )

    @app.get(
        f"{REALMS}/<realm>/oidc-profiles/<profile>",
        operation_id="getOpenIdConnectProfile",
        tags=_TAGS,
        summary="Read an OpenID Connect profile",
        description="One provider, and where to send shoppers. HEAD works too.",
        security=SECURITY,
        responses={**success("The profile."), **FORBIDDEN_BY_PATH, **_UNKNOWN_PROFILE, **_COMMON},
    )
    def get_profile(realm: RealmId, profile: ProfileId) -> documents.OpenIdConnectProfile:
        found = realm_of(realm)
        for one in _of(found, providers()):
            if one.id == profile.lower():
                return documents.OpenIdConnectProfile(
                    data=documents.OpenIdConnectProfileMembers(**_members(one)),
                    links=_profile_links(issuer, found, one),
                )
        raise NotFound(_NO_PROFILE)


def _settings(
    kind: Literal["account_authentication_settings", "customer_authentication_settings"],
    realm: Realm,
    url: str,
) -> documents.AuthenticationSettings:
    reference = documents.RealmReference(id=realm.id, type="authentication-realm")
    relationship = documents.RealmRelationship(data=reference)
    data = documents.AuthenticationSettingsData(
        type=kind,
        relationships=documents.SettingsRelationships(authentication_realm=relationship),
        meta=documents.SettingsMeta(client_id=realm.client_id),
    )
    return documents.AuthenticationSettings(data=data, links={"self": url})


def _members(one: OpenIdProvider) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": "oidc-profile",
        "name": one.name,
        "client_id": one.client_id,
        "discovery_url": f"{one.issuer.rstrip('/')}/.well-known/openid-configuration",
        "meta": documents.OpenIdConnectProfileMeta(
            issuer=one.issuer,
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
        ),
    }


def _profile_links(
    issuer: str, realm: Realm, one: OpenIdProvider
) -> documents.OpenIdConnectProfileLinks:
    return {
        "authorization-endpoint": issuer + login_path(issuer, realm, one.id),
        "callback-endpoint": issuer + callback_path(issuer, realm, one.id),
        "self": f"{_url(issuer, realm)}/oidc-profiles/{one.id}",
    }


def _of(realm: Realm, providers: tuple[OpenIdProvider, ...]) -> list[OpenIdProvider]:
    return [one for one in providers if realm.kind in one.kinds]


def _url(issuer: str, realm: Realm) -> str:
    return f"{issuer}{REALMS}/{realm.id}"
