"""Tokens as they are stored, handed out and found active. Times are seconds since the epoch."""

from dataclasses import dataclass, field

from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.owners import Owner, OwnerRef


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What the store keeps of a token: never the token itself. `expires_at` may be NEVER.

    `jkt` is the thumbprint of the key the token is bound to (RFC 9449 section 6.1), if any;
    `account` the id of the buyer account that an account member's token is for.
    """

    handle: str
    layout: int
    owner: OwnerRef
    epoch: str
    issued_at: int
    expires_at: int
    grant: Grant
    access: Access
    audience: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    jkt: str | None = None
    account: str | None = None
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A fresh token, to be handed out once; at most `record` is stored.

    `next_nonce` is what the next DPoP proof must hold, where nonces are asked for.
    """

    value: str = field(repr=False)
    record: TokenRecord
    next_nonce: str | None = None

    @property
    def expires_in(self) -> int:
        """Seconds from issuance to expiry (RFC 6749 section 5.1)."""
        return self.record.expires_at - self.record.issued_at

    @property
    def token_type(self) -> str:
        """How it is to be presented (RFC 6749 section 7.1; RFC 9449 section 5)."""
        return token_type(self.record)


def token_type(record: TokenRecord) -> str:
    """`DPoP` if bound to a key, else `Bearer`."""
    return "Bearer" if record.jkt is None else "DPoP"


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token found active, and the owner as the store holds it now (None: not looked at)."""

    record: TokenRecord
    owner: Owner | None
    format: TokenFormat
