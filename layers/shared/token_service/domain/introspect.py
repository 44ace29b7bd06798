"""Introspection (RFC 7662): whether a token is alive, for callers who may know."""

from token_service.domain.clients import ClientAuthenticator
from token_service.domain.errors import InvalidClient
from token_service.domain.model import ActiveToken, Client, ClientCredentials, Introspection
from token_service.domain.validate import TokenValidator


class TokenIntrospector:
    """Answers confidential clients about their own tokens, and resource servers about any."""

    def __init__(self, authenticator: ClientAuthenticator, validator: TokenValidator) -> None:
        """Both collaborators share one store."""
        self._authenticator = authenticator
        self._validator = validator

    def authenticate(self, credentials: ClientCredentials | None) -> Client:
        """The caller, who must hold a secret (RFC 7662 section 4: no public callers).

        Raises:
            InvalidClient: not authenticated, or public.

        """
        caller = self._authenticator.authenticate(credentials)
        if caller.public:
            raise InvalidClient(detail="public client may not introspect")
        return caller

    def introspect(self, caller: Client, token: str) -> ActiveToken | None:
        """The token if it is active and the caller may know of it; None for every doubt.

        Raises:
            Unavailable: the store did not answer.

        """
        active = self._validator.validate(token)
        if active is None or not _may_know(caller, active):
            return None
        return active


def _may_know(caller: Client, active: ActiveToken) -> bool:
    return caller.introspection is Introspection.ANY or active.record.owner == caller.ref
