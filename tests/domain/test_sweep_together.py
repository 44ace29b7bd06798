"""Two sweepers at once, in every order that matters (item 82)."""

from collections.abc import Iterable
from random import Random
from threading import Thread

import pytest
from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.ports import ExpiredTokens, Page
from token_service.domain.sweep import SETTLING

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
