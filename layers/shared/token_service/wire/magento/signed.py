"""Requests that integrations sign with OAuth 1.0a (RFC 5849; docs/platforms/magento.md, 5)."""

import re
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA1,
    SIGNATURE_HMAC_SHA256,
    RequestValidator,
    ResourceEndpoint,
)
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from token_service.domain.integrations import consumer_sealing, token_sealing
from token_service.domain.owners import Integration
from token_service.domain.ports import Clock, Nonces
from token_service.domain.sealing import Sealer
from token_service.domain.tokens import ActiveToken
from token_service.domain.validate import TokenValidator
from token_service.wire.authorizer_events import SignedRequest

# A request may be this old, or this far ahead; its nonce is remembered for as long (seconds).
TIMESTAMP_WINDOW = 600
# What integrations are given; anything else is not worth a lookup.
_CREDENTIAL = re.compile(r"[0-9a-z]{32}", re.ASCII)
# oauthlib refuses whatever else a query has; clients send brackets as they are.
_QUERY_CHARACTERS = "=&;:%+~,*@!()/?'$"


class Consumers(Protocol):
    """Finds integrations by their consumer keys."""

    def find_by_consumer_key(self, consumer_key: str) -> Integration | None:
        """The integration, or None."""


class SignatureVerifier:
    """Finds whose signature a request carries."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        consumers: Consumers,
        validator: TokenValidator,
        sealer: Sealer,
        nonces: Nonces,
        now: Clock,
        allow_sha1: bool = False,
    ) -> None:
        """`now` gives seconds since the epoch."""
        self._consumers = consumers
        self._validator = validator
        self._sealer = sealer
        self._nonces = nonces
        self._now = now
        methods = {SIGNATURE_HMAC_SHA256} | ({SIGNATURE_HMAC_SHA1} if allow_sha1 else set())
        self._methods = tuple(methods)

    def verify(self, request: SignedRequest) -> ActiveToken | None:
        """The integration's access token, if its owner signed this very request, just now and once.

        Raises:
            Unavailable: the store did not answer.

        """
        try:
            sent = dict(parse_authorization_header(request.authorization))
        except ValueError:
            return None
        key, token = sent.get("oauth_consumer_key", ""), sent.get("oauth_token", "")
        if not (_CREDENTIAL.fullmatch(key) and _CREDENTIAL.fullmatch(token)):
            return None
        integration = self._consumers.find_by_consumer_key(key)
        active = self._validator.validate(token) if integration else None
        if (
            integration is None
            or integration.token_secret is None
            or active is None
            or active.record.owner != integration.ref
        ):
            return None
        secrets = _Secrets(
            key,
            token,
            self._sealer.open(integration.consumer_secret, consumer_sealing(key)),
            self._sealer.open(integration.token_secret, token_sealing(key)),
            self._methods,
        )
        if not self._is_signed(request, secrets):
            return None
        # As they were decoded: written otherwise, they would be signed just the same.
        timestamp, nonce = secrets.used
        now = self._now()
        if abs(now - int(timestamp)) > TIMESTAMP_WINDOW:
            return None
        fresh = self._nonces.use(f"{key} {timestamp} {nonce}", now + 2 * TIMESTAMP_WINDOW)
        return active if fresh else None

    def _is_signed(self, request: SignedRequest, secrets: "_Secrets") -> bool:
        try:
            url = urlsplit(request.url)
            valid, _ = ResourceEndpoint(secrets).validate_protected_resource_request(
                urlunsplit(url._replace(query=quote(url.query, safe=_QUERY_CHARACTERS))),
                http_method=request.method,
                headers={"Authorization": request.authorization},
            )
        except ValueError:  # a host or a query that cannot be read
            return False
        return bool(valid)


class _Secrets(RequestValidator):
    """Tells oauthlib the secrets of the one consumer and the one token that a request names."""

    # oauthlib asks for 20 to 30 characters; Magento's own nonces have 32, and clients vary.
    nonce_length = (8, 64)
    client_key_length = (32, 32)
    access_token_length = (32, 32)
    timestamp_lifetime = 10**10  # by oauthlib's own clock; ours is asked later
    enforce_ssl = False  # TLS ends at the gateway, and local runs have none
    dummy_client = "0" * 32
    dummy_access_token = "0" * 32

    def __init__(
        self,
        client_key: str,
        token: str,
        client_secret: str,
        token_secret: str,
        methods: tuple[str, ...],
    ) -> None:
        super().__init__()
        self._client_key = client_key
        self._token = token
        self._client_secret = client_secret
        self._token_secret = token_secret
        self._methods = methods
        self.used = ("", "")  # timestamp and nonce

    @property
    def allowed_signature_methods(self) -> tuple[str, ...]:
        return self._methods

    @property
    def safe_characters(self) -> set[str]:
        return set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=")

    def validate_client_key(self, client_key: str, request: object) -> bool:  # noqa: ARG002
        return client_key == self._client_key

    def validate_access_token(self, client_key: str, token: str, request: object) -> bool:  # noqa: ARG002
        return token == self._token

    def validate_realms(self, *_: object, **__: object) -> bool:
        return True

    def validate_timestamp_and_nonce(
        self,
        client_key: str,  # noqa: ARG002 - oauthlib's shape
        timestamp: str,
        nonce: str,
        *_: object,
        **__: object,
    ) -> bool:
        """Judged by the caller, and only once the signature is right."""
        self.used = (timestamp, nonce)
        return True

    def get_client_secret(self, client_key: str, request: object) -> str:  # noqa: ARG002
        return self._client_secret

    def get_access_token_secret(self, client_key: str, token: str, request: object) -> str:  # noqa: ARG002
        return self._token_secret
