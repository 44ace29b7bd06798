"""Signing keys: a list, because rotation is the normal case, and a cache that reloads it.

States follow a key's life: `current` signs, `previous` verifies until the last token it signed has
expired.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm, load_jwk, load_pem
from token_service.domain.errors import Unavailable
from token_service.domain.limits import HOUR, JWT_MAX_LIFETIME

# API Gateway's own JWT authorizer may keep a JWKS for two hours (aws-facts 6.3).
_PUBLISHED_CACHE = 2 * HOUR
# A former key verifies until the last token it signed has expired, wherever its JWKS is cached.
KEEP_RETIRED = JWT_MAX_LIFETIME + _PUBLISHED_CACHE

RELOAD_SECONDS = 300
UNKNOWN_KID_RELOAD_SECONDS = 60


class KeyState(StrEnum):
    """Where in its life a key is."""

    CURRENT = "current"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A published key: its JWK (RFC 7517) without a private member, and its life so far."""

    kid: str
    algorithm: SigningAlgorithm
    jwk: Mapping[str, str]
    state: KeyState
    created_at: int
    retired_at: int | None = None

    def is_over(self, now: int) -> bool:
        """Whether it retired so long ago that no token it signed can be alive (seconds)."""
        return self.retired_at is not None and now - self.retired_at >= KEEP_RETIRED

    def published(self) -> dict[str, str]:
        """This key as one entry of the JWKS."""
        return {**self.jwk, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs; the PEM never leaves the issuing and rotating functions."""

    kid: str
    algorithm: SigningAlgorithm
    pem: str = field(repr=False)


def load_public(key: PublicKey) -> LoadedKey:
    """Make a published key ready to verify; raises WeakKeyError."""
    return load_jwk(key.kid, key.algorithm, key.jwk)


def load_private(key: PrivateKey) -> LoadedKey:
    """Make a private key ready to sign; raises WeakKeyError."""
    return load_pem(key.kid, key.algorithm, key.pem)


class VerificationKeys:
    """The published keys, reloaded every 5 minutes and at most once a minute for an unknown kid."""

    def __init__(self, load: Callable[[], Iterable[PublicKey]], now: Callable[[], int]) -> None:
        """`load` reads the store; `now` gives seconds since the epoch."""
        self._load = load
        self._now = now
        self._published: tuple[PublicKey, ...] = ()
        self._loaded: dict[str, LoadedKey] = {}
        self._read_at: int | None = None

    def find(self, kid: str) -> LoadedKey | None:
        """The key of exactly this id, or None.

        Raises:
            Unavailable: the store did not answer and nothing was read before.

        """
        self._refresh(RELOAD_SECONDS)
        if kid not in self._loaded:
            # A key may have been published since; strangers' kids must not become a read each.
            self._refresh(UNKNOWN_KID_RELOAD_SECONDS)
        return self._loaded.get(kid)

    def published(self) -> tuple[PublicKey, ...]:
        """Every key a verifier should know, current or not (the JWKS).

        Raises:
            Unavailable: the store did not answer and nothing was read before.

        """
        self._refresh(RELOAD_SECONDS)
        return self._published

    def _refresh(self, max_age: int) -> None:
        now = self._now()
        if self._read_at is not None and now - self._read_at < max_age:
            return
        try:
            published = tuple(key for key in self._load() if not key.is_over(now))
        except Unavailable:
            if self._read_at is None:
                raise
            # Keys already held stay true; asking again on every call would not help the store.
            self._read_at = now
            return
        self._loaded = {key.kid: load_public(key) for key in published}
        self._published = published
        self._read_at = now


class SigningKeys:
    """The key that signs now, reloaded every 5 minutes so that rotation reaches warm functions."""

    def __init__(self, load: Callable[[], PrivateKey], now: Callable[[], int]) -> None:
        """`load` reads the secret; `now` gives seconds since the epoch."""
        self._load = load
        self._now = now
        self._key: LoadedKey | None = None
        self._read_at = 0

    def current(self) -> LoadedKey:
        """The key to sign with.

        Raises:
            Unavailable: the secret could not be read and none was read before.

        """
        now = self._now()
        if self._key is None or now - self._read_at >= RELOAD_SECONDS:
            try:
                self._key = load_private(self._load())
            except Unavailable:
                if self._key is None:
                    raise
            self._read_at = now
        return self._key
