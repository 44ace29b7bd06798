"""Three rotations by the schedule and one by hand, with tokens alive all the time (item 53)."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.keys import ANNOUNCE, RELOAD_SECONDS
from token_service.domain.limits import DAY, HOUR, MINUTE
from token_service.domain.rotation import RotationPolicy, Step

from tests.domain.forge import sign
from tests.domain.key_world import KeyWorld

ROTATION = 2 * DAY
LIFETIMES = (10 * MINUTE, HOUR, 7 * HOUR, DAY)


@dataclass(frozen=True)
class Signed:
    """A token, reduced to what a verifier looks at."""

    message: bytes
    kid: str
    signature: bytes
    issued_at: int
    expires_at: int


@dataclass
class Walk:
    """A clock that goes in steps of five minutes, and all that happens by it."""

    world: KeyWorld
    by_hand_at: int
    tick_minute: int
    tokens: list[Signed] = field(default_factory=list)
    signed_first: dict[str, int] = field(default_factory=dict)
    published_first: dict[str, int] = field(default_factory=dict)
    promotions: int = 0
    verified: int = 0

    def go(self, until: int) -> None:
        """Walk to this moment."""
        begin = self.world.now()
        for step in count():
            now = self.world.now()
            if now >= until:
                return
            if (now - begin) % HOUR == self.tick_minute * MINUTE:
                self.promotions += (
                    Step.PROMOTED in self.world.rotation().advance(self.world.policy).steps
                )
            if now - begin == self.by_hand_at:
                self.world.rotate()
            for key in self.world.public.ring.keys:
                self.published_first.setdefault(key.kid, now)
            self.issue(step)
            self.verify()
            self.world.now.advance(5 * MINUTE)

    def issue(self, step: int) -> None:
        """Each warm issuer at times of its own; long and short lives in turn."""
        issuer = self.world.issuers[step % 2]
        if step % 6 > 1:
            return
        key, message, now = issuer.current(), f"token {step}".encode(), self.world.now()
        self.signed_first.setdefault(key.kid, now)
        expires_at = now + LIFETIMES[step // 6 % len(LIFETIMES)]
        self.tokens.append(Signed(message, key.kid, sign(message, key), now, expires_at))

    def verify(self) -> None:
        """Everybody knows the key of every token alive; signatures are looked at twice a life."""
        now = self.world.now()
        for token in self.tokens:
            last = token.expires_at - now <= 5 * MINUTE
            for find in self.world.everybody:
                key = find(token.kid)
                assert key, f"{token.kid}, issued at {token.issued_at}, is unknown at {now}"
                if last or token.issued_at == now:
                    assert key.verifies(token.message, token.signature)
                    self.verified += 1
        self.tokens = [token for token in self.tokens if token.expires_at > now + 5 * MINUTE]


@pytest.mark.parametrize("tick_minute", [0, 35])
def test_every_token_verifies_until_it_expires(tick_minute: int) -> None:
    """Two warm copies of issuer and verifier, two gateways that keep the JWKS: nobody notices.

    Every key was published for long enough before its first signature, and at the end the keys
    of the beginning are forgotten.
    """
    world = KeyWorld(policy=RotationPolicy(SigningAlgorithm.EDDSA, max_age=ROTATION))
    world.advance()
    world.now.advance(MINUTE)
    world.issuers[0].current()  # out of phase from now on
    world.verifiers[0]("no-such-kid")
    world.now.advance(3 * MINUTE)
    first = world.private.ring.current
    assert first is not None
    walk = Walk(world, by_hand_at=5 * DAY + 40 * MINUTE, tick_minute=tick_minute)
    walk.go(world.now() + 8 * DAY + 12 * HOUR)

    assert walk.promotions == 4
    assert len(walk.signed_first) == 5
    assert walk.verified > 4000
    for kid, signed in walk.signed_first.items():
        if kid != first.kid:
            assert signed - walk.published_first[kid] >= ANNOUNCE
    assert world.public.ring.find(first.kid) is None
    retired = sorted(key.retired_at or 0 for key in world.public.ring.keys)
    assert retired[0] == 0
    assert all(world.now() - at < DAY + 4 * HOUR for at in retired[1:])


def test_the_walk_notices_a_key_that_signs_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the announcement a gateway meets a kid that it does not know: the walk can fail."""
    monkeypatch.setattr("token_service.domain.keys.ANNOUNCE", RELOAD_SECONDS)
    with pytest.raises(AssertionError, match="is unknown at"):
        test_every_token_verifies_until_it_expires(0)


def test_the_walk_notices_a_key_that_is_dropped_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were former keys kept for less than a token's life, tokens would be refused."""
    monkeypatch.setattr("token_service.domain.keys.KEEP_RETIRED", DAY - HOUR)
    with pytest.raises(AssertionError, match="is unknown at"):
        test_every_token_verifies_until_it_expires(0)
