"""Opaque tokens and JWT ids: what they look like, and what can be read from them before a lookup.

An opaque token is 20 bytes: 24 bits expiry hour, 8 bits layout, 128 random bits. In hex they are
the very 40 characters that Elastic Path's documents show, in base 36 Magento's 32.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from token_service.domain.grants import TokenFormat
from token_service.domain.limits import NEVER, OPAQUE_MAX_LIFETIME
from token_service.domain.location import MAX_LAYOUT, Location, hour_of, locate

type RandomBytes = Callable[[int], bytes]

_RANDOM_BYTES = 16  # 128 bits: RFC 6749 section 10.10
_TOKEN_BITS = 160
_HEX = re.compile(r"[0-9a-f]{40}", re.ASCII)
_BASE36 = re.compile(r"[0-9a-z]{32}", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_JWT_ID = re.compile(r"[0-9a-f]{34}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpaqueHandle:
    """An opaque token taken apart; `handle` is its SHA-256, so the store yields no usable token."""

    handle: str
    hour: int
    layout: int

    @property
    def location(self) -> Location:
        """Where the record lies."""
        return locate(self.handle, self.hour, self.layout)


def new_opaque_token(expires_at: int, layout: int, random: RandomBytes) -> str:
    """Make a token that says in which hour it expires; `expires_at` in seconds."""
    prefix = (hour_of(expires_at) << 8 | layout).to_bytes(4)
    return (prefix + random(_RANDOM_BYTES)).hex()


def new_base36_token(expires_at: int, layout: int, random: RandomBytes) -> str:
    """The same bits in 32 characters of 0-9 and a-z; `expires_at` in seconds."""
    number = int(new_opaque_token(expires_at, layout, random), 16)
    digits = []
    for _ in range(32):
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def read_opaque_token(token: str, now: int) -> OpaqueHandle | None:
    """Take a token apart, or None if no token of ours that can be live at `now` looks like this.

    Costs no read, so guesses and long-expired tokens never reach the store.
    """
    number = _number(token)
    if number is None:
        return None
    hour, layout = number >> 136, number >> 128 & 0xFF
    soon_enough = hour_of(now) <= hour <= hour_of(now + OPAQUE_MAX_LIFETIME)
    if layout > MAX_LAYOUT or not (soon_enough or hour == hour_of(NEVER)):
        return None
    return OpaqueHandle(opaque_handle(token), hour, layout)


def opaque_format(token: str) -> TokenFormat:
    """Which of the two spellings a token that was read has."""
    return TokenFormat.OPAQUE if _HEX.fullmatch(token) else TokenFormat.BASE36


def _number(token: str) -> int | None:
    if _HEX.fullmatch(token):
        return int(token, 16)
    if _BASE36.fullmatch(token):
        number = int(token, 36)
        return number if number < 1 << _TOKEN_BITS else None
    return None


def opaque_handle(token: str) -> str:
    """The name under which an opaque token's record is kept."""
    return sha256(token.encode()).hexdigest()


def new_uuid(random: RandomBytes) -> str:
    """A random UUID (RFC 9562 section 5.4)."""
    return str(UUID(bytes=random(16), version=4))


def as_uuid(digits: str) -> str:
    """32 hexadecimal digits in the groups of a UUID; one that has them already stays the same."""
    return str(UUID(digits))


def new_jwt_id(layout: int, random: RandomBytes) -> str:
    """A `jti` (RFC 7519 section 4.1.7) that says which layout its record was written under."""
    return bytes([layout]).hex() + random(_RANDOM_BYTES).hex()


def layout_of_jwt_id(jti: str) -> int | None:
    """The layout a `jti` names, or None if it is not one of ours."""
    if not _JWT_ID.fullmatch(jti):
        return None
    layout = int(jti[:2], 16)
    return layout if layout <= MAX_LAYOUT else None
