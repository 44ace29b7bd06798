"""Whether a token is active: the one place where that is decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

from token_service.domain.access_token import Claims, read_access_token
from token_service.domain.grants import TokenFormat
from token_service.domain.handles import OpaqueHandle, opaque_format, read_opaque_token
from token_service.domain.held import Held
from token_service.domain.keys import VerificationKeys
from token_service.domain.owners import Client, Owner, OwnerKind, OwnerRef
from token_service.domain.ports import Clock, Owners, TokenReader
from token_service.domain.tokens import ActiveToken, TokenRecord


@dataclass(frozen=True, slots=True)
class ValidationSettings:
    """`not_before`: tokens issued before this moment (seconds) are dead, whatever the store says.

    An operator sets it after restoring a table from a backup. `hold_seconds`: how long a client may
    be held instead of read with each of its tokens; people never are.
    """

    issuer: str
    not_before: int = 0
    hold_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What one round trip found: a token's record, and owners."""

    record: TokenRecord | None
    owners: Mapping[OwnerRef, Owner]

    def find(self, client_id: str) -> Client | None:
        """The client of this id, if it was looked for and is there."""
        owner = self.owners.get(OwnerRef(OwnerKind.CLIENT, client_id))
        return owner if isinstance(owner, Client) else None


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """A token before its caller is known: what it says itself, and what was read with the caller.

    `seen` is None of what is no token of ours or over, `found` where nothing was read.
    """

    seen: Claims | OpaqueHandle | None
    found: Found | None = None


class TokenValidator:
    """Active means: recorded, not revoked, not expired; its owner live; their epochs equal.

    Of a token that was made without a record: not revoked, not expired; its owner live, without
    records still; and the epochs equal.

    Where clients are held, one is believed for so long, but never in what it refuses: a token that
    was revoked by itself ends at once, and one of a new epoch lives at once.
    """

    def __init__(
        self,
        *,
        tokens: TokenReader,
        owners: Owners,
        keys: VerificationKeys,
        settings: ValidationSettings,
        now: Clock,
    ) -> None:
        """`now` gives seconds since the epoch."""
        self._tokens = tokens
        self._owners = owners
        self._keys = keys
        self._settings = settings
        self._now = now
        self._held = Held[Client](settings.hold_seconds, now)

    def validate(self, token: str, ahead: ReadAhead | None = None) -> ActiveToken | None:
        """The token's record and owner if it is active, None at every doubt.

        `ahead` is what `read_ahead` gave for this very token a moment ago.

        Raises:
            Unavailable: the store or the keys did not answer, so nothing is known.

        """
        ahead = ahead or ReadAhead(self._see(token))
        if isinstance(ahead.seen, Claims):
            return self._of_claims(ahead.seen, ahead.found)
        if ahead.seen is None:
            return None
        return self._of_handle(ahead.seen, opaque_format(token), ahead.found)

    def read_ahead(self, token: str, caller: OwnerRef) -> ReadAhead:
        """Read what the check of a token needs and, in the same round trip, who asks for it.

        Nothing is read of what is no token of ours, nor where clients are held.

        Raises:
            Unavailable: the store or the keys did not answer.

        """
        seen = self._see(token)
        if seen is None or self._settings.hold_seconds:
            return ReadAhead(seen)
        owners = {caller, seen.owner} if isinstance(seen, Claims) else {caller}
        return ReadAhead(seen, Found(*self._tokens.find_with_owners(seen.location, owners)))

    def _see(self, token: str) -> Claims | OpaqueHandle | None:
        """What a token says itself, if it can be alive by that."""
        if "." not in token:
            return read_opaque_token(token, self._now())
        # The signature is checked before any key is computed from what the token claims.
        claims = read_access_token(token, self._settings.issuer, self._keys, self._now())
        return claims if claims and claims.issued_at >= self._settings.not_before else None

    def _of_claims(self, claims: Claims, found: Found | None) -> ActiveToken | None:
        if found:
            return self._judge(claims, found.record, found.owners.get(claims.owner))
        held = self._held.get(str(claims.owner))
        if held is not None:
            active = self._judge(claims, self._tokens.find(claims.location), held)
            if active is not None:
                return active
        record, owners = self._tokens.find_with_owners(claims.location, {claims.owner})
        owner = owners.get(claims.owner)
        self._hold(owner)
        return self._judge(claims, record, owner)

    def _judge(
        self, claims: Claims, record: TokenRecord | None, owner: Owner | None
    ) -> ActiveToken | None:
        if claims.unrecorded is not None:
            # Whatever lies in its place is its tombstone. A record that is missing means alive for
            # none but those who were to have none, and still are.
            if record is not None or owner is None or owner.recorded:
                return None
            return self._active(claims.unrecorded, owner, TokenFormat.JWT)
        if record is None or record.expires_at != claims.expires_at:
            return None
        return self._active(record, owner, TokenFormat.JWT)

    def _of_handle(
        self, handle: OpaqueHandle, form: TokenFormat, found: Found | None
    ) -> ActiveToken | None:
        record = found.record if found else self._tokens.find(handle.location)
        if record is None:
            return None
        held = self._held.get(str(record.owner))
        if held is not None:
            active = self._active(record, held, form)
            if active is not None:
                return active
        known = found.owners.get(record.owner) if found else None
        owner = known or self._owners.find(record.owner)
        self._hold(owner)
        return self._active(record, owner, form)

    def _hold(self, owner: Owner | None) -> None:
        if isinstance(owner, Client):
            self._held.put(str(owner.ref), owner)

    def _active(
        self, record: TokenRecord, owner: Owner | None, form: TokenFormat
    ) -> ActiveToken | None:
        now = self._now()
        if (
            owner is None
            or record.owner != owner.ref
            or record.epoch != owner.epoch
            or record.revoked_at is not None
            or now >= record.expires_at
            or record.issued_at < self._settings.not_before
            or not owner.is_live(now)
        ):
            return None
        return ActiveToken(record, owner, form)


class SignatureValidator(TokenValidator):
    """Believes a client's JWT by its signature and its times; reads nothing, and so knows less.

    Neither revoking it nor disabling its client ends it before it expires. All other tokens, those
    of people above all, are judged as ever.
    """

    @override
    def _of_claims(self, claims: Claims, found: Found | None) -> ActiveToken | None:
        if claims.owner.kind is not OwnerKind.CLIENT:
            return super()._of_claims(claims, found)
        record = claims.stated()
        return ActiveToken(record, None, TokenFormat.JWT) if record else None
