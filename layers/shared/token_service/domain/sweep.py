"""The sweep: deletes what has expired, hour by hour, at a cost that follows only what has expired.

It can be stopped anywhere and run twice at once: deleting is idempotent, and the checkpoint moves
forward only, past hours whose every shard a consistent read has just shown empty.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from itertools import batched, chain
from threading import Lock

from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.location import buckets_of_hour, hour_of
from token_service.domain.ports import Clock, ExpiredTokens

# No write to an hour can still be on its way this long after the hour: more than clock skew, the
# functions' time-out and the SDK's retries together (seconds).
SETTLING = 15 * MINUTE
# Enough to finish the calls under way, repeats included, and to save the checkpoint (seconds).
RESERVE = 20.0
# Tokens deleted before the time is looked at again: ten calls of BatchWriteItem. They end within
# the reserve even if each is throttled once, which takes 1.5 s on average.
_PORTION = 250
# A bucket is read again after deleting from it; one that is still not empty then holds its hour.
_PASSES = 3

type Each = Callable[[Callable[[str], bool], Iterable[str]], Iterable[bool]]
"""Does the same with every bucket of an hour and gives what came of each, in whatever order.

Several may be under way at once, but none any more when it ends or raises what one of them raised.
"""


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """Which layouts to walk, since when, and how late. Times are seconds.

    `since` is when the deployment was made: no token is older. `grace` is how far the sweep trails
    expiry, so that DynamoDB's free TTL deletion may come first.
    """

    layouts: tuple[int, ...]
    since: int
    grace: int = 0

    def __post_init__(self) -> None:
        """Refuse to prove hours empty without looking."""
        if not self.layouts:
            raise ValueError("a sweep needs at least one layout to walk")


@dataclass(slots=True)
class SweepResult:
    """What one run did, and how much it left.

    `remaining_hours` are over but not proved empty; `held_hours` hold something that has not
    expired although its hour has (nothing is deleted there, and the checkpoint waits before them);
    `lag` is for how long, in seconds and beyond the grace, the oldest remaining hour has been over.
    """

    dry_run: bool
    hours: int = 0
    buckets: int = 0
    tokens: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    held_hours: int = 0
    remaining_hours: int = 0
    lag: int = 0
    finished: bool = False

    def as_dict(self) -> dict[str, object]:
        """For logs and JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, told after every bucket."""

    hours_done: int
    hours_total: int
    tokens: int


class _OutOfTimeError(Exception):
    """The time budget is used up."""


class Sweeper:
    """Deletes expired token records and remembers how far it came."""

    def __init__(
        self, tokens: ExpiredTokens, settings: SweepSettings, now: Clock, each: Each = map
    ) -> None:
        """`now` gives seconds since the epoch; it is the only clock, never an event's."""
        self._tokens = tokens
        self._settings = settings
        self._now = now
        self._each = each

    def run(
        self,
        time_left: Callable[[], float],
        *,
        dry_run: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> SweepResult:
        """Sweep every settled hour, until done or until `time_left` (seconds) nears its end.

        A dry run reads and counts the same and changes nothing.

        Raises:
            Unavailable: the store stopped answering; what was done stays done.

        """
        now = self._now()
        checkpoint = self._tokens.checkpoint()
        first = hour_of(self._settings.since) if checkpoint is None else checkpoint + 1
        last = hour_of(now - SETTLING - self._settings.grace) - 1
        run = _Run(self._tokens, now, time_left, SweepResult(dry_run), self._each)
        proved = first - 1

        def bucket_done() -> None:
            progress(Progress(run.result.hours, last + 1 - first, run.result.tokens))

        try:
            for hour in range(first, last + 1):
                clean = run.sweep_hour(hour, self._settings.layouts, bucket_done)
                if clean and proved == hour - 1:
                    proved = hour
                    if not dry_run:
                        self._tokens.advance(hour)
            run.result.finished = True
        except _OutOfTimeError:
            pass
        run.result.remaining_hours = max(0, last - proved)
        if run.result.remaining_hours:
            run.result.lag = now - self._settings.grace - (proved + 2) * HOUR
        return run.result


@dataclass(slots=True)
class _Run:
    """One run in progress."""

    tokens: ExpiredTokens
    now: int
    time_left: Callable[[], float]
    result: SweepResult
    each: Each
    _counting: Lock = field(default_factory=Lock)

    def sweep_hour(
        self, hour: int, layouts: tuple[int, ...], bucket_done: Callable[[], None]
    ) -> bool:
        """Sweep all shards of an hour; True if a consistent read has shown each of them empty."""
        buckets = chain.from_iterable(buckets_of_hour(hour, layout) for layout in layouts)
        clean = True
        for bucket_clean in self.each(self._sweep_bucket, buckets):
            clean = clean and bucket_clean
            self.result.buckets += 1
            bucket_done()
        self.result.hours += 1
        self.result.held_hours += not clean
        return clean

    def _sweep_bucket(self, bucket: str) -> bool:
        if self.result.dry_run:
            _, live = self._pass(bucket)
            return not live
        for _ in range(_PASSES):
            found, live = self._pass(bucket)
            if not found:
                return not live
        return False

    def _pass(self, bucket: str) -> tuple[int, int]:
        """Walk the bucket once; how many expired items it had, and how many live ones."""
        after: str | None = None
        expired_count = live_count = 0
        while True:
            self._look_at_time()
            page = self.tokens.page(bucket, after)
            with self._counting:
                self.result.read_units += page.units
            expired = [handle for handle, expires_at in page.items if expires_at <= self.now]
            expired_count += len(expired)
            live_count += len(page.items) - len(expired)
            self._delete(bucket, expired)
            if page.next_handle is None:
                return expired_count, live_count
            after = page.next_handle

    def _delete(self, bucket: str, expired: list[str]) -> None:
        """Delete these and count them; a dry run counts alone."""
        for number, handles in enumerate(batched(expired, _PORTION, strict=False)):
            if number > 0:
                self._look_at_time()
            units = 0.0 if self.result.dry_run else self.tokens.delete(bucket, handles)
            with self._counting:
                self.result.tokens += len(handles)
                self.result.write_units += units

    def _look_at_time(self) -> None:
        if self.time_left() < RESERVE:
            raise _OutOfTimeError
