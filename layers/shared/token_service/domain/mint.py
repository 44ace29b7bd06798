"""Making tokens of every format for owners of every kind.

Nothing is handed out unstored, but to clients whose tokens are to have no record.
"""

from dataclasses import dataclass

from token_service.domain.access_token import write_access_token
from token_service.domain.handles import (
    RandomBytes,
    new_base36_token,
    new_jwt_id,
    new_opaque_token,
    opaque_handle,
)
from token_service.domain.keys import SigningKeys
from token_service.domain.limits import JWT_MAX_LIFETIME, MIN_LIFETIME, NEVER, OPAQUE_MAX_LIFETIME
from token_service.domain.location import DEFAULT_LAYOUT
from token_service.domain.model import (
    Access,
    Grant,
    IssuedToken,
    Owner,
    TokenFormat,
    TokenRecord,
)
from token_service.domain.ports import Clock, TokenWriter


@dataclass(frozen=True, slots=True)
class MintSettings:
    """What an operator chooses about all tokens."""

    issuer: str
    audience: str
    layout: int = DEFAULT_LAYOUT


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """What one token is to be; `lifetime` in seconds (None: for ever), `audience` may be empty.

    `not_after` is a moment (seconds) that the token does not outlive, its owner's own end; `jkt` is
    the thumbprint of the key it is bound to, `account` the buyer account it is for.
    """

    owner: Owner
    grant: Grant
    form: TokenFormat
    lifetime: int | None
    access: Access = Access.FULL
    audience: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    not_after: int | None = None
    jkt: str | None = None
    account: str | None = None


class TokenMint:
    """Makes and stores tokens, one write each; none for owners that are not `recorded`."""

    def __init__(
        self,
        *,
        tokens: TokenWriter,
        keys: SigningKeys,
        settings: MintSettings,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._tokens = tokens
        self._keys = keys
        self._settings = settings
        self._now = now
        self._random = random

    @property
    def audience(self) -> str:
        """The deployment's own, of tokens for which none is chosen."""
        return self._settings.audience

    def mint(self, details: TokenDetails) -> IssuedToken:
        """A new token, signed, and stored before it is returned if its owner's tokens are.

        Raises:
            Unavailable: the store or the keys did not answer; no token exists.

        """
        token = self._make(details)
        if details.owner.recorded:
            self._tokens.put(token.record)
        return token

    def _make(self, details: TokenDetails) -> IssuedToken:
        now, settings = self._now(), self._settings
        if details.lifetime is None and details.form is TokenFormat.JWT:
            raise ValueError("a JWT that never expires cannot be ended where it is checked offline")
        if not details.owner.recorded and details.form is not TokenFormat.JWT:
            raise ValueError("a token without a record must say itself what it is for")
        expires_at = (
            NEVER
            if details.lifetime is None
            else now + bounded_lifetime(details.lifetime, details.form)
        )
        if details.not_after is not None:
            expires_at = min(expires_at, details.not_after)
        opaque = self._opaque(details.form, expires_at)
        record = TokenRecord(
            handle=opaque_handle(opaque) if opaque else new_jwt_id(settings.layout, self._random),
            layout=settings.layout,
            owner=details.owner.ref,
            epoch=details.owner.epoch,
            issued_at=now,
            expires_at=expires_at,
            grant=details.grant,
            access=details.access,
            audience=details.audience or (settings.audience,),
            scope=details.scope,
            jkt=details.jkt,
            account=details.account,
        )
        value = opaque or write_access_token(
            record, settings.issuer, self._keys.current(), recorded=details.owner.recorded
        )
        return IssuedToken(value, record)

    def _opaque(self, form: TokenFormat, expires_at: int) -> str | None:
        make = _OPAQUE_MAKERS.get(form)
        return make(expires_at, self._settings.layout, self._random) if make else None


_OPAQUE_MAKERS = {
    TokenFormat.OPAQUE: new_opaque_token,
    TokenFormat.BASE36: new_base36_token,
}


def bounded_lifetime(wanted: int, form: TokenFormat) -> int:
    """The lifetime (seconds) that a token of this form gets when one of `wanted` is asked for."""
    longest = JWT_MAX_LIFETIME if form is TokenFormat.JWT else OPAQUE_MAX_LIFETIME
    return max(MIN_LIFETIME, min(wanted, longest))
