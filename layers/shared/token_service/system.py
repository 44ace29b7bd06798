"""What a real process brings: the time, waiting, and how it talks to AWS."""

import time
from random import SystemRandom

from botocore.config import Config

# Without these, one slow call outlives API Gateway's 30 seconds (aws-facts 3.5). Seconds.
AWS_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)
_FIRST_PAUSE = 0.05


def now() -> int:
    """Seconds since the epoch, UTC."""
    return int(time.time())


def elapsed() -> float:
    """Seconds since some moment, by a clock that never goes back."""
    return time.monotonic()


def pause(attempt: int) -> None:
    """Wait up to 0.05 s, 0.1 s, 0.2 s ...: full jitter, doubling with each attempt."""
    time.sleep(SystemRandom().uniform(0, _FIRST_PAUSE * 2**attempt))
