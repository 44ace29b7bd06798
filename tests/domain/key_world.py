"""A deployment seen from its keys: who signs, who verifies, and what each of them remembers."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm, load_jwk
from token_service.domain.errors import Unavailable
from token_service.domain.keys import (
    JWKS_MAX_AGE,
    KeyState,
    SigningKeys,
    VerificationKeys,
)
from token_service.domain.limits import DAY, HOUR, MINUTE
from token_service.domain.rotation import KeyRotation, RotationPolicy

from tests.clock import FrozenClock, SeededBytes
from tests.domain.key_places import Caller, MemoryPrivateKeys, MemoryPublicKeys, Place

POLICY = RotationPolicy(SigningAlgorithm.EDDSA)
LONGEST = DAY
"""The longest life of a JWT."""


class Gateway:
    """A JWT authorizer of others: it keeps the JWKS for hours, as caches on the way do for minutes.

    Some ask again for a kid that they do not know; HTTP APIs are not said to.
    """

    def __init__(
        self, discovery: VerificationKeys, now: FrozenClock, keeps: int, *, asks_again: bool
    ) -> None:
        """`keeps` in seconds."""
        self._discovery = discovery
        self._now = now
        self._keeps = keeps
        self._asks_again = asks_again
        self._on_the_way: tuple[int, dict[str, LoadedKey]] = (0, {})
        self._jwks: tuple[int, dict[str, LoadedKey]] = (0, {})

    def find(self, kid: str) -> LoadedKey | None:
        """The key, as far as this gateway knows."""
        if self._now() - self._jwks[0] >= self._keeps or (
            self._asks_again and kid not in self._jwks[1]
        ):
            self._jwks = (self._now(), self._fetch())
        return self._jwks[1].get(kid)

    def _fetch(self) -> dict[str, LoadedKey]:
        if self._now() - self._on_the_way[0] >= JWKS_MAX_AGE:
            shown = [key.published() for key in self._discovery.published()]
            loaded = [load_jwk(k["kid"], SigningAlgorithm(k["alg"]), k) for k in shown]
            self._on_the_way = (self._now(), {key.kid: key for key in loaded})
        return self._on_the_way[1]


@dataclass(frozen=True)
class Token:
    """What matters of a token here."""

    kid: str
    expires_at: int


type Find = Callable[[str], LoadedKey | None]


@dataclass
class KeyWorld:
    """One deployment: two warm copies of each function, out of phase, and two gateways."""

    now: FrozenClock = field(default_factory=FrozenClock)
    random: SeededBytes = field(default_factory=lambda: SeededBytes(21))
    policy: RotationPolicy = POLICY
    public: MemoryPublicKeys = field(default_factory=MemoryPublicKeys)
    private: MemoryPrivateKeys = field(default_factory=MemoryPrivateKeys)
    tokens: list[Token] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing is warm yet."""
        self.issuers = [SigningKeys(self.private.load, self.now) for _ in range(2)]
        ours = [VerificationKeys(lambda: self.public.ring.keys, self.now) for _ in range(3)]
        self.verifiers: list[Find] = [keys.find for keys in ours[:2]]
        self.gateways: list[Find] = [
            Gateway(ours[2], self.now, 2 * HOUR, asks_again=False).find,
            Gateway(ours[2], self.now, HOUR, asks_again=True).find,
        ]

    @property
    def everybody(self) -> list[Find]:
        """All who verify."""
        return [*self.verifiers, *self.gateways]

    def rotation(self, caller: Caller | None = None) -> KeyRotation:
        """A run over these places, or over a disturbed view of them."""
        if caller is None:
            return KeyRotation(self.public, self.private, self.now, self.random)
        public, private = Place(self.public, caller), Place(self.private, caller)
        return KeyRotation(public, private, self.now, self.random)

    def advance(self) -> None:
        """The hourly run."""
        self.rotation().advance(self.policy)

    def rotate(self) -> None:
        """The operator's wish."""
        self.rotation().rotate(self.policy)

    def replace_compromised(self) -> None:
        """The operator's emergency."""
        self.rotation().replace_compromised(self.policy)

    def issue(self) -> None:
        """One token of every issuer that can, as long-lived as any."""
        for issuer in self.issuers:
            with suppress(Unavailable):
                self.tokens.append(Token(issuer.current().kid, self.now() + LONGEST))

    def check(self) -> None:
        """Every token that is alive verifies everywhere, and the ones that expire go."""
        alive = [token for token in self.tokens if token.expires_at > self.now()]
        self.tokens = alive
        for kid in {token.kid for token in alive}:
            for find in self.everybody:
                assert find(kid), f"{kid} is unknown at {self.now()}"
        kids = [key.kid for key in self.public.ring.keys]
        assert len(set(kids)) == len(kids)
        assert sum(key.state is KeyState.CURRENT for key in self.public.ring.keys) <= 1

    def pass_time(self, *spans: int) -> None:
        """Let these spans (seconds) pass one after another, issuing and checking after each."""
        for span in spans:
            self.now.advance(span)
            self.issue()
            self.check()

    def settle(self) -> None:
        """Days of hourly runs and of tokens; in the end one key signs, and nothing else is left."""
        self.policy = replace(self.policy, max_age=None)
        for _ in range(60):
            self.now.advance(7 * MINUTE)
            self.check()
            self.now.advance(HOUR - 7 * MINUTE)
            self.advance()
            self.issue()
            self.check()
        (key,) = self.public.ring.keys
        current = self.private.ring.current
        assert current is not None
        assert (key.state, key.kid) == (KeyState.CURRENT, current.kid)
        assert self.private.ring.next is None

    def states(self) -> list[str]:
        """The states of the published keys, in order."""
        return [str(key.state) for key in self.public.ring.keys]
