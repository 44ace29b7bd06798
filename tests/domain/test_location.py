"""Where records lie: evenly spread, findable from the token alone, whatever the layout."""

from collections import Counter

import pytest
from token_service.domain.grants import TokenFormat
from token_service.domain.limits import HOUR, NEVER
from token_service.domain.location import (
    MAX_LAYOUT,
    bucket,
    buckets_of_hour,
    hour_of,
    locate,
)
from token_service.domain.mint import MintSettings

from tests.clock import SeededBytes
from tests.domain.acts import issue, register
from tests.service import ISSUER, Service


@pytest.mark.parametrize("layout", range(MAX_LAYOUT + 1))
def test_every_record_lies_in_a_bucket_that_the_sweep_walks(layout: int) -> None:
    """The buckets of an hour are distinct, 2^layout of them, and no handle falls outside."""
    buckets = list(buckets_of_hour(500_000, layout))
    assert len(set(buckets)) == len(buckets) == 1 << layout
    random, known = SeededBytes(layout), set(buckets)
    assert all(locate(random(17).hex(), 500_000, layout).bucket in known for _ in range(500))


@pytest.mark.parametrize("layout", [1, 4, 8, 10])
@pytest.mark.parametrize("prefix", ["", "08", "07a12008"])
def test_shards_are_even(layout: int, prefix: str) -> None:
    """Handles that begin alike spread all the same: chi-square within five deviations."""
    random, shards = SeededBytes(layout), 1 << layout
    draws = shards * 20
    counts = Counter(locate(prefix + random(16).hex(), 1, layout).bucket for _ in range(draws))
    expected = draws / shards
    chi_square = sum(
        (counts[name] - expected) ** 2 / expected for name in buckets_of_hour(1, layout)
    )
    freedom = shards - 1
    assert abs(chi_square - freedom) < 5 * (2 * freedom) ** 0.5


def test_hours_layouts_and_shards_never_share_a_bucket() -> None:
    """No two combinations have one name, so no sweep of one touches another."""
    names = [
        name
        for hour in (1, 11, 111)
        for layout in range(7)
        for name in buckets_of_hour(hour, layout)
    ]
    assert len(set(names)) == len(names)
    assert bucket(500_000, 8, 255) == "500000#8#ff"


def test_what_never_expires_lies_where_no_sweep_looks() -> None:
    """Each such record has a partition of its own, which is no bucket of any hour."""
    hour = hour_of(NEVER)
    places = {locate(f"{n:064x}", hour, layout) for n in range(100) for layout in (0, MAX_LAYOUT)}
    assert len(places) == 100
    assert all(place.bucket == f"never#{place.handle}" for place in places)
    assert not {place.bucket for place in places} & set(buckets_of_hour(hour, 4))


@pytest.mark.parametrize(
    ("moment", "hour"), [(0, 0), (HOUR - 1, 0), (HOUR, 1), (500_000 * HOUR - 1, 499_999)]
)
def test_an_hour_holds_its_first_second_and_not_its_last(moment: int, hour: int) -> None:
    """Hours are half open."""
    assert hour_of(moment) == hour


@pytest.mark.parametrize("token_format", TokenFormat)
def test_growing_orphans_no_token(token_format: TokenFormat) -> None:
    """A token issued under an old layout is found after the layout grew, and after it shrank."""
    old = Service(settings=MintSettings(ISSUER, ISSUER, layout=3))
    _, credentials = register(old, token_format=token_format)
    tokens = [issue(old, credentials)]
    for layout in (0, 8, MAX_LAYOUT):
        grown = Service(
            owners=old.owners,
            now=old.now,
            random=old.random,
            settings=MintSettings(ISSUER, ISSUER, layout=layout),
        )
        grown.tokens.records = old.tokens.records
        tokens.append(issue(grown, credentials))
    assert [token.record.layout for token in tokens] == [3, 0, 8, MAX_LAYOUT]
    for token in tokens:
        active = old.validator.validate(token.value)
        assert active is not None
        assert active.record == token.record
