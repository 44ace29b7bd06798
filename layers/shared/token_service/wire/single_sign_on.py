"""Single sign-on in Elastic Path's words: where storefronts send shoppers, and where they return.

The paths are the platform's own: storefronts take them from the links of a profile.
"""

import re
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from token_service.domain.errors import InvalidRequest, MethodNotAllowed, NotFound
from token_service.domain.realms import Realm, realms, store_id
from token_service.domain.single_sign_on import (
    STATE_LIFETIME,
    Arrival,
    Return,
    SignInRequest,
    SingleSignOn,
)
from token_service.wire.dialect import Dialect
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.http import Request, Response
from token_service.wire.uuids import UUID

_LOGIN = re.compile(rf"/oidc-idp/login/stores/({UUID})/authentication-realms/({UUID})", re.ASCII)
_CALLBACK = re.compile(
    rf"/oidc-idp/callback/stores/({UUID})/authentication-realms/({UUID})"
    rf"/oidc-profiles/({UUID})",
    re.ASCII,
)
PROFILE_FIELD = "elasticpath_commerce_cloud_profile_id"
_COOKIE = "single-sign-on"
_MAX_FIELDS = 20
_MAX_QUERY = 8192
# The address holds a code or a state: no cache keeps it, and no next page hears of it.
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


class SingleSignOnEndpoint(Endpoint):
    """Redirects: out to the provider, and back to the storefront."""

    operation = "single_sign_on"

    def __init__(
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        issuer: str,
        single_sign_on: Callable[[], SingleSignOn],
    ) -> None:
        """`issuer` has no trailing slash; it is this service's address."""
        super().__init__(dialects, observe)
        self._single_sign_on = single_sign_on
        self._issuer = issuer
        self._store = store_id(issuer)
        self._realms = realms(issuer)

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        login, callback = _LOGIN.fullmatch(request.path), _CALLBACK.fullmatch(request.path)
        if login:
            response = self._login(self._realm(login), request)
            return response, Outcome(self.operation, dialect.name)
        if callback is None:
            raise NotFound
        arrival = self._callback(self._realm(callback), callback.group(3), request)
        response = _redirect(arrival.url, self._cookie("", request.path, 0))
        if arrival.refusal is None:
            return response, Outcome(self.operation, dialect.name)
        refusal = arrival.refusal
        return response, Outcome(
            self.operation, dialect.name, result=refusal.code, detail=refusal.detail or None
        )

    def _realm(self, match: re.Match[str]) -> Realm:
        realm = self._realms.get(match.group(2))
        if realm is None or match.group(1) != self._store:
            raise NotFound
        return realm

    def _login(self, realm: Realm, request: Request) -> Response:
        fields = _fields(request)
        if fields.get("client_id") != realm.client_id:
            raise InvalidRequest(f"The client_id must be {realm.client_id}.")
        profile = fields.get(PROFILE_FIELD)
        if profile is None:
            raise InvalidRequest(f"The field '{PROFILE_FIELD}' is required.")
        path = callback_path(self._issuer, realm, profile)
        departure = self._single_sign_on().begin(
            SignInRequest(realm.kind, profile, fields), self._issuer + path
        )
        return _redirect(departure.url, self._cookie(departure.browser, path, STATE_LIFETIME))

    def _callback(self, realm: Realm, profile: str, request: Request) -> Arrival:
        back = Return(realm.kind, profile, _fields(request), _browser(request))
        return self._single_sign_on().complete(back, self._issuer + request.path)

    def _cookie(self, value: str, path: str, max_age: int) -> str:
        """One cookie a profile, for the callback alone; sent along when a provider links back."""
        secure = "; Secure" if self._issuer.startswith("https:") else ""
        return f"{_COOKIE}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"


def login_path(issuer: str, realm: Realm, profile: str) -> str:
    """Where storefronts send shoppers of a realm who sign in by a profile."""
    store = store_id(issuer)
    query = f"{PROFILE_FIELD}={profile}"
    return f"/oidc-idp/login/stores/{store}/authentication-realms/{realm.id}?{query}"


def callback_path(issuer: str, realm: Realm, profile: str) -> str:
    """The redirect URI that an operator registers with the provider."""
    store = store_id(issuer)
    return (
        f"/oidc-idp/callback/stores/{store}/authentication-realms/{realm.id}"
        f"/oidc-profiles/{profile}"
    )


def _fields(request: Request) -> Mapping[str, str]:
    """The query's fields; one that occurs twice could be read in two ways."""
    if request.method != "GET":
        raise MethodNotAllowed(allow="GET")
    if len(request.query) > _MAX_QUERY:
        raise InvalidRequest("The query is too long.")
    try:
        pairs = parse_qsl(request.query, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidRequest("The query cannot be read.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidRequest("A parameter is repeated.")
    return fields


def _browser(request: Request) -> str:
    """The mark that this browser left with, '' without one."""
    try:
        morsel = SimpleCookie(request.headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _redirect(url: str, cookie: str) -> Response:
    return Response(302, "", {**_HEADERS, "location": url, "set-cookie": cookie})
