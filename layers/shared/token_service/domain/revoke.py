"""Revocation (RFC 7009): a token's owner ends it, at once."""

from dataclasses import dataclass, replace

from token_service.domain.access_token import read_access_token
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.handles import read_opaque_token
from token_service.domain.keys import VerificationKeys
from token_service.domain.limits import CLOCK_SKEW
from token_service.domain.location import Location
from token_service.domain.model import Client, ClientCredentials, OwnerRef, TokenRecord
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
        place = token_place(token, self._issuer, self._keys, self._now())
        return place is not None and place.end(self._tokens, caller.ref, self._now())


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where the record of a token lies.

    `unrecorded` is what it would hold, of a token that was made without one; nothing is there then
    but a tombstone.
    """

    location: Location
    unrecorded: TokenRecord | None = None

    def end(self, tokens: TokenRevoker, owner: OwnerRef, at: int) -> bool:
        """End the token at `at` (seconds) if it is this owner's; one write at most.

        It goes by what the token says and not by what its owner is set to now, which may be set
        back while the token lives.

        Raises:
            Unavailable: the store did not answer; the token may still live.

        """
        if self.unrecorded is None:
            return tokens.revoke(self.location, owner, at)
        return self.unrecorded.owner == owner and tokens.bury(
            self.location, _tombstone(self.unrecorded, at)
        )


def _tombstone(record: TokenRecord, at: int) -> TokenRecord:
    """What ends a token without a record.

    Were it deleted before the token is over by every clock, the token would live again.
    """
    return replace(record, expires_at=record.expires_at + CLOCK_SKEW, revoked_at=at)


def token_place(token: str, issuer: str, keys: VerificationKeys, now: int) -> TokenPlace | None:
    """The place of a token that is ours and not expired at `now` (seconds), or None.

    Says nothing of whether the record is there, or its owner live.

    Raises:
        Unavailable: the keys could not be read.

    """
    if "." in token:
        claims = read_access_token(token, issuer, keys, now)
        return TokenPlace(claims.location, claims.unrecorded) if claims else None
    handle = read_opaque_token(token, now)
    return TokenPlace(handle.location) if handle else None
