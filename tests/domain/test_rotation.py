"""Signing keys through their lives: announced before they sign, kept until nothing needs them."""

from dataclasses import replace

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.keyring import Keyring, PrivateKeyring
from token_service.domain.keys import ANNOUNCE, KEEP_RETIRED, KeyState, load_private, load_public
from token_service.domain.limits import DAY, HOUR, MINUTE
from token_service.domain.rotation import RotationPolicy, Step

from tests.domain.forge import sign
from tests.domain.key_world import POLICY, KeyWorld

RS256, PS256, ES256, EDDSA, ED25519 = SigningAlgorithm


@pytest.fixture
def world() -> KeyWorld:
    """A deployment with its first key."""
    world = KeyWorld()
    world.advance()
    return world


def signs(world: KeyWorld) -> str:
    """The kid of what signs."""
    assert world.private.ring.current is not None
    return world.private.ring.current.kid


def test_the_spans_are_longer_than_what_they_wait_for() -> None:
    """Two hours before it signs, and a day and the same after it did (item 53)."""
    assert ANNOUNCE >= 2 * HOUR + 5 * MINUTE + 5 * MINUTE
    assert KEEP_RETIRED >= DAY + 2 * HOUR + 5 * MINUTE


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_makes_a_key_when_there_is_none(algorithm: SigningAlgorithm) -> None:
    """One current key of that algorithm; it signs at once, since nobody has cached anything."""
    world = KeyWorld(policy=RotationPolicy(algorithm))
    done = world.rotation().advance(world.policy)
    assert done.steps == (Step.MADE, Step.PUBLISHED, Step.PROMOTED, Step.RECORDED)
    assert done.keyring == world.public.ring
    assert done.keyring.since == world.now()
    (key,) = done.keyring.keys
    assert (key.kid, key.algorithm, key.state) == (signs(world), algorithm, KeyState.CURRENT)
    assert key.published_at == key.signs_since == world.now()
    assert world.private.ring.current is not None
    assert load_public(key).verifies(b"t", sign(b"t", load_private(world.private.ring.current)))


def test_running_again_changes_nothing(world: KeyWorld) -> None:
    """A redeployment, or an hourly run with nothing to do, writes nothing."""
    before = world.public.ring, world.private.ring
    world.now.advance(1000 * DAY)
    assert world.rotation().advance(POLICY).steps == ()
    assert (world.public.ring, world.private.ring) == before


def test_the_next_key_is_published_long_before_it_signs(world: KeyWorld) -> None:
    """It is in the JWKS for over two hours, then it signs; the former verifies on (item 53)."""
    first = signs(world)
    done = world.rotation().rotate(POLICY)
    assert done.steps == (Step.MADE, Step.PUBLISHED)
    coming = done.in_state(KeyState.NEXT)
    assert coming is not None
    assert coming.may_sign_at() == world.now() + ANNOUNCE
    for seconds in (1, ANNOUNCE - 2):
        world.now.advance(seconds)
        assert world.rotation().advance(POLICY).steps == ()
        assert signs(world) == first
    world.now.advance(1)
    assert world.rotation().advance(POLICY).steps == (Step.PROMOTED, Step.RECORDED)
    assert signs(world) == coming.kid
    assert world.states() == ["current", "previous"]
    current, former = world.public.ring.keys
    assert (current.signs_since, former.retired_at) == (world.now(), world.now())
    assert (former.kid, world.private.ring.next) == (first, None)


def test_a_former_key_goes_when_its_last_token_has(world: KeyWorld) -> None:
    """It verifies as long as a token can live that a slow function signed with it (item 53)."""
    first = signs(world)
    world.rotate()
    world.now.advance(ANNOUNCE)
    world.advance()
    world.now.advance(KEEP_RETIRED - 1)
    world.advance()
    assert world.public.ring.find(first)
    world.now.advance(1)
    assert world.rotation().advance(POLICY).steps == (Step.FORGOTTEN,)
    assert world.public.ring.find(first) is None
    assert world.states() == ["current"]


def test_an_hourly_run_rotates_a_key_that_has_grown_old() -> None:
    """The next one is announced early enough to take over at the age chosen."""
    world = KeyWorld(policy=replace(POLICY, max_age=90 * DAY))
    world.advance()
    world.now.advance(90 * DAY - ANNOUNCE - 1)
    assert world.rotation().advance(world.policy).steps == ()
    world.now.advance(1)
    assert world.rotation().advance(world.policy).steps == (Step.MADE, Step.PUBLISHED)
    world.now.advance(ANNOUNCE)
    world.advance()
    assert world.states() == ["current", "previous"]
    world.now.advance(89 * DAY)
    world.advance()
    assert world.states() == ["current"]


def test_asking_twice_makes_one_key(world: KeyWorld) -> None:
    """A repeated wish, or one beside the schedule's, finds the next key that is there."""
    world.rotate()
    before = world.private.ring
    assert world.rotation().rotate(POLICY).steps == ()
    assert world.private.ring == before


def test_asking_lets_a_key_sign_that_has_waited_long_enough(world: KeyWorld) -> None:
    """The operator need not wait for the hourly run, and gets no third key."""
    world.rotate()
    coming = world.private.ring.next
    world.now.advance(ANNOUNCE)
    assert world.rotation().rotate(POLICY).steps == (Step.PROMOTED, Step.RECORDED)
    assert world.private.ring.current == coming
    assert world.private.ring.next is None


def test_a_new_algorithm_waits_its_turn(world: KeyWorld) -> None:
    """A key of the new kind is announced as any other, and the old kind signs until then."""
    policy = RotationPolicy(ES256)
    assert world.rotation().advance(policy).steps == (Step.MADE, Step.PUBLISHED)
    assert [key.algorithm for key in world.public.ring.keys] == [EDDSA, ES256]
    world.now.advance(ANNOUNCE)
    world.rotation().advance(policy)
    assert world.private.ring.current is not None
    assert world.private.ring.current.algorithm is ES256


def test_a_change_of_mind_discards_the_next_key(world: KeyWorld) -> None:
    """A next key of the wrong kind never signs; nothing else comes of it."""
    world.rotation().advance(RotationPolicy(ES256))
    done = world.rotation().advance(POLICY)
    assert done.steps == (Step.DISCARDED, Step.FORGOTTEN)
    assert (world.states(), world.private.ring.next) == (["current"], None)


def test_the_beginning_is_remembered(world: KeyWorld) -> None:
    """`since` is when the first key was made, whatever came after: the sweep begins there."""
    first = world.public.ring.since
    world.now.advance(50 * DAY)
    world.rotate()
    world.now.advance(ANNOUNCE)
    world.advance()
    assert world.public.ring.since == first


def test_what_is_beside_the_keys_stays(world: KeyWorld) -> None:
    """A run changes the keys of the keyring and leaves its beginning, even a made-up one."""
    world.public.ring = replace(world.public.ring, since=5)
    world.rotate()
    assert world.public.ring.since == 5


def test_a_lost_private_key_is_replaced_at_once(world: KeyWorld) -> None:
    """A secret that was emptied gets a new key, and what the old one signed still verifies."""
    old = signs(world)
    world.private.ring = PrivateKeyring(version=world.private.ring.version)
    world.advance()
    assert signs(world) != old
    assert [key.kid for key in world.public.ring.keys] == [signs(world), old]
    assert world.states() == ["current", "previous"]


def test_a_lost_public_key_is_published_again(world: KeyWorld) -> None:
    """The private key holds the public one: its tokens verify again, and it signs on."""
    (before,) = world.public.ring.keys
    world.public.ring = Keyring((), since=None)
    assert world.rotation().advance(POLICY).steps == (Step.RECORDED,)
    (after,) = world.public.ring.keys
    assert (after.kid, after.jwk, after.state) == (before.kid, before.jwk, KeyState.CURRENT)


def test_a_keyring_from_a_backup_is_brought_up_to_date(world: KeyWorld) -> None:
    """What signs is what the secret says; older keys in the backup are former ones again."""
    backup = world.public.ring.keys
    for _ in range(2):
        world.rotate()
        world.now.advance(ANNOUNCE)
        world.advance()
    world.public.ring = replace(world.public.ring, keys=backup)
    world.advance()
    assert world.states() == ["current", "previous"]
    assert world.public.ring.keys[0].kid == signs(world)


class TestCompromised:
    """An emergency: a key may be in the wrong hands."""

    def test_nothing_of_before_is_trusted(self, world: KeyWorld) -> None:
        """A fresh key signs at once; current, next and previous are all withdrawn (item 53)."""
        world.rotate()
        world.now.advance(ANNOUNCE)
        world.advance()
        world.rotate()
        old = {key.kid for key in world.public.ring.keys}
        assert len(old) == 3
        done = world.rotation().replace_compromised(POLICY)
        assert done.steps[-2:] == (Step.PROMOTED, Step.RECORDED)
        assert signs(world) not in old
        assert world.states()[0] == "current"
        trusted = {key.kid for key in world.public.ring.keys if key.verifies(world.now())}
        assert trusted == {signs(world)}
        assert world.private.ring.next is None

    def test_its_tokens_die_within_five_minutes(self, world: KeyWorld) -> None:
        """Warm verifiers take no token of a withdrawn key once they have read again (item 53)."""
        world.issue()
        (token, _) = world.tokens
        world.replace_compromised()
        world.now.advance(5 * MINUTE)
        assert [find(token.kid) for find in world.verifiers] == [None, None]
        fresh = {issuer.current().kid for issuer in world.issuers}
        assert fresh == {signs(world)}
        assert all(find(signs(world)) for find in world.verifiers)

    def test_it_is_over_for_good(self, world: KeyWorld) -> None:
        """No later run publishes a withdrawn key again, and its record goes in the end."""
        world.replace_compromised()
        for _ in range(3):
            world.now.advance(HOUR)
            assert world.rotation().advance(POLICY).steps == ()
        world.now.advance(KEEP_RETIRED)
        world.advance()
        assert world.states() == ["current"]

    def test_a_second_emergency_is_one(self, world: KeyWorld) -> None:
        """Asked again, it replaces the fresh key too: it cannot know that that one is safe."""
        world.replace_compromised()
        fresh = signs(world)
        world.replace_compromised()
        assert signs(world) != fresh
        assert world.states() == ["current", "withdrawn", "withdrawn"]


def test_kids_are_unique(world: KeyWorld) -> None:
    """Each new key has an id of its own, whatever made it (item 54)."""
    for _ in range(4):
        world.rotate()
        world.now.advance(ANNOUNCE)
        world.advance()
    assert len({key.kid for key in world.public.ring.keys}) == len(world.public.ring.keys) == 5
