"""Doing the same with many things, several at once and in no particular order."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import SystemRandom


def side_by_side[T, R](
    at_once: int,
) -> Callable[[Callable[[T], R], Iterable[T]], Iterator[R]]:
    """What does something with each thing, so many at once, and gives what came of each.

    The order is another one every time: two processes that have the same to do, and pass over what
    they find done, then share it, where one order would have them do everything twice. The first
    error ends it, once what is under way is done.
    """

    def each(act: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
        order = list(things)
        SystemRandom().shuffle(order)
        if at_once == 1:
            # Without the cost of threads.
            yield from map(act, order)
            return
        with ThreadPoolExecutor(at_once) as threads:
            yield from threads.map(act, order)

    return each
