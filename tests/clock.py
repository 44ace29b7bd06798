"""Time and randomness that a test holds in its hand."""

from random import Random


class FrozenClock:
    """Seconds since the epoch that stand still until a test moves them."""

    def __init__(self, at: int = 1_800_000_000) -> None:
        self.at = at

    def __call__(self) -> int:
        """The time now."""
        return self.at

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.at += seconds


class SeededBytes:
    """The same 'random' bytes in every run, never twice the same in one."""

    def __init__(self, seed: int = 7) -> None:
        self._random = Random(seed)  # noqa: S311 - tests want it predictable

    def __call__(self, count: int) -> bytes:
        """`count` bytes."""
        return self._random.randbytes(count)
