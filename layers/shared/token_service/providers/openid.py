"""An OpenID Connect relying party (Core 1.0, Discovery 1.0).

Checks metadata, keys, signatures and claims. Answers are bounded, and are fetched over TLS alone
unless both sides run on this machine.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from token_service.domain.errors import Unavailable
from token_service.domain.limits import MINUTE
from token_service.domain.openid import (
    LOOPBACK_HOSTS,
    Exchange,
    Identity,
    OpenIdProvider,
    ProviderRefusedError,
)
from token_service.domain.ports import Clock
from token_service.providers.id_tokens import (
    ProviderKey,
    checked,
    names_another_key,
    read_id_token,
    read_keys,
    verified_claims,
)

_HTTP_OK = 200
_HTTP_SERVER_ERROR = 500
# A provider's metadata and keys are read again after this long.
_RELOAD_SECONDS = 5 * MINUTE
_BEARER = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)  # RFC 6750 section 2.1
_URL = re.compile(r"[\x21-\x7e]+", re.ASCII)
# The errors that reading a provider's JSON ends in when it has another shape.
_MALFORMED = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An HTTP answer, no longer than was allowed."""

    status: int
    body: bytes = field(repr=False)


type Fetch = Callable[[str, str, Mapping[str, str], bytes | None], Fetched]
"""Method, URL, headers and body in, the answer out; follows no redirect; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class _Metadata:
    """A provider's metadata and keys."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    keys: tuple[ProviderKey, ...]
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
        claims = self._claims(provider, id_token, exchange.nonce)
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

    def _claims(self, provider: OpenIdProvider, id_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token, verified with the provider's keys and checked."""
        jws = read_id_token(id_token)
        keys = self._discover(provider).keys
        if names_another_key(jws, keys):
            # The provider may have rotated its keys without notice.
            self._metadata.pop(provider.issuer)
            keys = self._discover(provider).keys
        return checked(verified_claims(jws, keys), provider, nonce, self._now())

    def _userinfo(self, url: str, answer: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """The UserInfo claims, which must be about the same subject (Core section 5.3.2)."""
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
            keys = read_keys(self._json("GET", str(document["jwks_uri"]), {}, None))
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
