"""A sweep that empties several buckets at once (item 82)."""

from dataclasses import replace
from itertools import count
from threading import Lock

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.limits import HOUR, NEVER
from token_service.domain.ports import Page
from token_service.domain.sweep import RESERVE, SETTLING, SweepSettings
from token_service.side_by_side import side_by_side

from tests.domain.conftest import memory_world
from tests.domain.sweep_world import FIRST, Disturbed, StoppedError, World, stop
from tests.memory_store import MemoryOwners, MemoryTokens

LAYOUT = 3
SETTINGS = SweepSettings((LAYOUT,), since=FIRST * HOUR)
TOKENS = 40


def filled(world: World) -> World:
    """Two settled hours of eight buckets, and a live token behind them."""
    for n in range(TOKENS):
        world.put((FIRST + n % 2) * HOUR + n, layout=LAYOUT)
    world.put((FIRST + 5) * HOUR, layout=LAYOUT)
    world.now.at = (FIRST + 2) * HOUR + SETTLING
    return world


def check_done(world: World) -> None:
    """All that has expired is gone, and what lives is there."""
    assert world.left() == world.live()
    assert world.expired.checkpoint() == FIRST + 1


def test_it_does_and_counts_the_same_as_one_after_the_other() -> None:
    """Neither a token nor a unit nor a bucket more or less."""
    one, many = filled(memory_world()), filled(memory_world())
    results = [
        one.sweep(settings=SETTINGS),
        many.sweep(settings=SETTINGS, each=side_by_side(4)),
    ]
    check_done(one)
    check_done(many)
    assert results[0] == results[1]
    assert results[0].tokens == TOKENS


@pytest.mark.parametrize("at", range(0, 60, 4))
def test_killed_at_any_call_it_loses_nothing(at: int) -> None:
    """What other buckets were about is ended first, and a rerun completes."""
    world = filled(memory_world())
    with pytest.raises(StoppedError):
        world.sweep(Disturbed(world.expired, stop, at), SETTINGS, each=side_by_side(4))
    world.check_promises((LAYOUT,))
    world.sweep(settings=SETTINGS, each=side_by_side(4))
    check_done(world)


def test_an_outage_comes_out_as_it_is() -> None:
    """Of whichever bucket it was."""

    def outage() -> None:
        raise Unavailable

    world = filled(memory_world())
    with pytest.raises(Unavailable):
        world.sweep(Disturbed(world.expired, outage, at=9), SETTINGS, each=side_by_side(4))
    world.check_promises((LAYOUT,))


@pytest.mark.parametrize("pages", range(0, 40, 3))
def test_out_of_time_it_counts_all_that_it_did(pages: int) -> None:
    """What was deleted while others ran out of time is in the result, and runs add up."""
    world, asked, lock = filled(memory_world()), count(), Lock()

    def time_left() -> float:
        with lock:
            return RESERVE if next(asked) < pages else 0.0

    result = world.sweep(settings=SETTINGS, time_left=time_left, each=side_by_side(4))
    world.check_promises((LAYOUT,))
    assert result.tokens == TOKENS + 1 - len(world.left())
    rest = world.sweep(settings=SETTINGS)
    assert result.tokens + rest.tokens == TOKENS
    check_done(world)


class KeepsOne(MemoryTokens):
    """A store that says of one handle that it never expires."""

    kept = ""

    def page(self, bucket: str, after: str | None) -> Page:
        """As ever, but for the one."""
        page = super().page(bucket, after)
        return replace(
            page, items=tuple((h, NEVER if h == self.kept else at) for h, at in page.items)
        )


def test_a_bucket_that_is_held_holds_its_hour_in_any_order() -> None:
    """Whether it comes first or last."""
    for _ in range(10):
        store = KeepsOne(MemoryOwners())
        world = filled(World(store, store))
        store.kept = world.records[0].handle
        result = world.sweep(settings=SETTINGS, each=side_by_side(2))
        assert (result.held_hours, result.tokens) == (1, TOKENS - 1)
        assert store.checkpoint() is None
