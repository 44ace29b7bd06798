"""A sweep that is killed, runs out of time, or finds the store out of order (item 82)."""

from dataclasses import replace
from functools import partial

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.sweep import RESERVE, SETTLING

from tests.domain.conftest import NewWorld, memory_world
from tests.domain.sweep_world import (
    FIRST,
    SETTINGS,
    Disturbed,
    StoppedError,
    World,
    every_call,
    stop,
)


def filled(world: World) -> World:
    """Three settled hours with tokens of both layouts, and live ones behind them."""
    for hour in (0, 2, 3):
        for n in range(2):
            world.put((FIRST + hour) * HOUR + n * 59 * MINUTE, layout=n % 2)
    world.put((FIRST + 4) * HOUR, layout=0)
    world.now.at = (FIRST + 3) * HOUR + SETTLING + MINUTE
    return world


def test_killed_at_any_call_it_loses_nothing(new_world: NewWorld) -> None:
    """Stopped after every single store call, the promises hold and a rerun completes."""
    stopped = 0
    for world, at in every_call(lambda: filled(new_world())):
        with pytest.raises(StoppedError):
            world.sweep(Disturbed(world.expired, stop, at))
        world.check_promises()
        world.sweep()
        world.check_done()
        stopped += 1
    assert stopped > 20


def test_killed_at_every_call_in_turn_it_still_arrives() -> None:
    """A run that dies one call later each time comes to the end by what the former ones did."""
    world = filled(memory_world())
    for at in range(100):
        try:
            world.sweep(Disturbed(world.expired, stop, at))
        except StoppedError:
            world.check_promises()
        else:
            break
    world.check_done()


def test_an_outage_at_any_call_comes_out_as_it_is() -> None:
    """The sweep is no judge of outages: Lambda tries again, and what was done stays done."""

    def outage() -> None:
        raise Unavailable

    for world, at in every_call(lambda: filled(memory_world())):
        with pytest.raises(Unavailable):
            world.sweep(Disturbed(world.expired, outage, at))
        world.check_promises()


def test_out_of_time_at_any_page_it_is_resumed(new_world: NewWorld) -> None:
    """However few pages a run may read, it ends by itself, keeps its promises, and runs add up."""
    budgets = 0
    for pages in range(40):
        world, left = filled(new_world()), iter([RESERVE] * pages)
        result = world.sweep(time_left=partial(next, left, RESERVE - 0.01))
        world.check_promises()
        checkpoint = world.expired.checkpoint()
        proved = FIRST - 1 if checkpoint is None else checkpoint
        assert result.remaining_hours == world.settled() - proved
        if result.finished:
            break
        budgets += 1
        assert world.sweep().finished
        world.check_done()
    assert budgets > 10


def test_out_of_time_within_a_page_what_was_deleted_is_told() -> None:
    """A page may hold more than there is time for; the rest of it is the next run's."""
    world = memory_world(page_size=3000)
    for _ in range(2500):
        world.put(FIRST * HOUR, layout=0)
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    # For the one bucket's page, and for another 250 tokens of it.
    left = iter([RESERVE] * 2)
    result = world.sweep(
        settings=replace(SETTINGS, layouts=(0,)), time_left=partial(next, left, RESERVE - 0.01)
    )
    assert (result.tokens, result.write_units, result.finished) == (500, 500.0, False)
    assert len(world.left()) == 2000
    world.check_promises()
    assert world.sweep().tokens == 2000
    world.check_done()


def test_without_time_nothing_is_read(world: World) -> None:
    """A run that starts too late does not begin a page that it could not finish."""
    filled(world)
    before = world.left()
    result = world.sweep(time_left=lambda: RESERVE - 0.01)
    assert (result.read_units, result.hours, result.finished) == (0.0, 0, False)
    assert world.left() == before
    assert world.expired.checkpoint() is None


def test_many_short_runs_come_to_the_end(world: World) -> None:
    """Each run that has time for one hour moves the checkpoint; none starts again from nothing."""
    filled(world)
    for _ in range(20):
        left = iter([RESERVE] * 12)
        if world.sweep(time_left=partial(next, left, 0.0)).finished:
            break
        world.check_promises()
    else:
        pytest.fail("never finished")
    world.check_done()


def test_a_late_write_at_any_call_never_harms_a_live_token() -> None:
    """Tokens that arrive while their hour is swept are deleted or left to TTL, live ones stay."""
    for world, at in every_call(lambda: filled(memory_world())):
        live = len(world.live())

        def write(world: World = world) -> None:
            world.put((FIRST + 2) * HOUR + 59 * MINUTE)
            world.put((FIRST + 9) * HOUR)

        world.sweep(Disturbed(world.expired, write, at))
        assert len(world.live()) == live + 1
        assert [record for record in world.live() if record not in world.left()] == []


def test_a_write_that_lands_while_its_bucket_is_emptied_is_found(new_world: NewWorld) -> None:
    """A bucket is read again after deleting from it, so a late write just behind is swept too."""
    world = new_world()
    for n in range(5):
        world.put(FIRST * HOUR + n, layout=0)
    world.now.at = (FIRST + 1) * HOUR + SETTLING

    def write() -> None:
        world.put(FIRST * HOUR + 9, layout=0)

    # Calls 0 to 2 are: the checkpoint, the first page, its delete.
    late = Disturbed(world.expired, write, at=2)
    result = world.sweep(late)
    assert result.tokens == 6
    world.check_done()
