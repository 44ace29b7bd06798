"""What both stores promise about when clients were last used."""

from typing import TYPE_CHECKING

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.owners import LastUse
from token_service.store.client_uses import DynamoClientUses

from tests.aws_hooks import items_of
from tests.samples import NOW, a_client
from tests.store.faults import Partial, answer_error
from tests.store.stores import Store, no_pause

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

HOUR = 3600


def test_never_used_is_empty(store: Store) -> None:
    """Of clients that nobody noted, and of those that nobody made."""
    assert store.uses.last_used("shop") == LastUse()
    assert store.uses.last_used_of(["a", "b", "a"]) == {"a": LastUse(), "b": LastUse()}
    assert store.uses.last_used_of([]) == {}


def test_each_mark_has_its_own_time(store: Store) -> None:
    """And the client the latest of all, with or without a mark."""
    store.uses.note("shop", "secret#1", NOW, HOUR)
    store.uses.note("shop", "secret#2", NOW + 10, HOUR)
    store.uses.note("shop", "key#any kid", NOW + 20, HOUR)
    marks = {"secret#1": NOW, "secret#2": NOW + 10, "key#any kid": NOW + 20}
    assert store.uses.last_used("shop") == LastUse(NOW + 20, marks)
    store.uses.note("page", None, NOW, HOUR)
    assert store.uses.last_used("page") == LastUse(NOW)


@pytest.mark.parametrize("mark", [None, "secret#1"])
@pytest.mark.parametrize(("after", "noted"), [(0, 0), (1, 0), (3599, 0), (3600, 3600)])
def test_an_hour_has_one_note(store: Store, mark: str | None, after: int, noted: int) -> None:
    """What was noted in the last hour stays; who came too late is told nothing."""
    store.uses.note("shop", mark, NOW, HOUR)
    store.uses.note("shop", mark, NOW + after, HOUR)
    use = store.uses.last_used("shop")
    assert use.client == NOW + noted
    assert use.by_mark == ({} if mark is None else {mark: NOW + noted})


def test_many_at_once(store: Store) -> None:
    """Every id is in the answer, used or not."""
    ids = [f"client-{n}" for n in range(130)]
    for n, client_id in enumerate(ids[:120]):
        store.uses.note(client_id, None, NOW + n, HOUR)
    expected = {client_id: LastUse(NOW + n) for n, client_id in enumerate(ids[:120])}
    assert store.uses.last_used_of(ids) == expected | dict.fromkeys(ids[120:], LastUse())


def test_it_ends_with_the_client(store: Store) -> None:
    """Deleting forgets, and so does making: a note that came too late is nobody's."""
    store.clients.create(a_client())
    store.uses.note("shop", "secret#1", NOW, HOUR)
    store.clients.replace(a_client(name="New"))
    assert store.uses.last_used("shop").client == NOW
    store.clients.delete(a_client())
    assert store.uses.last_used("shop") == LastUse()
    store.uses.note("shop", "secret#1", NOW, HOUR)
    store.clients.create(a_client())
    assert store.uses.last_used("shop") == LastUse()


def test_one_write_and_one_read(dynamo: Store, calls: list[str]) -> None:
    """A note is one write, also where it comes too late; a hundred clients are one round trip."""
    dynamo.uses.note("shop", "secret#1", NOW, HOUR)
    dynamo.uses.note("shop", "secret#1", NOW, HOUR)
    dynamo.uses.last_used_of([f"c{n}" for n in range(100)])
    assert calls == ["UpdateItem", "UpdateItem", "BatchGetItem"]


def test_it_lies_apart_from_the_client(dynamo: Store) -> None:
    """In a partition of its own, which can be granted without the client's secrets (item 84)."""
    dynamo.uses.note("shop", "secret#0123456789abcdef", NOW, HOUR)
    (item,) = items_of("ClientsTable")
    assert item == {
        "entity": {"S": "used#client#shop"},
        "part": {"S": "last"},
        "client": {"N": str(NOW)},
        "secret#0123456789abcdef": {"N": str(NOW)},
    }


def test_outages_are_unavailable(dynamodb: "DynamoDBClient") -> None:
    """Throttled writes, and reads that stay incomplete."""
    partial = DynamoClientUses(Partial(dynamodb, times=9).as_client(), "ClientsTable", no_pause)
    with pytest.raises(Unavailable):
        partial.last_used("shop")
    answer_error(dynamodb, "UpdateItem", "ThrottlingException")
    with pytest.raises(Unavailable):
        DynamoClientUses(dynamodb, "ClientsTable", no_pause).note("shop", None, NOW, HOUR)
