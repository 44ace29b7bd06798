"""The JSON documents that storefronts read before a sign-in: settings, realms and profiles."""

from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, Field

Identifier = Annotated[str, Field(json_schema_extra={"format": "uuid"})]


class DocumentLink(TypedDict):
    """The address of this document."""

    self: str


class RealmReference(BaseModel):
    """Refers to an authentication realm."""

    id: Identifier
    type: Literal["authentication-realm"]


class RealmRelationship(BaseModel):
    """A relationship to an authentication realm."""

    data: RealmReference


class SettingsRelationships(BaseModel):
    """What the settings refer to."""

    authentication_realm: RealmRelationship


class SettingsMeta(BaseModel):
    """Facts about the settings."""

    client_id: Annotated[str, Field(description="What storefronts send to the sign-in.")]


class AuthenticationSettingsData(BaseModel):
    """How shoppers of one kind sign in."""

    type: Literal["account_authentication_settings", "customer_authentication_settings"]
    relationships: SettingsRelationships
    meta: SettingsMeta


class AuthenticationSettings(BaseModel):
    """The sign-in settings for one kind of shopper."""

    data: AuthenticationSettingsData
    links: DocumentLink


class AuthenticationRealmData(RealmReference):
    """An authentication realm."""

    name: str


class AuthenticationRealm(BaseModel):
    """The realm that knows one kind of shopper."""

    data: AuthenticationRealmData
    links: DocumentLink


class OpenIdConnectProfileMeta(BaseModel):
    """The provider's issuer, and moments in UTC (RFC 3339)."""

    issuer: str
    created_at: str
    updated_at: str


OpenIdConnectProfileLinks = TypedDict(
    "OpenIdConnectProfileLinks",
    {"authorization-endpoint": str, "callback-endpoint": str, "self": str},
)


class OpenIdConnectProfileMembers(BaseModel):
    """A provider that shoppers may sign in with."""

    id: Identifier
    type: Literal["oidc-profile"]
    name: str
    client_id: str
    discovery_url: str
    meta: OpenIdConnectProfileMeta


class ListedOpenIdConnectProfile(OpenIdConnectProfileMembers):
    """A provider in a list."""

    links: OpenIdConnectProfileLinks


class OpenIdConnectProfile(BaseModel):
    """One provider, and where to send shoppers."""

    data: OpenIdConnectProfileMembers
    links: OpenIdConnectProfileLinks


class ProfileResults(BaseModel):
    """The number of profiles."""

    total: int


class OpenIdConnectProfilesMeta(BaseModel):
    """Facts about the list."""

    results: ProfileResults


class OpenIdConnectProfiles(BaseModel):
    """All providers of a realm, oldest first."""

    data: list[ListedOpenIdConnectProfile]
    links: DocumentLink
    meta: OpenIdConnectProfilesMeta
