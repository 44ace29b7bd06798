"""What a storefront reads before it sends a shopper to sign in: settings, realms, profiles.

The documents are Elastic Path's: account and customer authentication settings name a realm, and a
realm lists its OpenID Connect profiles, whose links lead to the provider.
"""

import re
from collections.abc import Callable
from typing import Any

from token_service.domain.errors import MethodNotAllowed, NotFound
from token_service.domain.openid import OpenIdProvider
from token_service.domain.owners import OwnerKind
from token_service.domain.realms import Realm, realms
from token_service.wire.dialect import Dialect
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.enforce import caller_of
from token_service.wire.http import Request, json_response
from token_service.wire.single_sign_on import callback_path, login_path
from token_service.wire.timestamps import rfc3339

REALMS = "/v2/authentication-realms"
SETTINGS = {
    "/v2/settings/account-authentication": OwnerKind.ACCOUNT_MEMBER,
    "/v2/settings/customer-authentication": OwnerKind.CUSTOMER,
}
_PROFILES = re.compile(rf"{REALMS}/([^/]+)/oidc-profiles(?:/([^/]+))?/?", re.ASCII)
_REALM = re.compile(rf"{REALMS}/([^/]+)/?", re.ASCII)

type ListProviders = Callable[[], tuple[OpenIdProvider, ...]]


class OpenIdProfilesEndpoint(Endpoint):
    """Read by whom the authorizer lets; changed by an operator alone (`tokenctl sso-providers`)."""

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
        self._issuer = issuer
        self._providers = providers
        self._realms = realms(issuer)

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        caller = caller_of(request.authorizer)
        document = self._document(request.path)
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(allow="GET, HEAD, OPTIONS")
        outcome = Outcome(self.operation, dialect.name, client_id=caller.subject)
        return json_response(200, document, dialect.headers), outcome

    def _document(self, path: str) -> dict[str, Any]:
        kind = SETTINGS.get(path.rstrip("/"))
        if kind is not None:
            return self._settings(path.rstrip("/"), kind)
        profiles, realm = _PROFILES.fullmatch(path), _REALM.fullmatch(path)
        if profiles and profiles.group(2):
            return self._profile(self._realm(profiles.group(1)), profiles.group(2).lower())
        if profiles:
            return self._profiles(self._realm(profiles.group(1)))
        if realm:
            return self._realm_document(self._realm(realm.group(1)))
        raise NotFound

    def _realm(self, realm_id: str) -> Realm:
        realm = self._realms.get(realm_id.lower())
        if realm is None:
            raise NotFound("authentication realm not found")
        return realm

    def _settings(self, path: str, kind: OwnerKind) -> dict[str, Any]:
        realm = next(realm for realm in self._realms.values() if realm.kind is kind)
        name = path.rpartition("/")[2].replace("-", "_")
        reference = {"id": realm.id, "type": "authentication-realm"}
        return {
            "data": {
                "type": f"{name}_settings",
                "relationships": {"authentication_realm": {"data": reference}},
                "meta": {"client_id": realm.client_id},
            },
            "links": {"self": self._issuer + path},
        }

    def _realm_document(self, realm: Realm) -> dict[str, Any]:
        return {
            "data": {"id": realm.id, "type": "authentication-realm", "name": realm.name},
            "links": {"self": f"{self._issuer}{REALMS}/{realm.id}"},
        }

    def _profiles(self, realm: Realm) -> dict[str, Any]:
        found = self._of(realm)
        return {
            "data": [self._described(one) | {"links": self._links(realm, one)} for one in found],
            "links": {"self": f"{self._issuer}{REALMS}/{realm.id}/oidc-profiles"},
            "meta": {"results": {"total": len(found)}},
        }

    def _profile(self, realm: Realm, profile_id: str) -> dict[str, Any]:
        for one in self._of(realm):
            if one.id == profile_id:
                return {"data": self._described(one), "links": self._links(realm, one)}
        raise NotFound("oidc profile not found")

    def _of(self, realm: Realm) -> list[OpenIdProvider]:
        return [one for one in self._providers() if realm.kind in one.kinds]

    def _described(self, one: OpenIdProvider) -> dict[str, Any]:
        return {
            "id": one.id,
            "type": "oidc-profile",
            "name": one.name,
            "client_id": one.client_id,
            "discovery_url": f"{one.issuer.rstrip('/')}/.well-known/openid-configuration",
            "meta": {
                "issuer": one.issuer,
                "created_at": rfc3339(one.created_at),
                "updated_at": rfc3339(one.updated_at),
            },
        }

    def _links(self, realm: Realm, one: OpenIdProvider) -> dict[str, str]:
        return {
            "authorization-endpoint": self._issuer + login_path(self._issuer, realm, one.id),
            "callback-endpoint": self._issuer + callback_path(self._issuer, realm, one.id),
            "self": f"{self._issuer}{REALMS}/{realm.id}/oidc-profiles/{one.id}",
        }
