"""Revocation (RFC 7009): a token's owner ends it, at once."""

from token_service.domain.access_token import read_access_token
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.handles import read_opaque_token
from token_service.domain.keys import VerificationKeys
from token_service.domain.location import Location
from token_service.domain.model import Client, ClientCredentials
from token_service.domain.ports import Clock, TokenRevoker


class TokenRevocation:
    """Puts a tombstone on a token; a late duplicate of its first write cannot bring it back."""

    def __init__(
        self,
        *,
        authenticator: ClientAuthenticator,
        tokens: TokenRevoker,
        keys: VerificationKeys,
        issuer: str,
        now: Clock,
    ) -> None:
        """`now` gives seconds since the epoch."""
        self._authenticator = authenticator
        self._tokens = tokens
        self._keys = keys
        self._issuer = issuer
        self._now = now

    def authenticate(self, credentials: ClientCredentials | None) -> Client:
        """The caller; a public client may revoke its own tokens by its id alone.

        Raises:
            InvalidClient: not authenticated.

        """
        return self._authenticator.authenticate(credentials)

    def revoke(self, caller: Client, token: str) -> bool:
        """End the caller's token; unknown, expired and foreign ones are left alone (False).

        Raises:
            Unavailable: the store did not answer; the token may still live.

        """
        location = token_location(token, self._issuer, self._keys, self._now())
        return location is not None and self._tokens.revoke(location, caller.ref, self._now())


def token_location(token: str, issuer: str, keys: VerificationKeys, now: int) -> Location | None:
    """Where the record of a token lies that is ours and not expired at `now` (seconds), or None.

    Says nothing of whether the record is there, or its owner live.

    Raises:
        Unavailable: the keys could not be read.

    """
    if "." in token:
        claims = read_access_token(token, issuer, keys, now)
        return claims.location if claims else None
    handle = read_opaque_token(token, now)
    return handle.location if handle else None
