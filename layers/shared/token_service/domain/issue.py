"""Issuing tokens: who may get what for how long."""

import re
from dataclasses import dataclass

from token_service.domain.access_token import write_access_token
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.errors import (
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from token_service.domain.handles import RandomBytes, new_jwt_id, new_opaque_token, opaque_handle
from token_service.domain.keys import SigningKeys
from token_service.domain.limits import (
    DEFAULT_LIFETIME,
    JWT_MAX_LIFETIME,
    LIMITS,
    MIN_LIFETIME,
    OPAQUE_MAX_LIFETIME,
)
from token_service.domain.location import DEFAULT_LAYOUT
from token_service.domain.model import (
    Access,
    Client,
    ClientCredentials,
    Grant,
    IssuedToken,
    TokenFormat,
    TokenRecord,
)
from token_service.domain.ports import Clock, TokenWriter

# RFC 6749 section 3.3: printable ASCII without the quote and the backslash.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What a dialect read from a token request; `grants` is what that dialect offers."""

    grant_type: str | None
    credentials: ClientCredentials | None
    grants: frozenset[Grant]
    scope: str | None = None
    public_may_send_secret: bool = False


@dataclass(frozen=True, slots=True)
class IssueSettings:
    """What an operator chooses about issuing; lifetime in seconds."""

    issuer: str
    audience: str
    lifetime: int = DEFAULT_LIFETIME
    layout: int = DEFAULT_LAYOUT


class TokenIssuer:
    """Issues tokens; one write each, and nothing is handed out that was not stored."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        authenticator: ClientAuthenticator,
        tokens: TokenWriter,
        keys: SigningKeys,
        settings: IssueSettings,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._authenticator = authenticator
        self._tokens = tokens
        self._keys = keys
        self._settings = settings
        self._now = now
        self._random = random

    def issue(self, request: IssueRequest) -> IssuedToken:
        """A new token, stored before it is returned.

        Raises:
            InvalidClient: the client is not who it says (judged first, as IdentityServer does).
            InvalidRequest: no grant_type.
            UnsupportedGrantType: a grant this dialect does not offer.
            UnauthorizedClient: a grant this client may not use.
            InvalidScope: malformed, or more than the client holds.
            Unavailable: the store or the keys did not answer; no token exists.

        """
        client = self._client(request)
        grant = _grant(request, client)
        scope = _scope(request.scope, grant, client)
        token = self._make(client, grant, scope)
        self._tokens.put(token.record)
        return token

    def _client(self, request: IssueRequest) -> Client:
        credentials = request.credentials
        if (
            request.grant_type == Grant.IMPLICIT
            and Grant.IMPLICIT in request.grants
            and credentials
        ):
            # Elastic Path: the id alone, for every key; a secret sent along is ignored.
            return self._authenticator.identify(credentials.client_id)
        return self._authenticator.authenticate(
            credentials, public_may_send_secret=request.public_may_send_secret
        )

    def _make(self, client: Client, grant: Grant, scope: tuple[str, ...]) -> IssuedToken:
        now, settings = self._now(), self._settings
        expires_at = now + _lifetime(client, settings.lifetime)
        opaque = (
            new_opaque_token(expires_at, settings.layout, self._random)
            if client.token_format is TokenFormat.OPAQUE
            else None
        )
        record = TokenRecord(
            handle=opaque_handle(opaque) if opaque else new_jwt_id(settings.layout, self._random),
            layout=settings.layout,
            owner=client.ref,
            epoch=client.epoch,
            issued_at=now,
            expires_at=expires_at,
            grant=grant,
            access=Access.READ_ONLY if grant is Grant.IMPLICIT else Access.FULL,
            audience=client.audience or (settings.audience,),
            scope=scope,
        )
        value = opaque or write_access_token(record, settings.issuer, self._keys.current())
        return IssuedToken(value, record)


def _grant(request: IssueRequest, client: Client) -> Grant:
    if request.grant_type is None:
        raise InvalidRequest("grant_type is required")
    if request.grant_type not in request.grants:
        raise UnsupportedGrantType
    grant = Grant(request.grant_type)
    # RFC 6749 section 4.4: client credentials are for confidential clients only.
    if grant not in client.grants or (grant is Grant.CLIENT_CREDENTIALS and client.public):
        raise UnauthorizedClient
    return grant


def _scope(asked: str | None, grant: Grant, client: Client) -> tuple[str, ...]:
    """All the client's scopes when none is asked for; never one it does not hold."""
    if grant is Grant.IMPLICIT:
        # Whoever reads a web page can have this token: it carries no scope at all.
        return ()
    if asked is None:
        return client.scopes
    if len(asked) > LIMITS.scope or not _SCOPE.fullmatch(asked):
        raise InvalidScope("scope is malformed")
    wanted = tuple(dict.fromkeys(asked.split(" ")))
    if not set(wanted) <= set(client.scopes):
        raise InvalidScope
    return wanted


def _lifetime(client: Client, default: int) -> int:
    longest = OPAQUE_MAX_LIFETIME if client.token_format is TokenFormat.OPAQUE else JWT_MAX_LIFETIME
    return max(MIN_LIFETIME, min(client.token_lifetime or default, longest))
