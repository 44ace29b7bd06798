"""JSON Web Signatures in their compact form (RFC 7515). PyJWT signs and verifies them.

Every JWS is read here: our own tokens, clients' assertions, DPoP proofs and ID tokens. The checks
that RFC 8725 asks for and PyJWT does not make run first: length, shape, type and extensions. A
payload counts only after its signature was verified.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from token_service.domain.algorithms import JWS, LoadedKey
from token_service.domain.base64url import base64url_decode
from token_service.domain.limits import LIMITS

_SEGMENTS = 3
# Seconds far beyond any sane date; bounds what arithmetic ever sees (year 2286).
_MAX_TIME = 9_999_999_999
_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class MalformedJwsError(Exception):
    """A JWS or a claim is malformed, or the signature is wrong."""


@dataclass(frozen=True, slots=True)
class Jws:
    """A parsed compact JWS. Nothing in it is verified yet."""

    header: Mapping[str, Any]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def claims(self, key: LoadedKey) -> dict[str, Any]:
        """Verify the signature with this key and its one algorithm, and return the payload.

        The bytes verified are the ones that were checked on reading. PyJWT's `decode_complete`
        would parse the text a second time, by laxer rules and at twice the cost.

        Raises:
            MalformedJwsError: the header names another algorithm, the signature is wrong, or the
                payload is not a JSON object.

        """
        payload = self._payload()
        if self.header.get("alg") != key.algorithm or not key.verifies(self.signed, self.signature):
            raise MalformedJwsError
        return _json_object(payload)

    def unproved_claims(self) -> dict[str, Any]:
        """Return the payload without verifying it: only to find the key to verify it with.

        Raises:
            MalformedJwsError: the payload is not a JSON object.

        """
        return _json_object(self._payload())

    def _payload(self) -> bytes:
        return _decode(self.signed.partition(b".")[2].decode())


def read_jws(token: str, types: frozenset[str] | None, max_length: int = LIMITS.token) -> Jws:
    """Parse a compact JWS whose `typ` is one of these, in lower case ('' for none, None for any).

    Raises:
        MalformedJwsError: longer than `max_length` characters, not three base64url segments, a
            header that is not a JSON object or has another type, or an extension.

    """
    if len(token) > max_length or not token.isascii():
        raise MalformedJwsError
    segments = token.split(".")
    if len(segments) != _SEGMENTS:
        raise MalformedJwsError
    header = _json_object(_decode(segments[0]))
    kind = header.get("typ", "")
    if types is not None and (not isinstance(kind, str) or kind.lower() not in types):
        raise MalformedJwsError
    # RFC 7515 section 4.1.11: no extension is supported here, so none may be critical.
    # RFC 7797's unencoded payload would change the bytes that were signed.
    if "crit" in header or "b64" in header or "zip" in header:
        raise MalformedJwsError
    signed = f"{segments[0]}.{segments[1]}".encode()
    return Jws(header, signed, _decode(segments[2]))


def write_jws(kind: str, claims: Mapping[str, Any], key: LoadedKey) -> str:
    """Sign claims as a compact JWS with this `typ`, and the key's `alg` and `kid`."""
    headers = {"kid": key.kid, "typ": kind}
    return JWS.encode(_compact(claims).encode(), key.key, key.algorithm, headers)


def numeric_date(claims: Mapping[str, Any], name: str) -> int:
    """Return a NumericDate claim (RFC 7519 section 2), in whole seconds.

    Raises:
        MalformedJwsError: absent, not an integer, or out of range.

    """
    value = claims.get(name)
    # bool is an int in Python, and True would be the year 1970.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MAX_TIME:
        raise MalformedJwsError
    return value


def audiences(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the `aud` claim, which is a string or a list of strings (RFC 7519 section 4.1.3).

    Raises:
        MalformedJwsError: neither.

    """
    audience = claims.get("aud")
    members = [audience] if isinstance(audience, str) else audience
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise MalformedJwsError
    return tuple(members)


def _decode(segment: str) -> bytes:
    try:
        return base64url_decode(segment)
    except ValueError as error:
        raise MalformedJwsError from error


def _json_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object without repeated names, NaN or Infinity (RFC 8725 sections 3.3, 3.7)."""
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
