"""Introspection (RFC 7662): whether a token is alive, for callers who may know."""

from dataclasses import replace

from token_service.domain.clients import ClientAuthenticator
from token_service.domain.errors import InvalidClient
from token_service.domain.owners import (
    Client,
    ClientCredentials,
    Introspection,
    OwnerKind,
    OwnerRef,
)
from token_service.domain.tokens import ActiveToken
from token_service.domain.validate import ReadAhead, TokenValidator


class TokenIntrospector:
    """Answers confidential clients: whose tokens they may ask about is in `Introspection`."""

    def __init__(self, authenticator: ClientAuthenticator, validator: TokenValidator) -> None:
        """Both collaborators share one store."""
        self._authenticator = authenticator
        self._validator = validator

    def read_ahead(
        self, credentials: ClientCredentials | None, token: str | None
    ) -> ReadAhead | None:
        """Read token and caller in one round trip, before either is judged.

        None without a token, or without anything that could prove who calls.

        Raises:
            Unavailable: the store or the keys did not answer.

        """
        if credentials is None or not credentials.may_prove or token is None:
            return None
        caller = OwnerRef(OwnerKind.CLIENT, credentials.client_id)
        return self._validator.read_ahead(token, caller)

    def authenticate(
        self, credentials: ClientCredentials | None, ahead: ReadAhead | None = None
    ) -> Client:
        """The caller, who must hold a secret (RFC 7662 section 4: no public callers).

        Raises:
            InvalidClient: not authenticated, or public.

        """
        caller = self._authenticator.authenticate(credentials, read=ahead.found if ahead else None)
        if caller.public:
            raise InvalidClient(detail="public client may not introspect")
        return caller

    def introspect(
        self, caller: Client, token: str, ahead: ReadAhead | None = None
    ) -> ActiveToken | None:
        """The token if it is active and the caller may know of it; None for every doubt.

        Of a token for one of its audiences, a resource server that has scopes registered learns
        no others (docs/security.md, item 62).

        Raises:
            Unavailable: the store did not answer.

        """
        active = self._validator.validate(token, ahead)
        if active is None:
            return None
        if caller.introspection is Introspection.ANY or active.record.owner == caller.ref:
            return active
        serves = caller.serves if caller.introspection is Introspection.AUDIENCE else ()
        return (
            _limited(active, caller.scopes) if set(serves) & set(active.record.audience) else None
        )


def _limited(active: ActiveToken, scopes: tuple[str, ...]) -> ActiveToken:
    """The token as a resource server sees it that knows these scopes; without any, as it is."""
    if not scopes:
        return active
    scope = tuple(one for one in active.record.scope if one in scopes)
    return replace(active, record=replace(active.record, scope=scope))
