"""Signature algorithms and the keys they work with (RFC 7518), ours and everybody else's.

An algorithm is bound to its key here, once: whatever a token's header says, nothing else verifies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from token_service.domain.key_types import P256, Ed25519, KeyType, Rsa

# RFC 8725 section 3.5 and RFC 7518 section 3.3: anything shorter is refused at load.
MIN_RSA_BITS = 2048
# A longer modulus makes every verification dearer for us than for who sends it.
MAX_RSA_BITS = 4096
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class SigningAlgorithm(StrEnum):
    """The asymmetric algorithms offered; HMAC is absent so that no verifier can ever mint."""

    RS256 = "RS256"
    PS256 = "PS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"
    # The same by its newer name (RFC 9864): what clients sign with, never what we sign with.
    ED25519 = "Ed25519"


_EDWARDS = Ed25519()
# Exactly what may verify, whatever a token's header says (RFC 8725 section 3.1).
ALGORITHMS: Mapping[SigningAlgorithm, KeyType] = {
    SigningAlgorithm.RS256: Rsa(PKCS1v15()),
    SigningAlgorithm.PS256: Rsa(PSS(mgf=MGF1(SHA256()), salt_length=SHA256.digest_size)),
    SigningAlgorithm.ES256: P256(),
    SigningAlgorithm.EDDSA: _EDWARDS,
    SigningAlgorithm.ED25519: _EDWARDS,
}
_KEY_TYPES = {
    SigningAlgorithm.RS256: {"kty": "RSA"},
    SigningAlgorithm.PS256: {"kty": "RSA"},
    SigningAlgorithm.ES256: {"kty": "EC", "crv": "P-256"},
    SigningAlgorithm.EDDSA: {"kty": "OKP", "crv": "Ed25519"},
    SigningAlgorithm.ED25519: {"kty": "OKP", "crv": "Ed25519"},
}
_RSA = frozenset({SigningAlgorithm.RS256, SigningAlgorithm.PS256})


class WeakKeyError(ValueError):
    """A key is too short or too long, private, or not of the type its algorithm needs."""


@dataclass(frozen=True, slots=True)
class LoadedKey:
    """A key made ready for its algorithm."""

    kid: str
    algorithm: SigningAlgorithm
    key: Any = field(repr=False)  # a `cryptography` key; its class depends on the algorithm

    def sign(self, message: bytes) -> bytes:
        """Sign with a private key."""
        return ALGORITHMS[self.algorithm].sign(self.key, message)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature was made by this key's private half."""
        return ALGORITHMS[self.algorithm].verifies(self.key, message, signature)


def is_private(jwk: Mapping[str, Any]) -> bool:
    """Whether a JWK holds what only its owner may know: a private key, or a symmetric one."""
    return not _PRIVATE_MEMBERS.isdisjoint(jwk)


def load_jwk(kid: str, algorithm: SigningAlgorithm, jwk: Mapping[str, Any]) -> LoadedKey:
    """Make a public JWK (RFC 7517) ready to verify with one algorithm; `kid` names it in errors.

    Raises:
        WeakKeyError: private, malformed, too short or too long, or not of the algorithm's type.

    """
    if is_private(jwk):
        raise WeakKeyError(f"key {kid} has private members")
    _check_type(kid, algorithm, jwk)
    try:
        loaded = ALGORITHMS[algorithm].public_key(jwk)
    except (KeyError, TypeError, ValueError) as error:
        raise WeakKeyError(f"key {kid} is not a JWK of {algorithm}") from error
    _check_strength(kid, algorithm, loaded)
    return LoadedKey(kid, algorithm, loaded)


def load_pem(kid: str, algorithm: SigningAlgorithm, pem: str) -> LoadedKey:
    """Make a private PEM ready to sign.

    Raises:
        WeakKeyError: too short or too long, or not of the algorithm's type.

    """
    # Its own module, since who only verifies has no use for all the formats of private keys.
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        loaded = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError) as error:
        raise _wrong_type(kid, algorithm) from error
    if not ALGORITHMS[algorithm].holds(loaded):
        raise _wrong_type(kid, algorithm)
    _check_strength(kid, algorithm, loaded)
    return LoadedKey(kid, algorithm, loaded)


def _check_type(kid: str, algorithm: SigningAlgorithm, jwk: Mapping[str, Any]) -> None:
    """One type and one curve an algorithm: ES256 is not any curve (RFC 7518 section 3.4)."""
    if any(jwk.get(name) != value for name, value in _KEY_TYPES[algorithm].items()):
        raise _wrong_type(kid, algorithm)


def _check_strength(kid: str, algorithm: SigningAlgorithm, loaded: Any) -> None:  # noqa: ANN401 - see LoadedKey
    if algorithm in _RSA and not MIN_RSA_BITS <= loaded.key_size <= MAX_RSA_BITS:
        raise WeakKeyError(
            f"RSA key {kid} has {loaded.key_size} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} needed"
        )


def _wrong_type(kid: str, algorithm: SigningAlgorithm) -> WeakKeyError:
    return WeakKeyError(f"key {kid} is not of the type that {algorithm} needs")
