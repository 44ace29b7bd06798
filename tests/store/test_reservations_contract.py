"""What both stores promise about application keys: their ids, their order, and their sum."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.key_ids import key_id_of
from token_service.domain.owners import Client
from token_service.domain.ports import (
    OwnerChangedError,
    OwnerExistsError,
    ReservationExceededError,
)
from token_service.store.clients import DynamoClients

from tests.aws_hooks import Body, Parsed, refusal
from tests.samples import NOW, a_client
from tests.store.faults import answer_error, before
from tests.store.stores import RATE_LIMIT, Store, no_pause

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def key(number: int = 0, reserved: int = 0, **changes: Any) -> Client:  # noqa: ANN401 - any field
    """A client with a reservation."""
    return a_client(id=f"key-{number}", reserved_rate_limit=reserved, **changes)


def test_a_client_is_found_by_its_key(store: Store) -> None:
    """By the id computed from its own, until it is deleted; under no other text."""
    store.clients.create(key(reserved=7, updated_at=NOW))
    found = store.clients.find_by_key_id(key_id_of("key-0"))
    assert found == key(reserved=7, updated_at=NOW)
    for other in (key_id_of("key-1"), "key-0", "", key_id_of("key-0").upper()):
        assert store.clients.find_by_key_id(other) is None
    store.clients.delete(key(reserved=7))
    assert store.clients.find_by_key_id(key_id_of("key-0")) is None


def test_pages_are_ordered_by_age_then_key(store: Store) -> None:
    """Every client is on exactly one page, oldest first; the count is of all."""
    clients = [key(n, created_at=NOW - n % 7) for n in range(40)]
    for client in clients:
        store.clients.create(client)
    clients.sort(key=lambda client: (client.created_at, key_id_of(client.id)))
    for limit in (1, 7, 40, 100):
        pages = [store.clients.page(offset, limit) for offset in range(0, 41, limit)]
        assert [client for page, _ in pages for client in page] == clients
        assert {total for _, total in pages} == {40}


def test_a_page_reads_its_own_clients_alone(dynamo: Store, calls: list[str]) -> None:
    """16 queries and one batch, wherever the page begins."""
    for number in range(30):
        dynamo.clients.create(key(number))
    for offset in (0, 25):
        calls.clear()
        dynamo.clients.page(offset, 10)
        assert calls == ["Query"] * 16 + ["BatchGetItem"]


def test_the_sum_follows_every_change(store: Store) -> None:
    """Creating, changing and deleting move it, and nothing else does."""
    assert store.clients.reserved() == 0
    store.clients.create(key(0))
    store.clients.create(key(1, 30))
    assert store.clients.reserved() == 30
    changed = store.clients.replace(key(0, 20))
    assert store.clients.reserved() == 50
    store.clients.replace(replace(changed, name="Renamed"))
    assert store.clients.reserved() == 50
    smaller = store.clients.replace(key(1, 5))
    assert (smaller, store.clients.reserved()) == (key(1, 5, version=1), 25)
    store.clients.delete(smaller)
    assert store.clients.reserved() == 20
    assert not store.clients.delete(smaller)
    assert store.clients.reserved() == 20


def test_the_limit_itself_is_allowed_and_no_more(store: Store) -> None:
    """Equality is (docs/platforms/elastic-path.md, 4); what exceeds is refused, whole."""
    store.clients.create(key(0, RATE_LIMIT - 20))
    with pytest.raises(ReservationExceededError):
        store.clients.create(key(1, 21))
    assert store.clients.find("key-1") is None
    assert store.clients.find_by_key_id(key_id_of("key-1")) is None
    store.clients.create(key(1, 20))
    for number, reserved in ((1, 21), (0, RATE_LIMIT + 1), (0, 10**60)):
        with pytest.raises(ReservationExceededError):
            store.clients.replace(key(number, reserved))
    assert store.clients.reserved() == RATE_LIMIT
    assert {client.id: client.version for client in store.clients.list()} == {
        "key-0": 0,
        "key-1": 0,
    }


def test_a_reservation_alone_may_not_exceed(store: Store) -> None:
    """Also when there is no sum yet."""
    with pytest.raises(ReservationExceededError):
        store.clients.create(key(0, RATE_LIMIT + 1))
    assert (store.clients.reserved(), list(store.clients.list())) == (0, [])


def test_a_taken_id_reserves_nothing(store: Store) -> None:
    """Who is refused for the id leaves the sum as it was."""
    store.clients.create(key(0, 1))
    with pytest.raises(OwnerExistsError):
        store.clients.create(key(0, 50))
    assert store.clients.reserved() == 1


@pytest.mark.parametrize("reserved", [0, 40])
def test_a_lost_race_moves_no_sum(store: Store, reserved: int) -> None:
    """Two change what they both read: one wins, the other learns so; the sum is the winner's."""
    store.clients.create(key(0, 10))
    winner = store.clients.replace(key(0, 30))
    for loser in (key(0, 50), key(0, reserved), key(0, 10, name="Loser")):
        with pytest.raises(OwnerChangedError):
            store.clients.replace(loser)
    assert (store.clients.find("key-0"), store.clients.reserved()) == (winner, 30)


@pytest.mark.parametrize(("read", "meanwhile"), [(0, 5), (5, 9), (5, 0)])
def test_deleting_gives_back_what_is_reserved_then(store: Store, read: int, meanwhile: int) -> None:
    """A reservation changed since it was read is not given back twice, nor kept for ever."""
    store.clients.create(key(0, read))
    changed = store.clients.replace(key(0, meanwhile))
    with pytest.raises(OwnerChangedError):
        store.clients.delete(key(0, read))
    assert store.clients.reserved() == meanwhile
    assert store.clients.delete(changed)
    assert store.clients.reserved() == 0


class Interleaved:
    """Does something just before a transaction is sent, once."""

    def __init__(self, client: "DynamoDBClient", act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act
        before(client, "TransactWriteItems", self)

    def __call__(self, _: Body) -> None:
        """Act at the first call alone."""
        act, self._act = self._act, None
        if act:
            act()


def test_creates_at_once_cannot_exceed(dynamodb: "DynamoDBClient", dynamo: Store) -> None:
    """What another reserves between the decision and the write counts."""
    Interleaved(dynamodb, lambda: dynamo.clients.create(key(1, 60)))
    with pytest.raises(ReservationExceededError):
        dynamo.clients.create(key(2, 60))
    assert [client.id for client in dynamo.clients.list()] == ["key-1"]
    assert dynamo.clients.reserved() == 60


@pytest.mark.parametrize("rival", [key(0, 30), key(0, name="Rival")])
def test_changes_at_once_have_one_winner(
    dynamodb: "DynamoDBClient", dynamo: Store, rival: Client
) -> None:
    """A change that lands between reading and writing wins; the other moves nothing."""
    dynamo.clients.create(key(0))
    Interleaved(dynamodb, lambda: dynamo.clients.replace(rival))
    with pytest.raises(OwnerChangedError):
        dynamo.clients.replace(key(0, 50))
    assert dynamo.clients.find("key-0") == replace(rival, version=1)
    assert dynamo.clients.reserved() == rival.reserved_rate_limit


def test_a_change_while_deleting_is_not_lost_from_the_sum(
    dynamodb: "DynamoDBClient", dynamo: Store
) -> None:
    """A reservation made just before the deletion makes that fail, and stays counted."""
    dynamo.clients.create(key(0))
    Interleaved(dynamodb, lambda: dynamo.clients.replace(key(0, 30)))
    with pytest.raises(OwnerChangedError):
        dynamo.clients.delete(key(0))
    assert dynamo.clients.reserved() == 30


def test_who_meets_another_transaction_tries_again(dynamodb: "DynamoDBClient") -> None:
    """DynamoDB refuses the second of two at once; a few repeats make a plain success of it."""
    pauses: list[int] = []
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    fault = refusal("TransactionCanceledException", CancellationReasons=reasons)

    def contend(_: Body) -> Parsed | None:
        return fault if len(pauses) < 2 else None

    before(dynamodb, "TransactWriteItems", contend)
    clients = DynamoClients(dynamodb, "ClientsTable", pauses.append, RATE_LIMIT)
    clients.create(key(0, 5))
    assert (pauses, clients.reserved()) == ([0, 1], 5)


def test_endless_contention_is_unavailable(dynamodb: "DynamoDBClient") -> None:
    """Nothing is claimed when it does not end."""
    clients = DynamoClients(dynamodb, "ClientsTable", no_pause, RATE_LIMIT)
    reasons = [{"Code": "TransactionConflict"}]
    code = "TransactionCanceledException"
    answer_error(dynamodb, "TransactWriteItems", code, CancellationReasons=reasons)
    with pytest.raises(Unavailable):
        clients.create(key(0, 5))
