"""JWT access tokens (RFC 9068): written one way, and read with every doubt an answer of no.

The reader follows RFC 8725: length and shape first, then the key by exact `kid`, the algorithm by
the key and never by the header, the signature, and only then the claims.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Any, NoReturn

from token_service.domain.handles import layout_of_jwt_id
from token_service.domain.keys import LoadedKey, VerificationKeys
from token_service.domain.limits import CLOCK_SKEW, LIMITS
from token_service.domain.location import Location, hour_of, locate
from token_service.domain.model import Access, OwnerRef, TokenRecord

# RFC 9068 section 4: both spellings; media types compare without case.
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_SEGMENTS = 3
# Seconds far beyond any sane date; bounds what arithmetic ever sees (year 2286).
_MAX_TIME = 9_999_999_999


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
    header = {"alg": key.algorithm, "kid": key.kid, "typ": "at+jwt"}
    message = f"{_encode(_compact(header))}.{_encode(_compact(claims))}"
    return f"{message}.{_encode(key.sign(message.encode()))}"


def read_access_token(token: str, issuer: str, keys: VerificationKeys, now: int) -> Claims | None:
    """The claims of a token we signed and that is within its times at `now` (seconds), or None.

    Raises:
        Unavailable: the keys could not be read.

    """
    if len(token) > LIMITS.token:
        return None
    segments = token.split(".")
    if len(segments) != _SEGMENTS or not token.isascii():
        return None
    try:
        header = _json_object(_decode(segments[0]))
        signature = _decode(segments[2])
        key = _key_for(header, keys)
        if key is None or not key.verifies(token.rpartition(".")[0].encode(), signature):
            return None
        return _claims(_json_object(_decode(segments[1])), issuer, now)
    except _MalformedError:
        return None


class _MalformedError(Exception):
    """Not a token of ours, in whatever way."""


def _key_for(header: dict[str, Any], keys: VerificationKeys) -> LoadedKey | None:
    """Our key of exactly this id; `jku`, `jwk`, `x5u` and `x5c` are never looked at."""
    kid, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ")
    if not isinstance(kid, str) or not isinstance(kind, str) or kind.lower() not in _TYPES:
        return None
    # RFC 7515 section 4.1.11: no extension is understood here, so none may be critical.
    # RFC 7797's unencoded payload would change what was signed.
    if "crit" in header or "b64" in header or "zip" in header:
        return None
    key = keys.find(kid)
    return key if key is not None and key.algorithm == algorithm else None


def _claims(claims: dict[str, Any], issuer: str, now: int) -> Claims | None:
    jti, subject = claims.get("jti"), claims.get("sub")
    audience = claims.get("aud")
    if isinstance(audience, str):
        audience = [audience]
    if (
        claims.get("iss") != issuer
        or not isinstance(jti, str)
        or not isinstance(subject, str)
        or claims.get("client_id") != subject
        or not isinstance(audience, list)
        or not all(isinstance(member, str) for member in audience)
    ):
        return None
    layout = layout_of_jwt_id(jti)
    expires_at, issued_at = _time(claims, "exp"), _time(claims, "iat")
    not_before = _time(claims, "nbf") if "nbf" in claims else issued_at
    if layout is None or now >= expires_at or max(issued_at, not_before) > now + CLOCK_SKEW:
        return None
    owner = OwnerRef.from_subject(subject)
    if owner is None:
        return None
    return Claims(jti, layout, owner, tuple(audience), expires_at, issued_at)


def _time(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    # bool is an int in Python, and True would be the year 1970.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MAX_TIME:
        raise _MalformedError
    return value


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(segment: str) -> bytes:
    """Base64url as RFC 7515 section 2 has it: no padding, no other alphabet, one spelling only."""
    try:
        data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (Base64Error, ValueError) as error:
        raise _MalformedError from error
    if _encode(data) != segment:
        raise _MalformedError
    return data


def _json_object(data: bytes) -> dict[str, Any]:
    """A JSON object without repeated names, NaN or Infinity (RFC 8725 sections 3.3 and 3.7)."""
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_unique_names, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise _MalformedError from error
    if not isinstance(value, dict):
        raise _MalformedError
    return value


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise _MalformedError
    return unique


def _refuse_constant(_: str) -> NoReturn:
    raise _MalformedError
