"""Whether a token is active: the one place where that is decided."""

from dataclasses import dataclass
from typing import override

from token_service.domain.access_token import Claims, read_access_token
from token_service.domain.grants import TokenFormat
from token_service.domain.handles import opaque_format, read_opaque_token
from token_service.domain.held import Held
from token_service.domain.keys import VerificationKeys
from token_service.domain.owners import Client, Owner, OwnerKind
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

    def validate(self, token: str) -> ActiveToken | None:
        """The token's record and owner if it is active, None at every doubt.

        Raises:
            Unavailable: the store or the keys did not answer, so nothing is known.

        """
        if "." in token:
            return self._validate_jwt(token)
        return self._validate_opaque(token)

    def _validate_jwt(self, token: str) -> ActiveToken | None:
        # The signature is checked before any key is computed from what the token claims.
        claims = read_access_token(token, self._settings.issuer, self._keys, self._now())
        if claims is None or claims.issued_at < self._settings.not_before:
            return None
        return self._of_claims(claims)

    def _of_claims(self, claims: Claims) -> ActiveToken | None:
        held = self._held.get(str(claims.owner))
        if held is not None:
            active = self._judge(claims, self._tokens.find(claims.location), held)
            if active is not None:
                return active
        record, owner = self._tokens.find_with_owner(claims.location, claims.owner)
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

    def _validate_opaque(self, token: str) -> ActiveToken | None:
        handle = read_opaque_token(token, self._now())
        record = self._tokens.find(handle.location) if handle else None
        if record is None:
            return None
        form = opaque_format(token)
        held = self._held.get(str(record.owner))
        if held is not None:
            active = self._active(record, held, form)
            if active is not None:
                return active
        owner = self._owners.find(record.owner)
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
    def _of_claims(self, claims: Claims) -> ActiveToken | None:
        if claims.owner.kind is not OwnerKind.CLIENT:
            return super()._of_claims(claims)
        record = claims.stated()
        return ActiveToken(record, None, TokenFormat.JWT) if record else None
