"""Making signing keys and moving them through their lives. Times are seconds."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from token_service.domain.handles import RandomBytes
from token_service.domain.keys import (
    ALGORITHMS,
    MIN_RSA_BITS,
    KeyState,
    PrivateKey,
    PublicKey,
    SigningAlgorithm,
)
from token_service.domain.limits import HOUR, JWT_MAX_LIFETIME
from token_service.domain.ports import Clock

# API Gateway's own JWT authorizer may keep a JWKS for two hours (aws-facts 6.3).
PUBLISHED_CACHE = 2 * HOUR
# A former key verifies until the last token it signed has expired, wherever its JWKS is cached.
_KEEP_RETIRED = JWT_MAX_LIFETIME + PUBLISHED_CACHE

_MAKERS: dict[SigningAlgorithm, Callable[[], Any]] = {
    SigningAlgorithm.RS256: lambda: rsa.generate_private_key(65537, MIN_RSA_BITS),
    SigningAlgorithm.ES256: lambda: ec.generate_private_key(ec.SECP256R1()),
    SigningAlgorithm.EDDSA: ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class Keyring:
    """All published keys, and when the deployment made its first (None: not yet)."""

    keys: tuple[PublicKey, ...]
    since: int | None


class PublicKeys(Protocol):
    """Where published keys are kept."""

    def keyring(self) -> Keyring:
        """The keys as published now."""

    def save(self, keyring: Keyring) -> None:
        """Publish these."""


class PrivateKeys(Protocol):
    """Where the signing key is kept."""

    def find(self) -> PrivateKey | None:
        """The key in use, or None before the first."""

    def save(self, key: PrivateKey) -> None:
        """Sign with this key from now on."""


class KeyRotation:
    """Gives a deployment its keys; safe to interrupt and to run again."""

    def __init__(
        self, public: PublicKeys, private: PrivateKeys, now: Clock, random: RandomBytes
    ) -> None:
        """`now` gives seconds since the epoch; `random` names the keys (it does not make them)."""
        self._public = public
        self._private = private
        self._now = now
        self._random = random

    def ensure(self, algorithm: SigningAlgorithm) -> Keyring:
        """Have a current key of this algorithm, making one only if there is none.

        The public half is published before the private half signs, so an interruption leaves a
        key that nobody uses, never a token that nobody can verify.

        Raises:
            Unavailable: a store did not answer; run again.

        """
        keyring, private = self._public.keyring(), self._private.find()
        published = {key.kid for key in keyring.keys}
        if private and private.algorithm is algorithm and private.kid in published:
            return keyring
        made_private, made_public = make_key(algorithm, self._now(), self._random)
        keyring = self._with_current(keyring, made_public, private)
        self._public.save(keyring)
        self._private.save(made_private)
        return keyring

    def _with_current(
        self, keyring: Keyring, current: PublicKey, signing: PrivateKey | None
    ) -> Keyring:
        """Whatever was published before, the key that has signed until now retires only now."""
        now = self._now()
        until = {key.kid: key.retired_at or now for key in keyring.keys}
        if signing:
            until[signing.kid] = now
        former = tuple(
            replace(key, state=KeyState.PREVIOUS, retired_at=until[key.kid])
            for key in keyring.keys
            if now - until[key.kid] < _KEEP_RETIRED
        )
        return Keyring((current, *former), since=now if keyring.since is None else keyring.since)


def make_key(
    algorithm: SigningAlgorithm, now: int, random: RandomBytes
) -> tuple[PrivateKey, PublicKey]:
    """A fresh key pair; its id is random, so that it says nothing and collides with none."""
    key = _MAKERS[algorithm]()
    kid = random(8).hex()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    jwk = json.loads(ALGORITHMS[algorithm].to_jwk(key.public_key()))
    jwk.pop("key_ops", None)
    return (
        PrivateKey(kid, algorithm, pem),
        PublicKey(kid, algorithm, jwk, KeyState.CURRENT, created_at=now),
    )
