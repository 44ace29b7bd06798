"""Several workers at once, whose calls come one at a time in an order that a test decides."""

from collections.abc import Callable, Sequence
from threading import Condition

type Choose = Callable[[Sequence[int]], int]
"""Picks one of the workers that wait."""


class Turns:
    """Lets one worker at a time make one call, in an order that the test decides."""

    def __init__(self, choose: Choose, workers: int, after_each: Callable[[], None]) -> None:
        self._pick = choose
        self._changed = Condition()
        self._working = set(range(workers))
        self._waiting: set[int] = set()
        self._turn: int | None = None
        self._after_each = after_each
        self.failures: list[AssertionError] = []

    def take[T](self, worker: int, act: Callable[[], T]) -> T:
        """Wait for this worker's turn and act; nobody else acts meanwhile."""
        with self._changed:
            self._waiting.add(worker)
            self._choose()
            self._changed.wait_for(lambda: self._turn == worker, timeout=30)
            self._waiting.remove(worker)
            self._turn = None
            result = act()
            try:
                self._after_each()
            except AssertionError as failure:
                self.failures.append(failure)
            return result

    def leave(self, worker: int) -> None:
        """This worker makes no more calls."""
        with self._changed:
            self._working.remove(worker)
            self._choose()

    def _choose(self) -> None:
        """The order depends on the choice alone: the next is chosen when all are waiting."""
        if self._waiting and self._waiting == self._working:
            self._turn = self._pick(sorted(self._waiting))
            self._changed.notify_all()
