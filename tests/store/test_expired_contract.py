"""What both stores promise the sweep."""

import pytest
from token_service.domain.location import bucket
from token_service.domain.tokens import TokenRecord

from tests.memory_store import place_of
from tests.samples import NOW, a_record
from tests.store.stores import Store

HOUR = NOW // 3600
BUCKET = bucket(HOUR, 0, 0)


def records_of_hour(count: int, hour: int = HOUR) -> list[TokenRecord]:
    """Records in the only bucket of an hour under layout 0, sorted by handle."""
    return [
        a_record(handle=f"00{n:032x}", layout=0, expires_at=hour * 3600 + n % 3600)
        for n in range(count)
    ]


def walk(store: Store, name: str) -> list[tuple[str, int]]:
    """Every item of a bucket, page by page."""
    items: list[tuple[str, int]] = []
    after: str | None = None
    while True:
        page = store.expired.page(name, after)
        items.extend(page.items)
        after = page.next_handle
        if after is None:
            return items


def test_pages_show_a_whole_bucket_and_no_other(store: Store) -> None:
    """Following the pages shows each item of the bucket once, with its own expiry."""
    mine = records_of_hour(7)
    for record in (*mine, *records_of_hour(3, HOUR + 1), *records_of_hour(3, HOUR - 1)):
        store.tokens.put(record)
    assert walk(store, BUCKET) == [(r.handle, r.expires_at) for r in mine]


def test_an_empty_bucket_is_one_empty_page(store: Store) -> None:
    """Nothing there: no items and nowhere to go on."""
    page = store.expired.page(BUCKET, None)
    assert (page.items, page.next_handle) == ((), None)


def test_reading_tells_its_cost(store: Store) -> None:
    """Each page says how many read units it took."""
    store.tokens.put(records_of_hour(1)[0])
    assert store.expired.page(BUCKET, None).units > 0


@pytest.mark.parametrize("count", [0, 1, 25, 26, 60])
def test_deletes_all_of_these_and_nothing_else(store: Store, count: int) -> None:
    """However many handles are given, these go and the others stay."""
    records = records_of_hour(count + 2)
    for record in records:
        store.tokens.put(record)
    gone, kept = records[:count], records[count:]
    units = store.expired.delete(BUCKET, [record.handle for record in gone])
    assert (units > 0) == (count > 0)
    assert [store.tokens.find(place_of(record)) for record in gone] == [None] * count
    assert walk(store, BUCKET) == [(r.handle, r.expires_at) for r in kept]


def test_deleting_what_is_gone_is_no_error(store: Store) -> None:
    """Two sweepers may delete the same token."""
    record = records_of_hour(1)[0]
    store.tokens.put(record)
    store.expired.delete(BUCKET, [record.handle])
    store.expired.delete(BUCKET, [record.handle])
    assert walk(store, BUCKET) == []


def test_goes_on_after_a_handle_that_was_deleted(store: Store) -> None:
    """A page's end may be deleted before the next page is asked for."""
    records = records_of_hour(5)
    for record in records:
        store.tokens.put(record)
    store.expired.delete(BUCKET, [record.handle for record in records[:3]])
    page = store.expired.page(BUCKET, records[2].handle)
    assert page.items[0] == (records[3].handle, records[3].expires_at)


def test_there_is_no_checkpoint_at_first(store: Store) -> None:
    """Before the first advance there is None."""
    assert store.expired.checkpoint() is None


@pytest.mark.parametrize(
    ("moves", "expected"),
    [([5], 5), ([5, 6], 6), ([6, 5], 6), ([5, 5], 5), ([0], 0), ([7, 3, 9, 8], 9), ([9, 10], 10)],
)
def test_the_checkpoint_moves_forward_only(store: Store, moves: list[int], expected: int) -> None:
    """An earlier hour changes nothing, and is no error: two sweepers may finish out of order."""
    for hour in moves:
        store.expired.advance(hour)
    assert store.expired.checkpoint() == expected


def test_the_checkpoint_lies_in_nobody_s_way(store: Store) -> None:
    """The checkpoint is in no bucket of any hour, so no sweep can delete it."""
    store.expired.advance(HOUR)
    assert walk(store, BUCKET) == []
    assert walk(store, bucket(0, 0, 0)) == []
