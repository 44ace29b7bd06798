"""Several things at once, in no particular order."""

from threading import Barrier, BrokenBarrierError, Event

import pytest
from token_service.side_by_side import side_by_side

THINGS = range(100)


@pytest.mark.parametrize("at_once", [1, 4])
def test_everything_is_done_once(at_once: int) -> None:
    """What came of each is given, whatever the order."""
    done = list(side_by_side(at_once)(lambda thing: thing * 2, THINGS))
    assert sorted(done) == [thing * 2 for thing in THINGS]


def test_the_order_is_another_one_each_time() -> None:
    """Two processes do not begin with the same things."""
    orders = [tuple(side_by_side(1)(lambda thing: thing, THINGS)) for _ in range(2)]
    assert orders[0] != orders[1]
    assert all(sorted(order) == list(THINGS) for order in orders)


def test_so_many_are_under_way_at_once_and_no_more() -> None:
    """Four acts that wait for each other all end; five would not."""

    def meet(barrier: Barrier) -> None:
        barrier.wait(timeout=5)

    together = Barrier(4)
    assert len(list(side_by_side(4)(meet, [together] * 8))) == 8
    too_many = Barrier(5, timeout=0.05)
    with pytest.raises(BrokenBarrierError):
        list(side_by_side(4)(lambda barrier: barrier.wait(), [too_many] * 5))


def test_an_error_ends_it_when_nothing_is_under_way_any_more() -> None:
    """Whoever sees the error finds nothing still being done, and most not begun."""
    together, failed, never = Barrier(3), Event(), Event()
    begun: list[int] = []
    ended: list[int] = []

    def act(thing: int) -> None:
        begun.append(thing)
        first = len(begun) <= 3
        if first and together.wait(timeout=5) == 0:
            failed.set()
            raise LookupError
        failed.wait(timeout=5)
        never.wait(timeout=0.05)
        ended.append(thing)

    with pytest.raises(LookupError):
        list(side_by_side(3)(act, range(10_000)))
    assert len(ended) == len(begun) - 1
    assert len(begun) < 100
