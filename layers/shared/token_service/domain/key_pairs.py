"""Making key pairs, and the public half of a private key."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from token_service.domain.algorithms import ALGORITHMS, MIN_RSA_BITS, SigningAlgorithm
from token_service.domain.handles import RandomBytes
from token_service.domain.keys import KeyState, PrivateKey, PublicKey, load_private


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
    """A fresh key pair; its id is random, so that it says nothing and collides with none."""
    pem = _MAKERS[algorithm]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private = PrivateKey(random(8).hex(), algorithm, pem.decode())
    return private, public_half(private, now)


def public_half(key: PrivateKey, now: int) -> PublicKey:
    """What verifiers need of a key, published from now on (seconds); raises WeakKeyError."""
    jwk = ALGORITHMS[key.algorithm].jwk(load_private(key).key.public_key())
    return PublicKey(key.kid, key.algorithm, jwk, KeyState.NEXT, published_at=now)
