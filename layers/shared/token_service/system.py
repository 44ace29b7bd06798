"""The real clock, and waiting."""

import time
from random import SystemRandom

_FIRST_PAUSE = 0.05


def now() -> int:
    """Seconds since the epoch, UTC."""
    return int(time.time())


def elapsed() -> float:
    """Seconds since some moment, by a clock that never goes back."""
    return time.monotonic()


def pause(attempt: int) -> None:
    """Wait up to 0.05 s, 0.1 s, 0.2 s ...: full jitter, doubling with each attempt."""
    # Not a poll: whoever was throttled together must not come back together.
    time.sleep(SystemRandom().uniform(0, _FIRST_PAUSE * 2**attempt))
