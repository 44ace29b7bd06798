"""Signing keys: a list, because rotation is the normal case, and caches that reload it.

States follow a key's life: `next` is published and does not sign yet, `current` signs, `previous`
verifies until the last token it signed has expired. A key that is not to be trusted any more is
`withdrawn` at any time. Times are seconds.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from token_service.domain.algorithms import (
    LoadedKey,
    SigningAlgorithm,
    load_jwk,
    load_pem,
)
from token_service.domain.errors import Unavailable
from token_service.domain.jwk import WeakKeyError
from token_service.domain.limits import HOUR, JWT_MAX_LIFETIME, MINUTE

RELOAD_SECONDS = 5 * MINUTE
UNKNOWN_KID_RELOAD_SECONDS = MINUTE
JWKS_MAX_AGE = 5 * MINUTE
# API Gateway's own JWT authorizer may keep a JWKS for two hours (docs/aws.md, 3).
_GATEWAY_CACHE = 2 * HOUR
# For clocks that differ, and for calls that take their time.
_MARGIN = 5 * MINUTE

# So long a key is published before it signs: then nobody holds a list without it.
ANNOUNCE = RELOAD_SECONDS + JWKS_MAX_AGE + _GATEWAY_CACHE + _MARGIN
# A warm function that cannot read the secret signs on with the key it holds, but not for ever.
HELD_LONGEST = 2 * HOUR
# So long a former key verifies: until the last token it can have signed has expired.
KEEP_RETIRED = JWT_MAX_LIFETIME + HELD_LONGEST + RELOAD_SECONDS + _MARGIN


class KeyState(StrEnum):
    """Where in its life a key is."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A published key: its JWK (RFC 7517) without a private member, and its life so far.

    `signs_since` is when it became current, `retired_at` when it was last known to be no longer.
    """

    kid: str
    algorithm: SigningAlgorithm
    jwk: Mapping[str, str]
    state: KeyState
    published_at: int
    signs_since: int | None = None
    retired_at: int | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether nothing that it signed counts any more."""
        return self.state is KeyState.WITHDRAWN

    @property
    def signing_since(self) -> int:
        """When it became current; a key from before that was recorded, when it was published."""
        return self.published_at if self.signs_since is None else self.signs_since

    def may_sign_at(self) -> int:
        """The moment from which everybody who keeps a list of keys has this one."""
        return self.published_at + ANNOUNCE

    def over_at(self) -> int | None:
        """The moment from which no token that it signed can be alive; None while it may sign."""
        return None if self.retired_at is None else self.retired_at + KEEP_RETIRED

    def is_over(self, now: int) -> bool:
        """Whether it retired so long ago that no token it signed can be alive."""
        over_at = self.over_at()
        return over_at is not None and now >= over_at

    def verifies(self, now: int) -> bool:
        """Whether verifiers may trust it."""
        return not self.withdrawn and not self.is_over(now)

    def published(self) -> dict[str, str]:
        """This key as one entry of the JWKS."""
        return {**self.jwk, "kid": self.kid, "alg": self.algorithm, "use": "sig"}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs; the PEM never leaves the functions that sign and the one that rotates."""

    kid: str
    algorithm: SigningAlgorithm
    pem: str = field(repr=False)


def load_public(key: PublicKey) -> LoadedKey:
    """Prepare a published key to verify; raises WeakKeyError."""
    return load_jwk(key.kid, key.algorithm, key.jwk)


def load_private(key: PrivateKey) -> LoadedKey:
    """Prepare a private key to sign; raises WeakKeyError.

    Skips the validation that `key_pairs` made when the key was made and when it was rotated in.
    """
    return load_pem(key.kid, key.algorithm, key.pem, validate=False)


class VerificationKeys:
    """The published keys, reloaded every 5 minutes and at most once a minute for an unknown kid."""

    def __init__(self, load: Callable[[], Iterable[PublicKey]], now: Callable[[], int]) -> None:
        """`load` reads the store; `now` gives seconds since the epoch."""
        self._load = load
        self._now = now
        self._held: dict[str, tuple[PublicKey, LoadedKey]] = {}
        self._read_at: int | None = None

    def find(self, kid: str) -> LoadedKey | None:
        """The key of exactly this id, or None.

        Raises:
            Unavailable: the store did not answer and nothing was read before.

        """
        # A key may have been published since; strangers' kids must not become a read each.
        return self._find(kid, RELOAD_SECONDS) or self._find(kid, UNKNOWN_KID_RELOAD_SECONDS)

    def published(self) -> tuple[PublicKey, ...]:
        """Every key a verifier should know, current or not (the JWKS).

        Raises:
            Unavailable: the store did not answer and nothing was read before.

        """
        self._refresh(RELOAD_SECONDS)
        now = self._now()
        return tuple(key for key, _ in self._held.values() if key.verifies(now))

    def _find(self, kid: str, max_age: int) -> LoadedKey | None:
        self._refresh(max_age)
        key, loaded = self._held.get(kid, (None, None))
        # Its time may have ended since it was read.
        return loaded if key is not None and key.verifies(self._now()) else None

    def _refresh(self, max_age: int) -> None:
        now = self._now()
        if self._read_at is not None and now - self._read_at < max_age:
            return
        try:
            self._held = self._read(now)
        except Unavailable:
            if self._read_at is None:
                raise
            # Keys already held stay true; asking again on every call would not help the store.
            self._read_at = now
            return
        self._read_at = now

    def _read(self, now: int) -> dict[str, tuple[PublicKey, LoadedKey]]:
        try:
            return {key.kid: (key, load_public(key)) for key in self._load() if key.verifies(now)}
        except WeakKeyError as error:
            # Without this key, its tokens would be called invalid, and nobody knows that.
            raise Unavailable(detail=f"damaged published signing key: {error}") from error


class SigningKeys:
    """The key that signs now, reloaded every 5 minutes so that rotation reaches warm functions."""

    def __init__(self, load: Callable[[], PrivateKey], now: Callable[[], int]) -> None:
        """`load` reads the secret; `now` gives seconds since the epoch."""
        self._load = load
        self._now = now
        self._key: LoadedKey | None = None
        self._read_at = 0
        self._tried_at = 0

    def current(self) -> LoadedKey:
        """The key to sign with.

        Raises:
            Unavailable: the secret could not be read, and has not been for two hours: what a key
                signs later than that might outlive its public half.

        """
        now = self._now()
        if self._key is None or now - self._tried_at >= RELOAD_SECONDS:
            try:
                self._key = self._read()
                self._read_at = now
            except Unavailable:
                if self._key is None or now - self._read_at >= HELD_LONGEST:
                    raise
            self._tried_at = now
        return self._key

    def _read(self) -> LoadedKey:
        try:
            return load_private(self._load())
        except WeakKeyError as error:
            raise Unavailable(detail=f"damaged signing secret: {error}") from error
