"""Making signing keys and moving them through their lives. Times are seconds."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from token_service.domain.algorithms import ALGORITHMS, MIN_RSA_BITS, SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.handles import RandomBytes
from token_service.domain.keys import KeyState, PrivateKey, PublicKey
from token_service.domain.ports import Clock

# Only others that do the same at the same moment make it try again.
_TRIES = 5


def _make_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, MIN_RSA_BITS)


_MAKERS: dict[SigningAlgorithm, Callable[[], Any]] = {
    SigningAlgorithm.RS256: _make_rsa,
    SigningAlgorithm.PS256: _make_rsa,
    SigningAlgorithm.ES256: lambda: ec.generate_private_key(ec.SECP256R1()),
    SigningAlgorithm.EDDSA: ed25519.Ed25519PrivateKey.generate,
    SigningAlgorithm.ED25519: ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class Keyring:
    """All published keys, and when the deployment made its first (None: not yet).

    `version` counts how often they were published.
    """

    keys: tuple[PublicKey, ...]
    since: int | None
    version: int = 0


class KeyringChangedError(RuntimeError):
    """Somebody else has published keys since these were read."""


class PublicKeys(Protocol):
    """Where published keys are kept."""

    def keyring(self) -> Keyring:
        """The keys as published now."""

    def save(self, keyring: Keyring) -> None:
        """Publish these over the version that was read; raises KeyringChangedError."""


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
        key that nobody uses, never a token that nobody can verify. Whoever wrote last looks again,
        so of several at once one key is left both signing and published as current.

        Raises:
            Unavailable: a store did not answer, or others kept interfering; run again.

        """
        for _ in range(_TRIES):
            keyring, private = self._public.keyring(), self._private.find()
            signing = _published(keyring, private) if private else None
            wanted = private is not None and private.algorithm is algorithm
            if signing and wanted and signing.state is KeyState.CURRENT:
                return keyring
            with suppress(KeyringChangedError):
                self._step(keyring, signing, algorithm, wanted=wanted)
        raise Unavailable(detail="the signing keys kept changing")

    def _step(
        self,
        keyring: Keyring,
        signing: PublicKey | None,
        algorithm: SigningAlgorithm,
        *,
        wanted: bool,
    ) -> None:
        """Publish the signing key as current if it is the wanted kind, else make one that is."""
        if signing and wanted:
            self._public.save(self._with_current(keyring, signing, None))
            return
        made_private, made_public = make_key(algorithm, self._now(), self._random)
        self._public.save(self._with_current(keyring, made_public, signing))
        self._private.save(made_private)

    def _with_current(
        self, keyring: Keyring, current: PublicKey, signing: PublicKey | None
    ) -> Keyring:
        """Whatever was published before, the key that has signed until now retires only now."""
        now = self._now()
        former = (
            replace(
                key,
                state=KeyState.PREVIOUS,
                retired_at=now if key == signing else key.retired_at or now,
            )
            for key in keyring.keys
            if key.kid != current.kid
        )
        return Keyring(
            keys=(
                replace(current, state=KeyState.CURRENT, retired_at=None),
                *(key for key in former if not key.is_over(now)),
            ),
            since=now if keyring.since is None else keyring.since,
            version=keyring.version,
        )


def _published(keyring: Keyring, private: PrivateKey) -> PublicKey | None:
    return next((key for key in keyring.keys if key.kid == private.kid), None)


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
