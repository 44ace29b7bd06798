"""The public keys that clients register to prove themselves with (RFC 7517, RFC 7523 section 3)."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm, load_jwk
from token_service.domain.jwk import WeakKeyError, is_private

type Jwks = tuple[Mapping[str, Any], ...]

MAX_KEYS = 4
# Characters of JSON: a client's item stays below 4 KB, one read unit (docs/aws.md, 2.2).
MAX_JWKS = 2048
_KID = re.compile(r"[\x20-\x7e]{1,100}", re.ASCII)
# What verifying needs; the rest of a JWK, such as a certificate, is not kept.
_MEMBERS = ("kty", "use", "alg", "kid", "crv", "x", "y", "n", "e")
_ED25519 = (SigningAlgorithm.EDDSA, SigningAlgorithm.ED25519)


class ClientKeyError(ValueError):
    """A key cannot be registered; the message says why and quotes no key."""


def read_jwks(text: str | bytes) -> Jwks:
    """The keys of a JWK Set, or of one JWK, as they are kept.

    Raises:
        ClientKeyError: not such a document, or a key in it that could not be used.

    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ClientKeyError("the keys are no JSON document") from error
    keys = document.get("keys", [document]) if isinstance(document, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ClientKeyError("the keys are neither a JWK Set nor a JWK")
    check_keys(tuple(keys))
    kept = tuple({name: key[name] for name in _MEMBERS if name in key} for key in keys)
    if len(json.dumps(kept)) > MAX_JWKS:
        raise ClientKeyError(f"the keys together are limited to {MAX_JWKS} characters of JSON")
    return kept


def check_keys(jwks: Jwks) -> None:
    """Refuse keys that are weak, cannot be used, or should not be shown to anybody.

    Raises:
        ClientKeyError: too many keys or none, a private, symmetric or weak key, a key that no
            algorithm offered can use, or two keys with the same kid.

    """
    if not 1 <= len(jwks) <= MAX_KEYS:
        raise ClientKeyError(f"a client has 1 to {MAX_KEYS} keys")
    if any(is_private(jwk) for jwk in jwks):
        raise ClientKeyError("a key has private members: give the public half alone")
    kids = [jwk["kid"] for jwk in jwks if "kid" in jwk]
    if not all(isinstance(kid, str) and _KID.fullmatch(kid) for kid in kids):
        raise ClientKeyError("a kid must have 1 to 100 characters, printable ASCII")
    if len(set(kids)) != len(kids):
        raise ClientKeyError("two keys have the same kid")
    for number, jwk in enumerate(jwks, 1):
        if not any(_loaded(jwk, algorithm) for algorithm in SigningAlgorithm):
            offered = ", ".join(SigningAlgorithm)
            raise ClientKeyError(f"key {number} is weak, or fits none of {offered}")


def fitting_keys(jwks: Jwks, algorithm: SigningAlgorithm, kid: str | None) -> Iterator[LoadedKey]:
    """The keys of this kid that work with an algorithm; without a kid, all that do."""
    for jwk in jwks:
        if kid is None or jwk.get("kid") == kid:
            key = _loaded(jwk, algorithm)
            if key is not None:
                yield key


def _loaded(jwk: Mapping[str, Any], algorithm: SigningAlgorithm) -> LoadedKey | None:
    """The key, if its own `alg` and `use` allow it (RFC 7517 sections 4.2 and 4.4).

    EdDSA with this kind of key and Ed25519 are one algorithm under two names (RFC 9864), and
    libraries register one and sign with the other.
    """
    allowed = jwk.get("alg", algorithm)
    same = allowed == algorithm or (allowed in _ED25519 and algorithm in _ED25519)
    if not same or jwk.get("use", "sig") != "sig":
        return None
    with suppress(WeakKeyError):
        return load_jwk(jwk.get("kid", ""), algorithm, jwk)
    return None
