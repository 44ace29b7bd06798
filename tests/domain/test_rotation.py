"""Signing keys through their lives: made once, never lost, never verified too short."""

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keys import KeyState, PrivateKey, load_private, load_public
from token_service.domain.limits import DAY, HOUR
from token_service.domain.rotation import Keyring, KeyRotation

from tests.clock import FrozenClock, SeededBytes

RS256, PS256, ES256, EDDSA, ED25519 = SigningAlgorithm
KEPT = DAY + 2 * HOUR
"""As long as the longest JWT lives and the slowest cache holds a JWKS."""


class Places:
    """Where the keys are kept, both places in one; each may be down for writing."""

    def __init__(self) -> None:
        self.ring = Keyring((), since=None)
        self.private: PrivateKey | None = None
        self.private_is_down = False
        self.saves: list[str] = []

    def keyring(self) -> Keyring:
        """What is published."""
        return self.ring

    def find(self) -> PrivateKey | None:
        """What signs."""
        return self.private

    def save(self, keys: Keyring | PrivateKey) -> None:
        """Keep either."""
        if isinstance(keys, Keyring):
            self.ring = keys
        elif self.private_is_down:
            raise Unavailable
        else:
            self.private = keys
        self.saves.append(type(keys).__name__)

    def published(self) -> set[str]:
        """The ids of the published keys."""
        return {key.kid for key in self.ring.keys}

    def check(self) -> None:
        """What signs now can be verified by what is published."""
        assert self.private is not None
        (public,) = (key for key in self.ring.keys if key.kid == self.private.kid)
        signature = load_private(self.private).sign(b"token")
        assert load_public(public).verifies(b"token", signature)


@pytest.fixture
def places() -> Places:
    """No key yet."""
    return Places()


@pytest.fixture
def rotation(places: Places, now: FrozenClock) -> KeyRotation:
    """Over these places."""
    return KeyRotation(places, places, now, SeededBytes(21))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_makes_a_key_when_there_is_none(
    places: Places, rotation: KeyRotation, now: FrozenClock, algorithm: SigningAlgorithm
) -> None:
    """One current key of that algorithm, published before it signs."""
    keyring = rotation.ensure(algorithm)
    assert keyring == places.ring
    assert keyring.since == now()
    (key,) = keyring.keys
    assert (key.algorithm, key.state, key.created_at) == (algorithm, KeyState.CURRENT, now())
    assert places.saves == ["Keyring", "PrivateKey"]
    places.check()


def test_running_again_changes_nothing(
    places: Places, rotation: KeyRotation, now: FrozenClock
) -> None:
    """A redeployment keeps the key."""
    first = rotation.ensure(ES256)
    now.advance(100 * DAY)
    assert rotation.ensure(ES256) == first
    assert places.saves == ["Keyring", "PrivateKey"]


def test_interrupted_after_publishing_it_is_run_again(
    places: Places, rotation: KeyRotation
) -> None:
    """A key that never signed stays published unused; the next run gives one that works."""
    places.private_is_down = True
    with pytest.raises(Unavailable):
        rotation.ensure(ES256)
    assert places.private is None
    places.private_is_down = False
    rotation.ensure(ES256)
    places.check()
    assert [key.state for key in places.ring.keys] == [KeyState.CURRENT, KeyState.PREVIOUS]
    assert all(load_public(key) for key in places.ring.keys)


def test_the_beginning_is_remembered(
    places: Places, rotation: KeyRotation, now: FrozenClock
) -> None:
    """`since` is when the first key was made, whatever came after: the sweep begins there."""
    first = rotation.ensure(ES256).since
    now.advance(50 * DAY)
    assert rotation.ensure(EDDSA).since == first == places.ring.since


def test_a_former_key_verifies_until_its_last_token_has_expired(
    places: Places, rotation: KeyRotation, now: FrozenClock
) -> None:
    """After a change of algorithm the old key stays published long enough, then goes (item 53)."""
    rotation.ensure(RS256)
    (old,) = places.published()
    now.advance(90 * DAY)
    rotation.ensure(ES256)
    places.check()
    former = places.ring.keys[1]
    assert (former.kid, former.state, former.retired_at) == (old, KeyState.PREVIOUS, now())
    now.advance(KEPT - 1)
    rotation.ensure(EDDSA)
    assert old in places.published()
    now.advance(1)
    rotation.ensure(ES256)
    assert old not in places.published()
    assert len(places.ring.keys) == 3
    places.check()


def test_a_key_that_signed_on_after_an_interruption_is_not_dropped(
    places: Places, rotation: KeyRotation, now: FrozenClock
) -> None:
    """A change of algorithm that failed half-way and was rolled back retires nothing (item 53).

    The old key signs for weeks more; when a later change succeeds, its tokens must still verify.
    """
    rotation.ensure(RS256)
    (old,) = places.published()
    places.private_is_down = True
    with pytest.raises(Unavailable):
        rotation.ensure(ES256)
    places.private_is_down = False
    rotation.ensure(RS256)
    places.check()
    assert places.private is not None
    assert places.private.kid == old
    now.advance(60 * DAY)
    rotation.ensure(ES256)
    places.check()
    assert old in places.published()
    assert {key.kid: key.retired_at for key in places.ring.keys}[old] == now()


def test_a_lost_private_key_is_replaced(places: Places, rotation: KeyRotation) -> None:
    """A secret that was emptied gets a new key, and what the old one signed still verifies."""
    rotation.ensure(ES256)
    old = places.published()
    places.private = None
    rotation.ensure(ES256)
    places.check()
    assert old < places.published()


def test_a_private_key_that_nobody_published_does_not_sign_on(
    places: Places, rotation: KeyRotation
) -> None:
    """With the public half lost a new pair is made: never a token that nobody can verify."""
    rotation.ensure(ES256)
    places.ring = Keyring((), since=None)
    rotation.ensure(ES256)
    places.check()


def test_kids_are_unique(places: Places, rotation: KeyRotation) -> None:
    """Each new key has an id of its own, whatever made it (item 54)."""
    for algorithm in (ES256, EDDSA, ES256, EDDSA):
        rotation.ensure(algorithm)
    assert len(places.published()) == len(places.ring.keys) == 4
