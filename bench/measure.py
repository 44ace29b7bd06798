"""CPU time and its spread: every figure is a ratio of two things measured in turns, in one run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

# include/linux/posix-timers.h: bits 0-1 say which clock (2: what the scheduler counted), bit 2 that
# it is one thread's alone; the process id is above them, inverted.
_SCHEDULED = 2
_CLOCK_BITS = 3
_FEW = 2


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some rounds and the quartiles around it."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of at least one value."""
        if len(values) < _FEW:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)

    def text(self, digits: int = 2, scale: float = 1) -> str:
        """As it is printed: the median, and the quartiles in brackets."""
        middle, low, high = (
            f"{value * scale:.{digits}f}" for value in (self.middle, self.low, self.high)
        )
        return f"{middle} ({low} to {high})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours over theirs, round by round: what disturbs a round disturbs both halves of it."""
    return Spread.of([one / other for one, other in zip(ours, theirs, strict=True)])


def cpu_seconds(pid: int) -> float:
    """CPU time (seconds, user and system) that a running process's threads have used so far."""
    return time.clock_gettime((~pid << _CLOCK_BITS) | _SCHEDULED)


def in_turns(
    rounds: int, subjects: Mapping[str, Callable[[], float]], *, discard: int = 1
) -> dict[str, list[float]]:
    """What each subject returns, round by round, in an order that turns by one each round.

    The first `discard` rounds warm files, caches and processors up, and are not counted.
    """
    found: dict[str, list[float]] = {name: [] for name in subjects}
    names = list(subjects)
    for number in range(rounds + discard):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            value = subjects[name]()
            if number >= discard:
                found[name].append(value)
    return found
