"""An OpenID Connect relying party (Core 1.0, Discovery 1.0): nothing is believed unchecked.

Signatures and claims are checked by joserfc; what is fetched is bounded, and only over TLS unless
both sides are on this very machine.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from token_service.domain.errors import Unavailable
from token_service.domain.limits import CLOCK_SKEW, MINUTE
from token_service.domain.openid import (
    LOOPBACK_HOSTS,
    Exchange,
    Identity,
    OpenIdProvider,
    ProviderRefusedError,
)
from token_service.domain.ports import Clock

# Asymmetric only: with HMAC our client secret would sign, and `none` would sign nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_HTTP_OK = 200
_HTTP_SERVER_ERROR = 500
# A provider's metadata and keys are read again after this long.
_RELOAD_SECONDS = 5 * MINUTE
_MAX_SUBJECT = 255  # OpenID Connect Core section 2
_BEARER = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)  # RFC 6750 section 2.1
_URL = re.compile(r"[\x21-\x7e]+", re.ASCII)
# What reading somebody else's JSON ends in when it is not of the shape that was agreed.
_MALFORMED = (JoseError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An HTTP answer, no longer than was allowed."""

    status: int
    body: bytes = field(repr=False)


type Fetch = Callable[[str, str, Mapping[str, str], bytes | None], Fetched]
"""Method, URL, headers and body in, the answer out; follows no redirect; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What a provider publishes of itself."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    keys: KeySet
    read_at: int


class OpenIdRelyingParty:
    """Asks providers, and checks their answers."""

    def __init__(self, fetch: Fetch, now: Clock, *, allow_loopback: bool = False) -> None:
        """`allow_loopback` lets providers on this machine do without TLS: the local stack's."""
        self._fetch = fetch
        self._now = now
        self._allow_loopback = allow_loopback
        self._metadata: dict[str, _Metadata] = {}

    def authorization_endpoint(self, provider: OpenIdProvider) -> str:
        """Where the provider takes authorization requests.

        Raises:
            ProviderRefusedError: its metadata cannot be believed.
            Unavailable: it did not answer.

        """
        return self._discover(provider).authorization_endpoint

    def identity(self, provider: OpenIdProvider, secret: str, exchange: Exchange) -> Identity:
        """Exchange a code, check the ID token (OpenID Connect Core section 3.1.3.7).

        Raises:
            ProviderRefusedError: something in its answers cannot be believed.
            Unavailable: it did not answer.

        """
        metadata = self._discover(provider)
        answer = self._exchange(provider, metadata, secret, exchange)
        id_token = str(answer.get("id_token", ""))
        claims = self._checked(provider, self._keys(provider, id_token), id_token, exchange.nonce)
        if "email" not in claims and metadata.userinfo_endpoint:
            claims |= self._userinfo(metadata.userinfo_endpoint, answer, claims["sub"])
        email = claims.get("email")
        return Identity(
            subject=claims["sub"],
            email=email if isinstance(email, str) else None,
            email_verified=claims.get("email_verified") is True,
            name=str(claims.get("name") or email or claims["sub"]),
        )

    def _exchange(
        self, provider: OpenIdProvider, metadata: _Metadata, secret: str, exchange: Exchange
    ) -> dict[str, Any]:
        # RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
        body = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": exchange.callback,
            "code_verifier": exchange.verifier,
        }
        headers = {
            "authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        }
        return self._json("POST", metadata.token_endpoint, headers, urlencode(body).encode())

    def _keys(self, provider: OpenIdProvider, id_token: str) -> KeySet:
        """The provider's keys, read once more if a token names one that was not there."""
        held = self._discover(provider)
        try:
            kid = jws.extract_compact(id_token.encode()).headers().get("kid")
        except _MALFORMED as error:
            raise ProviderRefusedError(detail=f"ID token: {type(error).__name__}") from error
        if not isinstance(kid, str | None):
            raise ProviderRefusedError(detail="ID token: the key's id is no text")
        if kid is None or kid in {key.kid for key in held.keys}:
            return held.keys
        self._metadata.pop(provider.issuer)
        return self._discover(provider).keys

    def _checked(
        self, provider: OpenIdProvider, keys: KeySet, id_token: str, nonce: str
    ) -> dict[str, Any]:
        """The claims of an ID token that was made by this provider, for us, for this sign-in."""
        registry = jwt.JWTClaimsRegistry(
            now=self._now,
            leeway=CLOCK_SKEW,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
            azp={"value": provider.client_id},
        )
        try:
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
            registry.validate(claims)
            subject = claims["sub"].encode()
        except _MALFORMED as error:
            raise ProviderRefusedError(detail=f"ID token: {type(error).__name__}") from error
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
            raise ProviderRefusedError(detail="ID token: for several, and none of them named")
        if not 0 < len(subject) <= _MAX_SUBJECT:
            raise ProviderRefusedError(detail="ID token: no usable subject")
        return dict(claims)

    def _userinfo(self, url: str, answer: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """The claims of the UserInfo endpoint (section 5.3), which must be about the same one."""
        token = answer.get("access_token")
        if not isinstance(token, str) or not _BEARER.fullmatch(token):
            raise ProviderRefusedError(detail="no usable access token")
        headers = {"authorization": f"Bearer {token}"}
        claims = self._json("GET", url, headers, None)
        if claims.get("sub") != subject:
            raise ProviderRefusedError(detail="UserInfo: about somebody else")
        return claims

    def _discover(self, provider: OpenIdProvider) -> _Metadata:
        held = self._metadata.get(provider.issuer)
        if held is None or self._now() - held.read_at >= _RELOAD_SECONDS:
            held = self._read_metadata(provider.issuer)
            self._metadata[provider.issuer] = held
        return held

    def _read_metadata(self, issuer: str) -> _Metadata:
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self._json("GET", url, {}, None)
        # Discovery section 4.3: another issuer's document would let it speak for this one.
        if document.get("issuer") != issuer:
            raise ProviderRefusedError(detail="the metadata names another issuer")
        try:
            keys = _keys(self._json("GET", str(document["jwks_uri"]), {}, None))
            userinfo = document.get("userinfo_endpoint")
            return _Metadata(
                self._url(str(document["authorization_endpoint"])),
                self._url(str(document["token_endpoint"])),
                None if userinfo is None else self._url(str(userinfo)),
                keys,
                self._now(),
            )
        except _MALFORMED as error:
            raise ProviderRefusedError(detail=f"metadata: {type(error).__name__}") from error

    def _json(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> dict[str, Any]:
        answer = self._fetch(method, self._url(url), headers, body)
        if answer.status >= _HTTP_SERVER_ERROR:
            raise Unavailable(detail=f"the provider answered {answer.status}")
        if answer.status != _HTTP_OK:
            raise ProviderRefusedError(detail=f"the provider answered {answer.status}")
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise ProviderRefusedError(detail="the provider's answer is no JSON") from error
        if not isinstance(document, dict):
            raise ProviderRefusedError(detail="the provider's answer is no object")
        return document

    def _url(self, url: str) -> str:
        """The URL if it may be asked: whatever a provider says, nothing but https."""
        if not _URL.fullmatch(url):
            raise ProviderRefusedError(detail="an address of the provider's is none")
        parts = urlsplit(url)
        loopback = self._allow_loopback and parts.hostname in LOOPBACK_HOSTS
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise ProviderRefusedError(detail="an address of the provider's is not https")
        return url


def _keys(document: dict[str, Any]) -> KeySet:
    """The provider's keys that this service can use; others, of newer kinds, do no harm."""
    return KeySet([key for entry in document["keys"] if (key := _usable(entry))])


def _usable(entry: object) -> Key | None:
    if (
        not isinstance(entry, dict)
        or entry.get("kty") not in ("RSA", "EC", "OKP")
        or entry.get("use") == "enc"
    ):
        return None
    try:
        return import_key(entry)
    except _MALFORMED:
        return None
