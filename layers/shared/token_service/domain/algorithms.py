"""Signature algorithms (RFC 7518), and keys bound to them. PyJWT signs and verifies.

A key is bound to one algorithm when it is loaded: whatever a token's header says, no other
algorithm verifies it (RFC 8725 section 3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm
from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidKeyError

from token_service.domain.jwk import MIN_RSA_BITS, WeakKeyError, read_public_jwk, write_public_jwk

# Verification time grows with the modulus, and a stranger's DPoP proof brings its own key.
MAX_RSA_BITS = 4096


class SigningAlgorithm(StrEnum):
    """The asymmetric algorithms offered. HMAC is absent, so that a verifier can never sign."""

    RS256 = "RS256"
    PS256 = "PS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"
    # The newer name of EdDSA with Ed25519 (RFC 9864). Clients may sign with it; we do not.
    ED25519 = "Ed25519"


# Asymmetric only. OpenID providers may use the ones that `SigningAlgorithm` does not offer.
JWS = PyJWS(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"))
# PyJWT knows this algorithm by its older name alone.
JWS.register_algorithm(SigningAlgorithm.ED25519, OKPAlgorithm())

_KEY_TYPES = {
    SigningAlgorithm.RS256: {"kty": "RSA"},
    SigningAlgorithm.PS256: {"kty": "RSA"},
    SigningAlgorithm.ES256: {"kty": "EC", "crv": "P-256"},
    SigningAlgorithm.EDDSA: {"kty": "OKP", "crv": "Ed25519"},
    SigningAlgorithm.ED25519: {"kty": "OKP", "crv": "Ed25519"},
}


@dataclass(frozen=True, slots=True)
class LoadedKey:
    """A public or private key, prepared for the one algorithm of this JWA name."""

    kid: str
    algorithm: str
    key: Any = field(repr=False)  # a `cryptography` key; its class depends on the algorithm

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether this public key's private half made the signature."""
        verified: bool = JWS.get_algorithm_by_name(self.algorithm).verify(
            message, self.key, signature
        )
        return verified

    def public_jwk(self) -> dict[str, str]:
        """Return the JWK of this public key: `kty` and the members that identify the key."""
        return write_public_jwk(JWS.get_algorithm_by_name(self.algorithm), self.key)

    def public_half(self) -> "LoadedKey":
        """Return the public key of this private key."""
        return LoadedKey(self.kid, self.algorithm, self.key.public_key())


def load_jwk(kid: str, algorithm: SigningAlgorithm, jwk: Mapping[str, Any]) -> LoadedKey:
    """Prepare a public JWK (RFC 7517) to verify with one algorithm; `kid` names it in errors.

    Raises:
        WeakKeyError: private, malformed, weak, too long, or not of the algorithm's type.

    """
    _check_type(kid, algorithm, jwk)
    key = read_public_jwk(kid, jwk)
    _check_size(kid, algorithm, key)
    return LoadedKey(kid, algorithm, key)


def load_pem(kid: str, algorithm: SigningAlgorithm, pem: str, *, validate: bool) -> LoadedKey:
    """Prepare a private PEM to sign with one algorithm; `kid` names it in errors.

    `validate` also checks that the numbers of an RSA key are consistent and its factors prime.
    That takes about 30 ms, so a key is validated when it is made and when it is rotated in, and
    not in each cold start.

    Raises:
        WeakKeyError: malformed, too short, too long, or not of the algorithm's type.

    """
    try:
        parsed = load_pem_private_key(
            pem.encode(), password=None, unsafe_skip_rsa_key_validation=not validate
        )
        prepared = JWS.get_algorithm_by_name(algorithm).prepare_key(parsed)
    except (InvalidKeyError, TypeError, UnsupportedAlgorithm, ValueError) as error:
        raise _wrong_type(kid, algorithm) from error
    loaded = LoadedKey(kid, algorithm, prepared)
    # PyJWT takes Ed448 for EdDSA as well.
    _check_type(kid, algorithm, loaded.public_half().public_jwk())
    _check_size(kid, algorithm, prepared)
    return loaded


def _check_type(kid: str, algorithm: SigningAlgorithm, jwk: Mapping[str, Any]) -> None:
    """Each algorithm has one key type and one curve (RFC 7518 section 3.4)."""
    if any(jwk.get(name) != value for name, value in _KEY_TYPES[algorithm].items()):
        raise _wrong_type(kid, algorithm)


def _check_size(kid: str, algorithm: SigningAlgorithm, key: Any) -> None:  # noqa: ANN401 - see LoadedKey
    if _KEY_TYPES[algorithm]["kty"] == "RSA" and not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise WeakKeyError(
            f"RSA key {kid} has {key.key_size} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are needed"
        )


def _wrong_type(kid: str, algorithm: SigningAlgorithm) -> WeakKeyError:
    return WeakKeyError(f"key {kid} is not of the type that {algorithm} needs")
