"""What the sweep takes and what it leaves, at both sides of every boundary (item 82)."""

from dataclasses import replace

import pytest
from token_service.domain.limits import DAY, HOUR, MINUTE
from token_service.domain.location import hour_of
from token_service.domain.revoke import TokenPlace
from token_service.domain.sweep import SETTLING, SweepSettings

from tests.domain.conftest import NewWorld
from tests.domain.sweep_world import FIRST, LAYOUTS, SETTINGS, World
from tests.memory_store import place_of
from tests.samples import a_record

END = (FIRST + 3) * HOUR
"""The end of the third hour, around which everything happens."""


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (END, FIRST + 1),
        (END + SETTLING - 1, FIRST + 1),
        (END + SETTLING, FIRST + 2),
        (END + SETTLING + 1, FIRST + 2),
        (END + HOUR - 1, FIRST + 2),
        (END + HOUR + SETTLING - 1, FIRST + 2),
        (END + HOUR + SETTLING, FIRST + 3),
    ],
)
@pytest.mark.parametrize("grace", [0, 1, 30 * MINUTE, HOUR, 5 * DAY])
def test_an_hour_is_swept_once_it_has_settled(
    world: World, now: int, last: int, grace: int
) -> None:
    """An hour is taken 15 minutes and the grace after its end, not a second earlier."""
    expiries = [
        edge + offset
        for hour in range(FIRST, FIRST + 6)
        for edge in (hour * HOUR, (hour + 1) * HOUR)
        for offset in (-1, 0, 1)
        if edge + offset >= FIRST * HOUR
    ]
    for expires_at in expiries:
        world.put(expires_at)
    world.now.at = now + grace
    world.sweep(settings=replace(SETTINGS, grace=grace))
    assert [r.expires_at for r in world.left()] == [
        expires_at for expires_at in expiries if hour_of(expires_at) > last
    ]
    assert world.expired.checkpoint() == last
    world.check_promises()


@pytest.mark.parametrize("minutes", range(15, 196, 15))
def test_nothing_live_is_ever_deleted(new_world: NewWorld, minutes: int) -> None:
    """Whenever it runs, what has not expired by our clock stays, on both stores."""
    world = new_world()
    start = (FIRST + 1) * HOUR
    for offset in range(0, 3 * HOUR, 9 * MINUTE):
        world.put(start + offset, layout=offset // MINUTE % 2)
    world.now.at = start + minutes * MINUTE
    world.sweep()
    world.check_done()


def test_what_expires_this_second_has_expired(world: World) -> None:
    """Expiry is judged as everywhere else: at `expires_at` a token is dead."""
    world.put(END - 1)
    world.now.at = END + SETTLING
    assert world.sweep().tokens == 1


def test_begins_with_the_hour_of_the_deployment(world: World) -> None:
    """`since` names the first hour walked; earlier ones cost nothing, the first is whole."""
    world.put(FIRST * HOUR - 1)
    world.put(FIRST * HOUR)
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    result = world.sweep(settings=replace(SETTINGS, since=(FIRST + 1) * HOUR - 1))
    assert (result.hours, result.tokens) == (1, 1)
    assert [record.expires_at for record in world.left()] == [FIRST * HOUR - 1]


@pytest.mark.parametrize("now", [0, FIRST * HOUR, (FIRST + 1) * HOUR + SETTLING - 1])
def test_before_the_first_hour_has_settled_there_is_nothing_to_do(world: World, now: int) -> None:
    """A young deployment reads the checkpoint and no more."""
    world.now.at = now
    result = world.sweep()
    assert (result.hours, result.buckets, result.remaining_hours, result.lag) == (0, 0, 0, 0)
    assert result.finished
    assert world.expired.checkpoint() is None


def test_goes_on_behind_the_checkpoint(world: World) -> None:
    """What is proved empty is not read again; a stray behind it is TTL's."""
    world.put((FIRST + 2) * HOUR)
    world.expired.advance(FIRST + 4)
    world.now.at = (FIRST + 7) * HOUR + SETTLING
    result = world.sweep()
    assert result.hours == 2
    assert len(world.left()) == 1


def test_a_checkpoint_ahead_of_the_clock_stays(world: World) -> None:
    """After a longer grace, or with a slow clock, nothing is walked and nothing goes back."""
    world.put(FIRST * HOUR)
    world.now.at = (FIRST + 9) * HOUR
    world.expired.advance(FIRST + 50)
    result = world.sweep()
    assert (result.hours, result.remaining_hours, result.lag) == (0, 0, 0)
    assert world.expired.checkpoint() == FIRST + 50


def test_every_shard_of_every_layout_is_walked(world: World) -> None:
    """No bucket is forgotten, whichever layout its tokens were written under."""
    settings = SweepSettings((0, 3, 5), since=FIRST * HOUR)
    for layout in (0, 3, 5):
        for n in range(100):
            world.put(FIRST * HOUR + n, layout)
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    result = world.sweep(settings=settings)
    assert (result.tokens, result.buckets, world.left()) == (300, 1 + 8 + 32, [])


def test_a_layout_not_in_use_is_not_read(world: World) -> None:
    """Cost follows the layouts named."""
    world.put(FIRST * HOUR, layout=4)
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    assert world.sweep().buckets == sum(1 << layout for layout in LAYOUTS)
    assert len(world.left()) == 1


def test_tokens_that_were_revoked_are_swept_like_any_other(world: World) -> None:
    """A tombstone goes when its token would have expired."""
    record = world.put(FIRST * HOUR + 1)
    world.tokens.revoke(place_of(record), record.owner, FIRST * HOUR)
    world.now.at = FIRST * HOUR + 2
    world.sweep()
    assert len(world.left()) == 1
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    world.sweep()
    assert world.left() == []


@pytest.mark.parametrize("before_the_end", [1, 30 * MINUTE, HOUR])
def test_a_tombstone_of_a_token_without_a_record_is_swept_with_its_hour(
    new_world: NewWorld, before_the_end: int
) -> None:
    """Not before its token is over by every clock, and it never holds the hour up."""
    world = new_world()
    expires_at = (FIRST + 1) * HOUR - before_the_end
    token = a_record(handle=f"01{0:032x}", layout=1, expires_at=expires_at)
    place = TokenPlace(place_of(token), unrecorded=token)
    assert place.end(world.tokens, token.owner, expires_at - 1)
    world.now.at = expires_at
    world.sweep()
    assert world.tokens.find(place.location)
    world.now.at = (FIRST + 1) * HOUR + SETTLING
    result = world.sweep()
    assert (result.tokens, result.held_hours, result.remaining_hours) == (1, 0, 0)
    assert world.tokens.find(place.location) is None
