"""Two sweepers at once, in every order that matters (item 82)."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from threading import Thread

import pytest
from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.ports import ExpiredTokens, Page
from token_service.domain.sweep import SETTLING, Each, SweepResult, SweepSettings

from tests.domain.conftest import NewWorld, memory_world
from tests.domain.sweep_world import FIRST, Disturbed, World, every_call
from tests.domain.turns import Turns


def filled(world: World) -> World:
    """Two settled hours with tokens, and live ones behind them."""
    for hour in (0, 1, 2):
        for n in range(2):
            world.put((FIRST + hour) * HOUR + n * 30 * MINUTE, layout=n % 2)
    world.now.at = (FIRST + 2) * HOUR + SETTLING
    return world


def test_a_whole_sweep_between_any_two_calls_of_another(new_world: NewWorld) -> None:
    """One sweeper sleeps at any call while another does everything; both end well."""
    for world, at in every_call(lambda: filled(new_world())):

        def other(world: World = world) -> None:
            world.sweep()
            world.check_done()

        world.sweep(Disturbed(world.expired, other, at))
        world.check_done()


def test_one_that_wakes_up_hours_later_goes_back_on_nothing() -> None:
    """A sweeper that slept while later hours were swept leaves their checkpoint where it is."""
    for world, at in every_call(lambda: filled(memory_world())):

        def later(world: World = world) -> None:
            world.now.advance(5 * HOUR)
            world.sweep()

        world.sweep(Disturbed(world.expired, later, at))
        world.check_done()


@pytest.mark.parametrize("seed", range(40))
def test_calls_of_three_sweepers_in_any_order(seed: int) -> None:
    """Call by call in a seeded order, every promise holds after each."""
    world = filled(memory_world())
    choose = Random(seed).choice  # noqa: S311 - the order must be the same in every run
    turns = Turns(choose, workers=3, after_each=world.check_promises)
    threads = [Thread(target=sweep_in_turns, args=(world, turns, n)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert turns.failures == []
    assert not any(thread.is_alive() for thread in threads)
    world.check_done()


def test_two_in_opposite_orders_share_the_work() -> None:
    """Each passes over what the other has emptied; in the same order both would delete it all."""
    seen = {
        same: sum(result.tokens for result in two_at_once(map if same else backwards))
        for same in (True, False)
    }
    assert seen[True] == 2 * BUSY
    assert BUSY <= seen[False] < 1.3 * BUSY


BUSY, BUSY_LAYOUT = 60, 4


def two_at_once(other_order: Each) -> list[SweepResult]:
    """What two sweepers did who took turns, call by call, over an hour of sixteen buckets."""
    world = memory_world()
    for n in range(BUSY):
        world.put(FIRST * HOUR + n, layout=BUSY_LAYOUT)
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    settings = SweepSettings((BUSY_LAYOUT,), since=FIRST * HOUR)
    last = -1

    def other_than_last(waiting: Sequence[int]) -> int:
        nonlocal last
        last = next((worker for worker in waiting if worker != last), waiting[0])
        return last

    turns = Turns(
        other_than_last, workers=2, after_each=lambda: world.check_promises((BUSY_LAYOUT,))
    )
    results: list[SweepResult] = []

    def work(worker: int, each: Each) -> None:
        try:
            store = TurnTaking(world.expired, turns, worker)
            results.append(world.sweep(store, settings, each=each))
        finally:
            turns.leave(worker)

    threads = [Thread(target=work, args=each) for each in enumerate((map, other_order))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert turns.failures == []
    world.check_done()
    return results


def backwards(act: Callable[[str], bool], buckets: Iterable[str]) -> Iterable[bool]:
    """The last bucket first."""
    return map(act, reversed(list(buckets)))


def sweep_in_turns(world: World, turns: Turns, worker: int) -> None:
    """Sweep, each call when it is this worker's turn."""
    try:
        world.sweep(TurnTaking(world.expired, turns, worker))
    finally:
        turns.leave(worker)


class TurnTaking:
    """A store whose every call waits for its worker's turn."""

    def __init__(self, store: ExpiredTokens, turns: Turns, worker: int) -> None:
        self._store = store
        self._turns = turns
        self._worker = worker

    def page(self, bucket: str, after: str | None) -> Page:
        """As the store, in turn."""
        return self._turns.take(self._worker, lambda: self._store.page(bucket, after))

    def delete(self, bucket: str, handles: Iterable[str]) -> float:
        """As the store, in turn."""
        return self._turns.take(self._worker, lambda: self._store.delete(bucket, handles))

    def checkpoint(self) -> int | None:
        """As the store, in turn."""
        return self._turns.take(self._worker, self._store.checkpoint)

    def advance(self, hour: int) -> None:
        """As the store, in turn."""
        self._turns.take(self._worker, lambda: self._store.advance(hour))
