"""ID tokens (OpenID Connect Core section 2), and the keys that providers sign them with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from token_service.domain.algorithms import LoadedKey
from token_service.domain.jwk import WeakKeyError, read_public_jwk
from token_service.domain.jws import Jws, MalformedJwsError, audiences, read_jws
from token_service.domain.limits import CLOCK_SKEW
from token_service.domain.openid import OpenIdProvider, ProviderRefusedError

# The algorithms that each kind of key may verify. Asymmetric only: with HMAC, our client secret
# would verify a signature, and `none` needs no signature.
_ALGORITHMS = {
    ("RSA", None): frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
    ("OKP", "Ed448"): frozenset({"EdDSA"}),
}
# Characters. Some providers list hundreds of groups in an ID token.
_MAX_ID_TOKEN = 128 * 1024
# JSON's 1e400 is read as infinity, and a token must not live that long.
_INFINITE = (inf, -inf)
# OpenID Connect Core section 2.
_MAX_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A published key, and the algorithms that it may verify."""

    kid: str | None
    algorithms: frozenset[str]
    key: Any = field(repr=False)  # a `cryptography` public key


def read_keys(document: Mapping[str, Any]) -> tuple[ProviderKey, ...]:
    """Return the keys of a JWK Set that can verify ID tokens. Other keys and weak ones are skipped.

    Raises:
        LookupError, TypeError: not a JWK Set.

    """
    return tuple(key for entry in document["keys"] if (key := _usable(entry)))


def read_id_token(text: str) -> Jws:
    """Parse an ID token, without verifying it.

    Raises:
        ProviderRefusedError: malformed.

    """
    try:
        jws = read_jws(text, None, _MAX_ID_TOKEN)
    except MalformedJwsError as error:
        raise ProviderRefusedError(detail="ID token: malformed") from error
    if not isinstance(jws.header.get("kid", ""), str):
        raise ProviderRefusedError(detail="ID token: the key ID is not a string")
    return jws


def names_another_key(jws: Jws, keys: tuple[ProviderKey, ...]) -> bool:
    """Whether the header has a key ID that none of these keys has."""
    return "kid" in jws.header and all(key.kid != jws.header["kid"] for key in keys)


def verified_claims(jws: Jws, keys: tuple[ProviderKey, ...]) -> dict[str, Any]:
    """Return the claims, verified with the key that the header names.

    Raises:
        ProviderRefusedError: no such key, a wrong signature, or claims that are no JSON object.

    """
    try:
        return jws.claims(_key_for(jws, keys))
    except MalformedJwsError as error:
        raise ProviderRefusedError(detail="ID token: not signed by the provider") from error


def checked(
    claims: dict[str, Any], provider: OpenIdProvider, nonce: str, now: int
) -> dict[str, Any]:
    """Return the claims if they are this provider's, for us, for this sign-in and valid at `now`.

    `now` is in seconds (OpenID Connect Core section 3.1.3.7).

    Raises:
        ProviderRefusedError: a claim is absent, malformed or wrong.

    """
    try:
        problems = _problems(claims, provider, nonce, now)
    except (MalformedJwsError, ValueError) as error:
        raise ProviderRefusedError(detail="ID token: malformed claims") from error
    for problem, is_one in problems.items():
        if is_one:
            raise ProviderRefusedError(detail=f"ID token: {problem}")
    return claims


def _problems(
    claims: Mapping[str, Any], provider: OpenIdProvider, nonce: str, now: int
) -> dict[str, bool]:
    ours, audience, subject = provider.client_id, audiences(claims), claims.get("sub")
    return {
        "from another issuer": claims.get("iss") != provider.issuer,
        "for another client": ours not in audience or claims.get("azp", ours) != ours,
        "for several clients, without azp": len(audience) > 1 and "azp" not in claims,
        "expired": _moment(claims, "exp") <= now - CLOCK_SKEW,
        "issued in the future": _moment(claims, "iat") > now + CLOCK_SKEW,
        "not valid yet": "nbf" in claims and _moment(claims, "nbf") > now + CLOCK_SKEW,
        "for another sign-in": claims.get("nonce") != nonce,
        "no usable subject": (
            not isinstance(subject, str) or not 0 < len(subject.encode()) <= _MAX_SUBJECT
        ),
    }


def _key_for(jws: Jws, keys: tuple[ProviderKey, ...]) -> LoadedKey:
    """Return the key that the header names, bound to the header's algorithm.

    A token without a `kid` is verified only if the provider has a single key (OpenID Connect Core
    section 10.1).

    Raises:
        MalformedJwsError: there is no such key, or it is not for this algorithm.

    """
    algorithm = jws.header.get("alg")
    if "kid" in jws.header:
        keys = tuple(key for key in keys if key.kid == jws.header["kid"])
    elif len(keys) > 1:
        keys = ()
    for key in keys:
        if isinstance(algorithm, str) and algorithm in key.algorithms:
            return LoadedKey(key.kid or "", algorithm, key.key)
    raise MalformedJwsError


def _moment(claims: Mapping[str, Any], name: str) -> float:
    """Return a NumericDate claim (RFC 7519 section 2), in seconds.

    Raises:
        MalformedJwsError: absent or not a finite number.

    """
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or value in _INFINITE:
        raise MalformedJwsError
    return value


def _usable(entry: object) -> ProviderKey | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid", ""), str):
        return None
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        key = read_public_jwk("of the provider", entry)
    except WeakKeyError:
        return None
    curve = None if entry["kty"] == "RSA" else entry["crv"]
    algorithms = _ALGORITHMS.get((entry["kty"], curve), frozenset())
    if "alg" in entry:
        algorithms = frozenset(name for name in algorithms if name == entry["alg"])
    if not algorithms or entry.get("use", "sig") != "sig":
        return None
    return ProviderKey(entry.get("kid"), algorithms, key)
