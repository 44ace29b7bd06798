"""Makes key pairs, validates them and derives the public half of a private key."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from token_service.domain.algorithms import SigningAlgorithm, load_pem
from token_service.domain.handles import RandomBytes
from token_service.domain.jwk import MIN_RSA_BITS, WeakKeyError
from token_service.domain.keys import KeyState, PrivateKey, PublicKey


def _make_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, MIN_RSA_BITS)


_MAKERS: dict[SigningAlgorithm, Callable[[], Any]] = {
    SigningAlgorithm.RS256: _make_rsa,
    SigningAlgorithm.PS256: _make_rsa,
    SigningAlgorithm.ES256: lambda: ec.generate_private_key(ec.SECP256R1()),
    SigningAlgorithm.EDDSA: ed25519.Ed25519PrivateKey.generate,
    SigningAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
}


def make_key(
    algorithm: SigningAlgorithm, now: int, random: RandomBytes
) -> tuple[PrivateKey, PublicKey]:
    """Make a key pair with a random id, and validate it."""
    pem = _MAKERS[algorithm]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private = PrivateKey(random(8).hex(), algorithm, pem.decode())
    return private, public_half(private, now)


def public_half(key: PrivateKey, now: int) -> PublicKey:
    """Validate a private key in full, and return its public half, published at `now` (seconds).

    Functions that sign load the key without this validation.

    Raises:
        WeakKeyError: inconsistent, malformed, too short, too long, or not of the algorithm's type.

    """
    public = load_pem(key.kid, key.algorithm, key.pem, validate=True).public_half()
    return PublicKey(key.kid, key.algorithm, public.public_jwk(), KeyState.NEXT, published_at=now)


def is_valid(key: PrivateKey) -> bool:
    """Whether a private key passes the full validation."""
    try:
        load_pem(key.kid, key.algorithm, key.pem, validate=True)
    except WeakKeyError:
        return False
    return True
