"""What a sweep tells of itself, what holds it up, and a dry run (item 82)."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.limits import DAY, HOUR, MINUTE
from token_service.domain.ports import Page
from token_service.domain.sweep import RESERVE, SETTLING, Progress, Sweeper

from tests.domain.conftest import NewWorld
from tests.domain.sweep_world import FIRST, SETTINGS, World
from tests.memory_store import MemoryOwners, MemoryTokens

BUCKETS = 3  # of one hour: one under layout 0, two under layout 1


def filled(world: World) -> World:
    """Two settled hours with five tokens each, a settled empty one, one not settled."""
    for hour in (0, 1, 3):
        for n in range(5):
            world.put((FIRST + hour) * HOUR + n, layout=n % 2)
    world.now.at = (FIRST + 3) * HOUR + SETTLING + 42
    return world


class HeldTokens(MemoryTokens):
    """A store that says of one handle that it expires later than its hour."""

    held = ""
    until = 2**62

    def page(self, bucket: str, after: str | None) -> Page:
        """As ever, but for the one."""
        page = super().page(bucket, after)
        items = tuple((h, self.until if h == self.held else at) for h, at in page.items)
        return replace(page, items=items)


def held_world(hour: int) -> tuple[World, HeldTokens]:
    """The filled world, one token of this hour held."""
    store = HeldTokens(MemoryOwners())
    held = filled(World(store, store))
    store.held = next(r.handle for r in held.records if r.expires_at // HOUR == FIRST + hour)
    return held, store


def test_a_full_run_counts_what_it_did(new_world: NewWorld) -> None:
    """Hours, buckets, tokens and units are those of the run; nothing remains, nothing lags."""
    world = filled(new_world())
    result = world.sweep()
    assert (result.hours, result.buckets, result.tokens) == (3, 3 * BUCKETS, 10)
    assert result.read_units > 0
    assert result.write_units > 0
    assert (result.remaining_hours, result.held_hours, result.lag) == (0, 0, 0)
    assert (result.finished, result.dry_run) == (True, False)


def test_a_second_run_has_nothing_to_do(new_world: NewWorld) -> None:
    """Behind the checkpoint nothing is read again."""
    world = filled(new_world())
    world.sweep()
    again = world.sweep()
    assert (again.hours, again.tokens, again.read_units, again.finished) == (0, 0, 0.0, True)


def test_a_dry_run_changes_nothing_and_counts_the_same(new_world: NewWorld) -> None:
    """What a dry run says is what the run after it does; no token and no checkpoint moves."""
    world = filled(new_world())
    before = world.left()
    dry = world.sweep(dry_run=True)
    assert world.left() == before
    assert world.expired.checkpoint() is None
    wet = world.sweep()
    same = ("hours", "buckets", "tokens", "held_hours", "remaining_hours", "lag", "finished")
    assert [getattr(dry, name) for name in same] == [getattr(wet, name) for name in same]
    assert (dry.dry_run, dry.write_units) == (True, 0.0)


@pytest.mark.parametrize("hour", [0, 1])
def test_what_has_not_expired_within_a_past_hour_holds_it(hour: int) -> None:
    """It is not deleted, its hour is reported, and the checkpoint waits before it."""
    held, store = held_world(hour)
    result = held.sweep()
    assert held.left()[0].handle == store.held
    assert result.tokens == 9
    assert (result.held_hours, result.remaining_hours) == (1, 3 - hour)
    assert result.lag == held.now() - (FIRST + hour + 1) * HOUR
    assert result.finished
    assert store.checkpoint() == (None if hour == 0 else FIRST)
    assert held.sweep().tokens == 0


def test_a_dry_run_tells_of_held_hours_too() -> None:
    """An operator who tries first learns what a real run would be held up by."""
    held, _ = held_world(1)
    dry, wet = held.sweep(dry_run=True), held.sweep()
    assert (dry.held_hours, dry.remaining_hours, dry.lag) == (1, 2, wet.lag)


def test_a_held_hour_is_passed_once_it_is_free() -> None:
    """When what held it has expired, the next run deletes it and the checkpoint catches up."""
    held, store = held_world(0)
    held.sweep()
    store.until = held.now() + 5 * MINUTE
    held.now.advance(5 * MINUTE - 1)
    held.sweep()
    assert store.checkpoint() is None
    held.now.advance(1)
    result = held.sweep()
    assert (result.tokens, result.held_hours, result.remaining_hours) == (1, 0, 0)
    assert store.checkpoint() == FIRST + 2


def test_remaining_hours_and_lag_tell_how_far_behind_it_is(world: World) -> None:
    """Stopped in its second hour, it says how many are left and how long the oldest is over."""
    filled(world)
    pages = iter([RESERVE] * 10)
    result = world.sweep(time_left=lambda: next(pages, 0.0))
    assert world.expired.checkpoint() == FIRST
    assert not result.finished
    assert result.remaining_hours == 2
    assert result.lag == world.now() - (FIRST + 2) * HOUR


def test_lag_does_not_count_the_grace_as_done(world: World) -> None:
    """With a grace, hours within it are nobody's backlog."""
    filled(world)
    world.now.advance(5 * DAY)
    result = world.sweep(settings=replace(SETTINGS, grace=5 * DAY))
    assert (result.hours, result.remaining_hours, result.lag) == (3, 0, 0)


def test_lag_begins_after_the_grace(world: World) -> None:
    """An hour that was left to DynamoDB for so long is not that much behind."""
    filled(world)
    world.now.advance(5 * DAY)
    result = world.sweep(settings=replace(SETTINGS, grace=5 * DAY), time_left=lambda: 0.0)
    assert result.remaining_hours == 3
    assert result.lag == world.now() - 5 * DAY - (FIRST + 1) * HOUR


def test_tells_its_progress_after_every_bucket(world: World) -> None:
    """A bar can be drawn: hours done of hours in all, and tokens so far, never less than before."""
    filled(world)
    told: list[Progress] = []
    Sweeper(world.expired, SETTINGS, world.now).run(lambda: 900.0, progress=told.append)
    assert len(told) == 3 * BUCKETS
    assert {step.hours_total for step in told} == {3}
    assert [step.tokens for step in told] == sorted(step.tokens for step in told)
    assert told[-1] == Progress(hours_done=2, hours_total=3, tokens=10)


def test_the_result_can_be_written_as_json(world: World) -> None:
    """Logs and `tokenctl --json` show every figure by its name."""
    figures = filled(world).sweep().as_dict()
    assert figures["tokens"] == 10
    assert set(figures) >= {"hours", "buckets", "remaining_hours", "lag", "finished", "dry_run"}


class EmptyPages(MemoryTokens):
    """A store with an empty page before every item, as DynamoDB may have it."""

    def page(self, bucket: str, after: str | None) -> Page:
        """An empty page that goes on, then one item."""
        real = super().page(bucket, after.removesuffix("~") if after else after)
        if real.items and not (after or "").endswith("~"):
            return Page((), f"{after or ''}~", units=0.5)
        return real


def test_empty_pages_with_more_behind_them_end_nothing() -> None:
    """Only the store's own 'no more' ends a bucket; an empty page is not an empty bucket."""
    store = EmptyPages(MemoryOwners(), page_size=1)
    empty = filled(World(store, store))
    assert empty.sweep().tokens == 10
    empty.check_done()


class Undeletable(MemoryTokens):
    """A store that says it deleted, and did not."""

    def delete(self, bucket: str, handles: Iterable[str]) -> float:  # noqa: ARG002 - the port's
        """Nothing."""
        return 0.0


def test_the_checkpoint_believes_reads_not_deletes() -> None:
    """An hour that is still not empty when read again is not passed, and the run ends."""
    store = Undeletable(MemoryOwners())
    stuck = filled(World(store, store))
    result = stuck.sweep()
    assert store.checkpoint() is None
    assert (result.held_hours, result.remaining_hours, result.finished) == (2, 3, True)


class GivesUp(MemoryTokens):
    """A store that deletes one item and is then unavailable, `times` times."""

    times = 3

    def delete(self, bucket: str, handles: Iterable[str]) -> float:
        """The first only, or all."""
        if self.times == 0:
            return super().delete(bucket, handles)
        self.times -= 1
        super().delete(bucket, list(handles)[:1])
        raise Unavailable


def test_a_delete_that_is_not_drained_passes_no_hour() -> None:
    """When the store gives up half-way, the run ends there, and a later one completes it."""
    store = GivesUp(MemoryOwners())
    tired = filled(World(store, store))
    for _ in range(GivesUp.times):
        with pytest.raises(Unavailable):
            tired.sweep()
        tired.check_promises()
    tired.sweep()
    tired.check_done()
