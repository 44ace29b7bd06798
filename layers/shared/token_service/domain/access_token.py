"""JWT access tokens (RFC 9068): written one way, and read with every doubt an answer of no.

The reader follows RFC 8725: length and shape first, then the key by exact `kid`, the algorithm by
the key and never by the header, the signature, and only then the claims.
"""

from dataclasses import dataclass
from typing import Any

from token_service.domain.algorithms import LoadedKey
from token_service.domain.handles import layout_of_jwt_id
from token_service.domain.jws import (
    Jws,
    MalformedJwsError,
    audiences,
    numeric_date,
    read_jws,
    write_jws,
)
from token_service.domain.keys import VerificationKeys
from token_service.domain.limits import CLOCK_SKEW
from token_service.domain.location import Location, hour_of, locate
from token_service.domain.model import Access, OwnerRef, TokenRecord

# RFC 9068 section 4: both spellings; media types compare without case.
_TYPES = frozenset({"at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says that its record's place and its owner can be found by."""

    jti: str
    layout: int
    owner: OwnerRef
    audience: tuple[str, ...]
    expires_at: int
    issued_at: int

    @property
    def location(self) -> Location:
        """Where the record lies."""
        return locate(self.jti, hour_of(self.expires_at), self.layout)


def write_access_token(record: TokenRecord, issuer: str, key: LoadedKey) -> str:
    """The signed form of a record whose handle is its `jti`."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": record.owner.subject,
        "aud": record.audience[0] if len(record.audience) == 1 else list(record.audience),
        "client_id": record.owner.subject,
        "iat": record.issued_at,
        "nbf": record.issued_at,
        "exp": record.expires_at,
        "jti": record.handle,
        "gty": record.grant,
    }
    if record.scope:
        claims["scope"] = " ".join(record.scope)
    if record.access is Access.READ_ONLY:
        claims["access"] = record.access
    if record.jkt is not None:
        claims["cnf"] = {"jkt": record.jkt}
    if record.account is not None:
        claims["account"] = record.account
    return write_jws({"typ": "at+jwt"}, claims, key)


def read_access_token(token: str, issuer: str, keys: VerificationKeys, now: int) -> Claims | None:
    """The claims of a token we signed and that is within its times at `now` (seconds), or None.

    Raises:
        Unavailable: the keys could not be read.

    """
    try:
        jws = read_jws(token, _TYPES)
        key = _key_for(jws, keys)
        return _claims(jws.claims(key), issuer, now) if key else None
    except MalformedJwsError:
        return None


def _key_for(jws: Jws, keys: VerificationKeys) -> LoadedKey | None:
    """Our key of exactly this id; `jku`, `jwk`, `x5u` and `x5c` are never looked at."""
    kid = jws.header.get("kid")
    return keys.find(kid) if isinstance(kid, str) else None


def _claims(claims: dict[str, Any], issuer: str, now: int) -> Claims | None:
    jti, subject = claims.get("jti"), claims.get("sub")
    if (
        claims.get("iss") != issuer
        or not isinstance(jti, str)
        or not isinstance(subject, str)
        or claims.get("client_id") != subject
    ):
        return None
    layout = layout_of_jwt_id(jti)
    expires_at, issued_at = numeric_date(claims, "exp"), numeric_date(claims, "iat")
    not_before = numeric_date(claims, "nbf") if "nbf" in claims else issued_at
    if layout is None or now >= expires_at or max(issued_at, not_before) > now + CLOCK_SKEW:
        return None
    owner = OwnerRef.from_subject(subject)
    if owner is None:
        return None
    return Claims(jti, layout, owner, audiences(claims), expires_at, issued_at)
