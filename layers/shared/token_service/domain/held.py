"""What a warm process remembers for some seconds, where an operator trades that for a read."""

from token_service.domain.ports import Clock

# A process that is asked about more forgets them all: memory is bounded, and reading is not wrong.
_MOST = 1000


class Held[V]:
    """Values by key, each for so many seconds since it was read; for 0 seconds none at all."""

    def __init__(self, seconds: int, now: Clock) -> None:
        """`now` gives seconds since the epoch."""
        self._seconds = seconds
        self._now = now
        self._values: dict[str, tuple[int, V]] = {}

    def __len__(self) -> int:
        """How many are remembered, too old or not."""
        return len(self._values)

    def get(self, key: str) -> V | None:
        """The value, if it was read so recently."""
        read_at, value = self._values.get(key, (0, None))
        return value if value is not None and self._now() - read_at < self._seconds else None

    def put(self, key: str, value: V) -> None:
        """Hold what was just read."""
        if self._seconds:
            if len(self._values) >= _MOST:
                self._values.clear()
            self._values[key] = (self._now(), value)
