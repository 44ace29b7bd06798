"""What both stores promise about attempts to log in, and about values that count once."""

from collections.abc import Callable
from itertools import count
from secrets import token_bytes
from typing import TYPE_CHECKING

import pytest
from token_service.domain.login import DEFAULT_LOCK_OUT, failure_key
from token_service.domain.owners import OwnerKind
from token_service.domain.ports import LockOut
from token_service.store.login_failures import DynamoLoginFailures
from token_service.store.nonces import DynamoNonces

from tests.aws_hooks import Body, items_of
from tests.samples import NOW
from tests.store.faults import before, lose_first_answer
from tests.store.stores import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEY, OTHER = failure_key(OwnerKind.ADMIN, "ada"), failure_key(OwnerKind.CUSTOMER, "ada")
SIX = LockOut(max_failures=6, seconds=1800)


def counted(store: Store, times: int, at: int = NOW, lock_out: LockOut = SIX) -> list[bool]:
    """So many attempts at one moment, and which of them were counted."""
    return [store.failures.count(KEY, at, lock_out) for _ in range(times)]


def test_the_lock_is_magento_s() -> None:
    """Six failures, half an hour (docs/platforms/magento.md, 1.7)."""
    assert DEFAULT_LOCK_OUT == SIX


@pytest.mark.parametrize("most", [1, 2, 6])
def test_so_many_attempts_and_no_more(store: Store, most: int) -> None:
    """The attempt after the last allowed one is refused, and so are all that follow."""
    tried = counted(store, most + 3, lock_out=LockOut(most, 60))
    assert tried == [True] * most + [False] * 3


@pytest.mark.parametrize(("after", "open_again"), [(0, False), (1799, False), (1800, True)])
def test_time_unlocks_by_our_own_clock(store: Store, after: int, *, open_again: bool) -> None:
    """The lock is over when its seconds are, whether or not TTL has removed the item."""
    counted(store, 6)
    assert counted(store, 1, NOW + after) == [open_again]


def test_after_the_lock_counting_begins_anew(store: Store) -> None:
    """Old failures are not added to new ones."""
    counted(store, 6)
    assert counted(store, 8, NOW + 1800) == [True] * 6 + [False] * 2


def test_each_attempt_puts_the_end_off(store: Store) -> None:
    """Seconds count from the last failure: slow guessing is bounded, too."""
    for n in range(6):
        assert counted(store, 1, NOW + n * 1799) == [True]
    last = NOW + 5 * 1799
    assert counted(store, 1, last + 1799) == [False]


def test_a_refused_attempt_does_not_prolong_the_lock(store: Store) -> None:
    """Nobody is kept out for ever by others who go on trying."""
    counted(store, 6)
    counted(store, 3, NOW + 1700)
    assert counted(store, 1, NOW + 1800) == [True]


STRICT, LAX = LockOut(max_failures=3, seconds=1800), LockOut(max_failures=6, seconds=60)


def test_a_laxer_limit_opens_no_stricter_lock(store: Store) -> None:
    """Its attempts are counted too, but the lock lasts as long as it did (item 38)."""
    assert counted(store, 4, lock_out=STRICT) == [True] * 3 + [False]
    assert counted(store, 4, NOW + 10, LAX) == [True] * 3 + [False]
    assert counted(store, 1, NOW + 1799, STRICT) == [False]
    assert counted(store, 1, NOW + 1799, LAX) == [False]
    assert counted(store, 1, NOW + 1800, STRICT) == [True]


def test_a_shorter_limit_forgets_no_count_early(store: Store) -> None:
    """Guesses elsewhere neither shorten the count's time nor leave more of them than before."""
    counted(store, 2, lock_out=STRICT)
    assert counted(store, 1, NOW + 10, LAX) == [True]
    assert counted(store, 1, NOW + 1799, STRICT) == [False]


def test_a_longer_limit_puts_the_end_off(store: Store) -> None:
    """The end is the later one of both."""
    counted(store, 2, lock_out=LAX)
    assert counted(store, 1, NOW + 10, STRICT) == [True]
    assert counted(store, 1, NOW + 1809, STRICT) == [False]
    assert counted(store, 1, NOW + 1810, STRICT) == [True]


def test_reset_forgets(store: Store) -> None:
    """After a success, or an operator's word, all attempts are there again; never an error."""
    store.failures.reset(KEY)
    counted(store, 6)
    store.failures.reset(KEY)
    assert counted(store, 7) == [True] * 6 + [False]


def test_names_are_counted_apart(store: Store) -> None:
    """An admin and a customer of one name do not lock each other out."""
    counted(store, 6)
    assert store.failures.count(OTHER, NOW, SIX)
    store.failures.reset(OTHER)
    assert counted(store, 1) == [False]


def at_once[T](
    client: "DynamoDBClient", operation: str, times: int, act: Callable[[], T]
) -> list[T]:
    """Do something so many times; each time, just before its write arrives, all the others do."""
    results: list[T] = []
    waiting = iter(range(times - 1))

    def overtake(_: Body) -> None:
        if next(waiting, None) is not None:
            results.append(act())

    before(client, operation, overtake)
    results.append(act())
    return results


def test_guesses_made_at_once_are_all_counted(dynamodb: "DynamoDBClient") -> None:
    """Of thirty parallel attempts exactly six are counted: none slips past the lock."""
    failures = DynamoLoginFailures(dynamodb, "TokensTable")
    tried = at_once(dynamodb, "UpdateItem", 30, lambda: failures.count(KEY, NOW, SIX))
    assert (len(tried), sum(tried)) == (30, 6)


def test_guesses_at_once_in_two_dialects_are_all_counted(dynamodb: "DynamoDBClient") -> None:
    """Also where the end stays: six between both, and the stricter one's end."""
    failures = DynamoLoginFailures(dynamodb, "TokensTable")
    assert failures.count(KEY, NOW, STRICT)
    tried = at_once(dynamodb, "UpdateItem", 30, lambda: failures.count(KEY, NOW, LAX))
    assert (len(tried), sum(tried)) == (30, 5)
    assert not failures.count(KEY, NOW + 1799, STRICT)


def test_somebody_else_s_success_meanwhile_locks_nobody_out(dynamodb: "DynamoDBClient") -> None:
    """A count that was reset while an attempt looked at it is begun anew."""
    failures = DynamoLoginFailures(dynamodb, "TokensTable")
    assert failures.count(KEY, NOW, SIX)
    writes = count()

    def succeed(_: Body) -> None:
        if next(writes) == 1:  # after the first write has found a count, before the second adds
            failures.reset(KEY)

    before(dynamodb, "UpdateItem", succeed)
    assert failures.count(KEY, NOW, SIX)


def test_a_value_counts_once(store: Store) -> None:
    """A replay is refused as long as anybody may ask, and other values are not touched."""
    assert store.nonces.use("key 1 abc", NOW + 600)
    assert not store.nonces.use("key 1 abc", NOW + 600)
    assert not store.nonces.use("key 1 abc", NOW + 1200)
    assert store.nonces.use("key 2 abc", NOW + 600)
    assert store.nonces.use("key 1 ABC", NOW + 600)


def test_only_one_of_many_uses_a_value(dynamodb: "DynamoDBClient") -> None:
    """Of ten parallel replays one is first."""
    nonces = DynamoNonces(dynamodb, "TokensTable", token_bytes)
    first = at_once(dynamodb, "PutItem", 10, lambda: nonces.use("once", NOW))
    assert (len(first), sum(first)) == (10, 1)


def test_the_sdk_s_own_retry_is_no_replay(dynamodb: "DynamoDBClient") -> None:
    """After an answer that was lost the write is sent again, and the use is still the first."""
    nonces = DynamoNonces(dynamodb, "TokensTable", token_bytes)
    attempts = lose_first_answer(dynamodb, "PutItem")
    assert nonces.use("once", NOW)
    assert not nonces.use("once", NOW)
    assert attempts == [1, 2, 3]


def test_none_of_it_is_in_clear_or_for_ever(dynamo: Store) -> None:
    """Names and nonces are digests, removed by TTL, in partitions that no sweep computes."""
    dynamo.failures.count(failure_key(OwnerKind.ADMIN, "ada lovelace"), NOW, SIX)
    dynamo.nonces.use("consumer 1800000000 nonce-of-a-request", NOW + 600)
    items = items_of("TokensTable")
    assert {item["bucket"]["S"].split("#")[0] for item in items} == {"login", "nonce"}
    assert {item["expires_at"]["N"] for item in items} == {str(NOW + 1800), str(NOW + 600)}
    assert "lovelace" not in str(items)
    assert "nonce-of-a-request" not in str(items)
