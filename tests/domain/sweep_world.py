"""A store to sweep, what is in it, and the ways in which a sweep can be disturbed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.location import buckets_of_hour, hour_of
from token_service.domain.ports import ExpiredTokens, Page
from token_service.domain.sweep import Each, Sweeper, SweepResult, SweepSettings
from token_service.domain.tokens import TokenRecord

from tests.clock import FrozenClock
from tests.memory_store import place_of
from tests.samples import a_record
from tests.store.stores import Tokens

FIRST = 500_000
"""The hour in which the deployment was made."""
LAYOUTS = (0, 1)
SETTINGS = SweepSettings(LAYOUTS, since=FIRST * HOUR + 17 * MINUTE)


@dataclass
class World:
    """One store under its two ports, and a clock that a test moves."""

    tokens: Tokens
    expired: ExpiredTokens
    now: FrozenClock = field(default_factory=lambda: FrozenClock(FIRST * HOUR))
    records: list[TokenRecord] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def put(self, expires_at: int, layout: int = 1) -> TokenRecord:
        """A token that expires then."""
        handle = f"{layout:02x}{next(self._numbers):032x}"
        record = a_record(handle=handle, layout=layout, expires_at=expires_at)
        self.tokens.put(record)
        self.records.append(record)
        return record

    def sweep(
        self,
        store: ExpiredTokens | None = None,
        settings: SweepSettings = SETTINGS,
        *,
        dry_run: bool = False,
        time_left: Callable[[], float] = lambda: 900.0,
        each: Each = map,
    ) -> SweepResult:
        """One run over this store, or over a disturbed view of it."""
        sweeper = Sweeper(store or self.expired, settings, self.now, each)
        return sweeper.run(time_left, dry_run=dry_run)

    def left(self) -> list[TokenRecord]:
        """The records that are still there."""
        return [record for record in self.records if self.tokens.find(place_of(record))]

    def live(self) -> list[TokenRecord]:
        """The records that have not expired."""
        return [record for record in self.records if record.expires_at > self.now()]

    def settled(self, grace: int = 0) -> int:
        """The last hour that ended 15 minutes (and the grace) ago."""
        return (self.now() - 15 * MINUTE - grace) // HOUR - 1

    def check_promises(self, layouts: Iterable[int] = LAYOUTS) -> None:
        """Nothing live is gone, and the checkpoint has passed nothing that a read still finds."""
        left = self.left()
        assert [record for record in self.live() if record not in left] == []
        checkpoint = self.expired.checkpoint()
        if checkpoint is None:
            return
        assert checkpoint <= self.settled()
        for hour in range(FIRST, checkpoint + 1):
            for layout in layouts:
                for bucket in buckets_of_hour(hour, layout):
                    assert self.expired.page(bucket, None).items == (), f"hour {hour} passed"

    def check_done(self, grace: int = 0) -> None:
        """All promises, and nothing expired is left in any settled hour."""
        self.check_promises()
        last = self.settled(grace)
        assert [r for r in self.left() if FIRST <= hour_of(r.expires_at) <= last] == []
        assert self.expired.checkpoint() == last


class StoppedError(Exception):
    """The process died here."""


type Disturbance = Callable[[], None]


@dataclass
class Disturbed:
    """A store on which something happens just after call number `at` (from 0)."""

    store: ExpiredTokens
    disturbance: Disturbance
    at: int
    calls: int = 0
    _counting: Lock = field(default_factory=Lock)

    def page(self, bucket: str, after: str | None) -> Page:
        """As the store, but for the disturbance."""
        return self._call(lambda: self.store.page(bucket, after))

    def delete(self, bucket: str, handles: Iterable[str]) -> float:
        """As the store, but for the disturbance."""
        return self._call(lambda: self.store.delete(bucket, handles))

    def checkpoint(self) -> int | None:
        """As the store, but for the disturbance."""
        return self._call(self.store.checkpoint)

    def advance(self, hour: int) -> None:
        """As the store, but for the disturbance."""
        return self._call(lambda: self.store.advance(hour))

    def _call[T](self, act: Callable[[], T]) -> T:
        with self._counting:
            now, self.calls = self.calls == self.at, self.calls + 1
        result = act()
        if now:
            self.disturbance()
        return result


def stop() -> None:
    """Die here."""
    raise StoppedError


def every_call(make_world: Callable[[], World]) -> Iterator[tuple[World, int]]:
    """A fresh world for every call of an undisturbed sweep."""
    world = make_world()
    counted = Disturbed(world.expired, stop, at=-1)
    world.sweep(counted)
    for at in range(counted.calls):
        yield make_world(), at
