"""JSON Web Signatures in their compact form (RFC 7515), read as strictly as RFC 8725 asks.

Our own tokens, clients' assertions and DPoP proofs are all read here. Length and shape come first;
what a payload says is looked at only after its signature was checked.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

from token_service.domain.algorithms import LoadedKey
from token_service.domain.limits import LIMITS

_SEGMENTS = 3
# Seconds far beyond any sane date; bounds what arithmetic ever sees (year 2286).
_MAX_TIME = 9_999_999_999
_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class MalformedJwsError(Exception):
    """Not a signature, or not claims, that this service reads, in whatever way."""


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS taken apart; nothing in it is proved yet."""

    header: Mapping[str, Any]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def claims(self, key: LoadedKey) -> dict[str, Any]:
        """The payload, proved to be signed by this key with the key's own algorithm.

        Raises:
            MalformedJwsError: the header names another algorithm, the signature is wrong, or the
                payload is no JSON object.

        """
        if self.header.get("alg") != key.algorithm or not key.verifies(self.signed, self.signature):
            raise MalformedJwsError
        return _json_object(self._payload())

    def unproved_claims(self) -> dict[str, Any]:
        """The payload before its signature is checked: only to find out whose key to check with.

        Raises:
            MalformedJwsError: the payload is no JSON object.

        """
        return _json_object(self._payload())

    def _payload(self) -> bytes:
        return decode_segment(self.signed.partition(b".")[2].decode())


def read_jws(token: str, types: frozenset[str]) -> Jws:
    """Take a compact JWS apart whose `typ` is one of these, lower case ('' stands for none).

    Raises:
        MalformedJwsError: too long, not three base64url segments, a header that is no JSON object
            or of another type, or an extension that this service does not understand.

    """
    if len(token) > LIMITS.token or not token.isascii():
        raise MalformedJwsError
    segments = token.split(".")
    if len(segments) != _SEGMENTS:
        raise MalformedJwsError
    header = _json_object(decode_segment(segments[0]))
    kind = header.get("typ", "")
    if not isinstance(kind, str) or kind.lower() not in types:
        raise MalformedJwsError
    # RFC 7515 section 4.1.11: no extension is understood here, so none may be critical.
    # RFC 7797's unencoded payload would change what was signed.
    if "crit" in header or "b64" in header or "zip" in header:
        raise MalformedJwsError
    signed = f"{segments[0]}.{segments[1]}".encode()
    return Jws(header, signed, decode_segment(segments[2]))


def write_jws(kind: str, claims: Mapping[str, Any], key: LoadedKey) -> str:
    """A compact JWS; the header's `typ` is this, `alg` and `kid` are the key's."""
    message = f"{_header(key.algorithm, key.kid, kind)}.{_encoded(claims)}"
    return f"{message}.{encode_segment(key.sign(message.encode()))}"


def numeric_date(claims: Mapping[str, Any], name: str) -> int:
    """A NumericDate (RFC 7519 section 2) in whole seconds.

    Raises:
        MalformedJwsError: absent, no whole number, or out of any sane range.

    """
    value = claims.get(name)
    # bool is an int in Python, and True would be the year 1970.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MAX_TIME:
        raise MalformedJwsError
    return value


def audiences(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The `aud` claim, which may be a string or a list of them (RFC 7519 section 4.1.3).

    Raises:
        MalformedJwsError: neither.

    """
    audience = claims.get("aud")
    members = [audience] if isinstance(audience, str) else audience
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise MalformedJwsError
    return tuple(members)


def encode_segment(data: bytes) -> str:
    """Base64url as RFC 7515 section 2 has it: no padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_segment(segment: str) -> bytes:
    """Back from base64url: no padding, no other alphabet, one spelling only.

    Raises:
        MalformedJwsError: anything else.

    """
    try:
        data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (Base64Error, ValueError) as error:
        raise MalformedJwsError from error
    if encode_segment(data) != segment:
        raise MalformedJwsError
    return data


@lru_cache(maxsize=8)
def _header(algorithm: str, kid: str, kind: str) -> str:
    """The same for every token of a key."""
    return _encoded({"alg": algorithm, "kid": kid, "typ": kind})


def _encoded(value: Mapping[str, Any]) -> str:
    return encode_segment(_compact(value).encode())


def _json_object(data: bytes) -> dict[str, Any]:
    """A JSON object without repeated names, NaN or Infinity (RFC 8725 sections 3.3 and 3.7)."""
    try:
        value = _DECODER.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise MalformedJwsError from error
    if not isinstance(value, dict):
        raise MalformedJwsError
    return value


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise MalformedJwsError
    return unique


def _refuse_constant(_: str) -> NoReturn:
    raise MalformedJwsError


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_names, parse_constant=_refuse_constant)
