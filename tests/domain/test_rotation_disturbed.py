"""A rotation that is killed, finds a place out of order, or is not alone (item 53).

Throughout, two warm copies of each function issue and verify, and gateways keep what they fetched.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from threading import Thread

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keys import ANNOUNCE, KEEP_RETIRED
from token_service.domain.limits import DAY, MINUTE
from token_service.domain.rotation import KeyRotation

from tests.domain.key_places import Calls, InTurn, StoppedError, outage, stop
from tests.domain.key_world import POLICY, KeyWorld
from tests.domain.turns import Choose, Turns

type Act = Callable[[KeyRotation, KeyWorld], object]
type Scene = tuple[Callable[[], KeyWorld], Act]


def at_first() -> KeyWorld:
    """No key at all."""
    return KeyWorld()


def in_use() -> KeyWorld:
    """One key, with tokens out and every function warm."""
    world = KeyWorld()
    world.advance()
    world.pass_time(0, 3 * MINUTE, MINUTE)
    return world


def announced() -> KeyWorld:
    """A next key that has waited long enough, and a former one whose time is over."""
    world = in_use()
    world.rotate()
    world.pass_time(ANNOUNCE)
    world.advance()
    world.pass_time(KEEP_RETIRED - ANNOUNCE)
    world.rotate()
    world.pass_time(ANNOUNCE)
    return world


def wrong_kind() -> KeyWorld:
    """A next key of an algorithm that is no longer wanted, and a current key that is old."""
    world = in_use()
    world.rotation().advance(replace(POLICY, algorithm=SigningAlgorithm.ES256))
    world.policy = replace(POLICY, max_age=DAY)
    world.pass_time(DAY - ANNOUNCE)
    return world


def advance(rotation: KeyRotation, world: KeyWorld) -> None:
    """The hourly run."""
    rotation.advance(world.policy)


def rotate(rotation: KeyRotation, world: KeyWorld) -> None:
    """A run by hand."""
    rotation.rotate(world.policy)


SCENES: dict[str, Scene] = {
    "the first key": (at_first, advance),
    "a next key": (in_use, rotate),
    "the next key's turn": (announced, advance),
    "a change of mind": (wrong_kind, advance),
}
scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)


def every_call(scene: Scene) -> Iterator[tuple[KeyWorld, int]]:
    """A fresh world for every call of an undisturbed run."""
    make, act = scene
    world, counted = make(), Calls()
    act(world.rotation(counted), world)
    for at in range(counted.count):
        yield make(), at


@scenes
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("trouble", [stop, outage])
def test_ended_at_any_call_it_harms_no_token(
    scene: Scene, trouble: Callable[[], None], *, before: bool
) -> None:
    """Killed or unanswered at every call, written or not, tokens verify and later runs finish."""
    stopped = 0
    for world, at in every_call(scene):
        with pytest.raises((StoppedError, Unavailable)):
            scene[1](world.rotation(Calls(at, trouble, before=before)), world)
        world.pass_time(0, MINUTE, 4 * MINUTE)
        world.settle()
        stopped += 1
    assert stopped >= 5


@scenes
def test_killed_at_every_call_in_turn_it_still_arrives(scene: Scene) -> None:
    """Runs that die one call later each time come to the end by what the former ones did."""
    make, act = scene
    world = make()
    for at in range(100):
        try:
            act(world.rotation(Calls(at, stop)), world)
        except StoppedError:
            world.pass_time(MINUTE)
        else:
            break
    world.settle()


@scenes
def test_a_whole_run_between_any_two_calls_of_another(scene: Scene) -> None:
    """One run sleeps at any call while another does everything; both end well."""
    for world, at in every_call(scene):

        def other(world: KeyWorld = world) -> None:
            scene[1](world.rotation(), world)

        scene[1](world.rotation(Calls(at, other)), world)
        world.pass_time(0, MINUTE, 4 * MINUTE)
        world.settle()


@scenes
def test_one_that_wakes_up_days_later_undoes_nothing(scene: Scene) -> None:
    """A run that slept through rotations writes over none of them."""
    for world, at in every_call(scene):

        def later(world: KeyWorld = world) -> None:
            for _ in range(2):
                world.rotate()
                world.pass_time(ANNOUNCE)
                world.advance()

        scene[1](world.rotation(Calls(at, later)), world)
        world.pass_time(0, MINUTE, 4 * MINUTE)
        world.settle()


def together(world: KeyWorld, choose: Choose, *acts: Act) -> None:
    """These runs at once, call by call as chosen; tokens are issued and verified between calls."""

    def run(worker: int, act: Act) -> None:
        try:
            with suppress(Unavailable):  # after a fair number of tries; the next run goes on
                act(world.rotation(InTurn(turns, worker)), world)
        finally:
            turns.leave(worker)

    seen = set[str]()

    def between() -> None:
        world.issue()
        world.check()
        # What the secret holds and verifiers were shown is not taken from them again.
        published, private = {key.kid for key in world.public.ring.keys}, world.private.ring
        held = {key.kid for key in (private.current, private.next) if key}
        assert seen & held <= published
        seen.update(published)

    turns = Turns(choose, workers=len(acts), after_each=between)
    threads = [Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert turns.failures == []
    assert not any(thread.is_alive() for thread in threads)


def switching(first: int, second: int) -> Choose:
    """So many calls of one worker, so many of the other, then the rest of each."""
    calls = [0, 0]

    def choose(waiting: Sequence[int]) -> int:
        wanted = 0 if calls[0] < first else 1 if calls[1] < second else 0
        chosen = wanted if wanted in waiting else waiting[0]
        calls[chosen] += 1
        return chosen

    return choose


@scenes
@pytest.mark.parametrize("one", [advance, rotate])
def test_two_runs_that_take_turns_at_any_two_points(scene: Scene, one: Act) -> None:
    """One stops at every call, the other at every one of its own, then both go on."""
    make, other = scene
    calls = []
    for act in (one, other):
        world, counted = make(), Calls()
        act(world.rotation(counted), world)
        calls.append(counted.count)
    for first in range(1, calls[0] + 1):
        for second in range(1, calls[1] + 1):
            world = make()
            together(world, switching(first, second), one, other)
            world.pass_time(0, MINUTE, 4 * MINUTE)
            assert len(world.public.ring.keys) <= 3


@scenes
@pytest.mark.parametrize("seed", range(8))
def test_calls_of_three_runs_in_any_order(scene: Scene, seed: int) -> None:
    """The schedule's, its repetition and an operator's, call by call in a seeded order."""
    make, act = scene
    world = make()
    together(world, Random(seed).choice, act, advance, rotate)  # noqa: S311 - the same every time
    world.pass_time(0, MINUTE, 4 * MINUTE)
    world.settle()


def replace_compromised(rotation: KeyRotation, world: KeyWorld) -> None:
    """An emergency."""
    rotation.replace_compromised(world.policy)


EMERGENCIES = [in_use, announced, wrong_kind]


def check_replaced(world: KeyWorld, old: set[str]) -> None:
    """None of these keys signs or verifies; one that does both is there."""
    assert world.private.ring.current is not None
    assert world.private.ring.current.kid not in old
    assert world.private.ring.next is None or world.private.ring.next.kid not in old
    trusted = {key.kid for key in world.public.ring.keys if key.verifies(world.now())}
    assert not trusted & old
    assert world.private.ring.current.kid in trusted


@pytest.mark.parametrize("make", EMERGENCIES)
def test_an_emergency_that_was_interrupted_is_run_again(make: Callable[[], KeyWorld]) -> None:
    """Killed at any call, a second try withdraws all there was, and a fresh key signs."""
    for world, at in every_call((make, replace_compromised)):
        old = {key.kid for key in world.public.ring.keys}
        with pytest.raises(StoppedError):
            replace_compromised(world.rotation(Calls(at, stop)), world)
        advance(world.rotation(), world)
        replace_compromised(world.rotation(), world)
        check_replaced(world, old)


def test_an_emergency_spares_no_key_that_was_only_made() -> None:
    """A next key that an interrupted run left in the secret, not yet published, may be out too."""
    world = in_use()
    with pytest.raises(StoppedError):
        rotate(world.rotation(Calls(3, stop)), world)
    made = world.private.ring.next
    assert made is not None
    assert world.public.ring.find(made.kid) is None
    replace_compromised(world.rotation(), world)
    assert world.private.ring.current is not None
    assert world.private.ring.current.kid != made.kid
    assert world.private.ring.next is None


@pytest.mark.parametrize("make", EMERGENCIES)
def test_an_emergency_that_has_begun_to_withdraw_ends_by_itself(
    make: Callable[[], KeyWorld],
) -> None:
    """Once the key that signs is withdrawn, the next hourly run puts another in its place."""
    begun = 0
    for world, at in every_call((make, replace_compromised)):
        old = {key.kid for key in world.public.ring.keys}
        with pytest.raises(StoppedError):
            replace_compromised(world.rotation(Calls(at, stop)), world)
        if any(key.withdrawn for key in world.public.ring.keys):
            advance(world.rotation(), world)
            check_replaced(world, old)
            begun += 1
    assert begun > 1


@pytest.mark.parametrize("make", EMERGENCIES)
@pytest.mark.parametrize("seed", range(8))
def test_an_emergency_beside_other_runs_withdraws_all(
    make: Callable[[], KeyWorld], seed: int
) -> None:
    """Whatever the schedule does meanwhile, no former key comes back."""
    world = make()
    world.tokens.clear()
    old = {key.kid for key in world.public.ring.keys}

    def run(worker: int, act: Act) -> None:
        try:
            act(world.rotation(InTurn(turns, worker)), world)
        finally:
            turns.leave(worker)

    choose = Random(seed).choice  # noqa: S311 - the same every time
    turns = Turns(choose, workers=3, after_each=lambda: None)
    acts = (replace_compromised, advance, rotate)
    threads = [Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    check_replaced(world, old)
