"""What both stores promise about failures of client authentication (item 18)."""

from itertools import count
from typing import TYPE_CHECKING

import pytest
from token_service.domain.client_throttle import failure_key
from token_service.domain.errors import Unavailable
from token_service.domain.owners import ClientCredentials
from token_service.domain.ports import FailureWindow
from token_service.store.client_failures import DynamoClientFailures

from tests.aws_hooks import Body, hooks_of, items_of
from tests.samples import NOW
from tests.store.faults import answer_error, before
from tests.store.stores import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEY, OTHER = (failure_key(ClientCredentials(name, source="192.0.2.1")) for name in ("a", "b"))
TEN = FailureWindow(max_failures=10, seconds=60)


def counted(
    store: Store, times: int, at: int = NOW, window: FailureWindow = TEN
) -> list[int | None]:
    """So many failures at one moment, and which of them were one too many."""
    return [store.client_failures.count(KEY, at, window) for _ in range(times)]


@pytest.mark.parametrize("most", [1, 2, 10])
def test_so_many_failures_and_no_more(store: Store, most: int) -> None:
    """The one after the last is told how long the window lasts, and so are all that follow."""
    window = FailureWindow(most, 60)
    assert counted(store, most + 3, window=window) == [None] * most + [60] * 3


def test_the_window_begins_with_the_first(store: Store) -> None:
    """Neither counted failures nor refused ones prolong it; then counting begins anew."""
    assert counted(store, 1) == [None]
    assert counted(store, 10, NOW + 30) == [None] * 9 + [30]
    assert counted(store, 1, NOW + 59) == [1]
    assert counted(store, 11, NOW + 60) == [None] * 10 + [60]


def test_a_window_that_ended_half_full_is_forgotten(store: Store) -> None:
    """Whether or not TTL has removed it."""
    counted(store, 5)
    assert counted(store, 11, NOW + 1000) == [None] * 10 + [60]


def test_reset_forgets(store: Store) -> None:
    """After a success all are there again; never an error, and nobody else's count."""
    store.client_failures.reset(KEY)
    counted(store, 11)
    for _ in range(10):
        store.client_failures.count(OTHER, NOW, TEN)
    store.client_failures.reset(KEY)
    assert counted(store, 1) == [None]
    assert store.client_failures.count(OTHER, NOW, TEN) == 60


def test_one_write_in_the_common_cases(dynamo: Store, calls: list[str]) -> None:
    """First, further and too many: one each; two only where an old window lies there still."""
    counted(dynamo, 12)
    assert calls == ["UpdateItem"] * 12
    calls.clear()
    counted(dynamo, 1, NOW + 60)
    assert calls == ["UpdateItem"] * 2


def test_failures_at_once_are_all_counted(dynamodb: "DynamoDBClient") -> None:
    """Of thirty that overtake each other exactly ten are counted, also where a window begins."""
    failures = DynamoClientFailures(dynamodb, "TokensTable")
    for start in (NOW, NOW + 500):
        told: list[int | None] = []
        waiting = iter(range(29))

        def overtake(at: int = start, told: list[int | None] = told) -> None:
            if next(waiting, None) is not None:  # noqa: B023 - called within the loop
                told.append(failures.count(KEY, at, TEN))

        hook = before(dynamodb, "UpdateItem", lambda _: overtake())
        told.append(failures.count(KEY, start, TEN))
        hooks_of(dynamodb).remove(hook)
        assert (len(told), told.count(None)) == (30, 10)


def test_a_reset_meanwhile_is_no_error(dynamodb: "DynamoDBClient") -> None:
    """Somebody's success between the two writes of a new window lets this one begin it."""
    failures = DynamoClientFailures(dynamodb, "TokensTable")
    failures.count(KEY, NOW, TEN)
    writes = count()

    def succeed(_: Body) -> None:
        if next(writes) == 1:
            failures.reset(KEY)

    before(dynamodb, "UpdateItem", succeed)
    assert failures.count(KEY, NOW + 60, TEN) is None


def test_an_outage_is_unavailable(dynamodb: "DynamoDBClient") -> None:
    """Throttling is told as such, and the caller decides."""
    failures = DynamoClientFailures(dynamodb, "TokensTable")
    answer_error(dynamodb, "UpdateItem", "ThrottlingException")
    with pytest.raises(Unavailable):
        failures.count(KEY, NOW, TEN)
    answer_error(dynamodb, "DeleteItem", "ThrottlingException")
    with pytest.raises(Unavailable):
        failures.reset(KEY)


def test_none_of_it_is_in_clear_or_for_ever(dynamo: Store) -> None:
    """A digest, a count and an end, in a partition that no sweep computes (item 78)."""
    key = failure_key(ClientCredentials("a-client-s-id", source="192.0.2.77"))
    dynamo.client_failures.count(key, NOW, TEN)
    (item,) = items_of("TokensTable")
    assert item == {
        "bucket": {"S": f"failures#{key}"},
        "handle": {"S": "failures"},
        "failures": {"N": "1"},
        "expires_at": {"N": str(NOW + 60)},
    }
