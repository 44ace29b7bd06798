"""What both stores promise about clients."""

from dataclasses import replace

import pytest
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.key_ids import key_id_of
from token_service.domain.owners import Client, Introspection, Secret
from token_service.domain.ports import (
    OwnerChangedError,
    OwnerExistsError,
    ReservationExceededError,
)

from tests.aws_hooks import bystander
from tests.memory_store import MemoryClients
from tests.samples import NOW, a_client
from tests.store.stores import RATE_LIMIT, Store


@pytest.mark.parametrize(
    "client",
    [
        a_client(),
        a_client(public=True, secrets=(), grants=frozenset({Grant.IMPLICIT})),
        a_client(enabled=False, scopes=(), audience=(), name="Łódź \N{SNOWMAN}"),
        a_client(
            secrets=(Secret("a" * 64, NOW), Secret("b" * 64, NOW - 5, expires_at=NOW + 60)),
            token_format=TokenFormat.OPAQUE,
            token_lifetime=86400 * 30,
            introspection=Introspection.ANY,
            expires_at=NOW + 86400,
            grants=frozenset(),
        ),
        a_client(dpop_bound=True, recorded=False),
        a_client(id="A.z_~-9" + "x" * 93),
    ],
)
def test_finds_exactly_what_was_created(store: Store, client: Client) -> None:
    """Every detail of a client comes back, alone and in the list."""
    store.clients.create(client)
    assert store.clients.find(client.id) == client
    assert list(store.clients.list()) == [client]


def test_a_client_of_before_has_its_tokens_recorded(dynamo: Store) -> None:
    """Stored before that could be chosen."""
    dynamo.clients.create(a_client())
    bystander().update_item(
        TableName="ClientsTable",
        Key={"entity": {"S": "client#shop"}, "part": {"S": "profile"}},
        UpdateExpression="REMOVE recorded",
    )
    assert dynamo.clients.find("shop") == a_client(recorded=True)


def test_an_unknown_client_is_none(store: Store) -> None:
    """Nobody is found under an id that was never given, nor under a part of one."""
    store.clients.create(a_client(id="shop"))
    for other in ("sho", "shop2", "SHOP", "", "client#shop", "shop#profile"):
        assert store.clients.find(other) is None


def test_an_id_is_given_once(store: Store) -> None:
    """A second client of the same id is refused and the first stays as it was."""
    store.clients.create(a_client())
    with pytest.raises(OwnerExistsError):
        store.clients.create(a_client(name="Impostor", epoch="f" * 16))
    assert list(store.clients.list()) == [a_client()]


def test_replacing_counts_versions(store: Store) -> None:
    """Each change is one version further, and is what is found next."""
    store.clients.create(a_client())
    changed = store.clients.replace(a_client(enabled=False))
    assert changed == a_client(enabled=False, version=1)
    assert store.clients.find("shop") == changed
    again = store.clients.replace(replace(changed, name="New"))
    assert again == a_client(enabled=False, name="New", version=2)


def remove_expired(store: Store, now: int) -> None:
    """What TTL does, in either store: every item whose time has come is gone."""
    if isinstance(store.clients, MemoryClients):
        for client in store.clients.list():
            if client.expires_at is not None and client.expires_at <= now:
                store.clients.delete(client)
        return
    dynamodb = bystander()
    for item in dynamodb.scan(TableName="ClientsTable")["Items"]:
        if int(item.get("expires_at", {"N": str(now + 1)})["N"]) <= now:
            key = {name: item[name] for name in ("entity", "part")}
            dynamodb.delete_item(TableName="ClientsTable", Key=key)


@pytest.mark.parametrize("end", [None, NOW + 500])
def test_an_expiry_put_off_is_put_off_for_its_names_too(store: Store, end: int | None) -> None:
    """Past the first end the client is still listed, and found by its key."""
    store.clients.create(a_client(expires_at=NOW + 100))
    changed = store.clients.replace(a_client(expires_at=end))
    assert changed == a_client(expires_at=end, version=1)
    remove_expired(store, NOW + 100)
    assert store.clients.find("shop") == changed
    assert store.clients.find_by_key_id(key_id_of("shop")) == changed
    assert list(store.clients.list()) == [changed]
    assert store.clients.page(0, 10) == ([changed], 1)


@pytest.mark.parametrize("first", [None, NOW + 500])
def test_an_expiry_given_later_leaves_nothing(store: Store, first: int | None) -> None:
    """When it has come, nothing is listed or counted, and the id is free."""
    store.clients.create(a_client(expires_at=first))
    store.clients.replace(a_client(expires_at=NOW + 100))
    remove_expired(store, NOW + 100)
    assert store.clients.find_by_key_id(key_id_of("shop")) is None
    assert store.clients.page(0, 10) == ([], 0)
    store.clients.create(a_client(name="Again"))
    assert list(store.clients.list()) == [a_client(name="Again")]


def test_an_expiry_and_a_reservation_change_together(store: Store) -> None:
    """All or nothing: the sum, the end and the names are those of one version."""
    store.clients.create(a_client(expires_at=NOW + 100))
    changed = store.clients.replace(a_client(reserved_rate_limit=RATE_LIMIT))
    assert store.clients.reserved() == RATE_LIMIT
    remove_expired(store, NOW + 100)
    assert store.clients.find_by_key_id(key_id_of("shop")) == changed
    too_much = replace(changed, expires_at=NOW + 100, reserved_rate_limit=RATE_LIMIT + 1)
    with pytest.raises(ReservationExceededError):
        store.clients.replace(too_much)
    remove_expired(store, NOW + 100)
    assert list(store.clients.list()) == [changed]


def test_a_lost_race_for_the_expiry_changes_no_name(store: Store) -> None:
    """The loser's end reaches neither the key's id nor the list; the same change again does."""
    store.clients.create(a_client())
    winner = store.clients.replace(a_client(enabled=False))
    with pytest.raises(OwnerChangedError):
        store.clients.replace(a_client(expires_at=NOW + 100))
    remove_expired(store, NOW + 100)
    assert store.clients.find_by_key_id(key_id_of("shop")) == winner
    assert list(store.clients.list()) == [winner]
    first = store.clients.replace(replace(winner, expires_at=NOW + 200))
    assert store.clients.replace(replace(winner, expires_at=NOW + 200)) == first


def test_only_a_new_expiry_needs_a_transaction(dynamo: Store, calls: list[str]) -> None:
    """Every other change is one read and one put."""
    dynamo.clients.create(a_client(expires_at=NOW + 100))
    calls.clear()
    changed = dynamo.clients.replace(a_client(expires_at=NOW + 100, name="New"))
    assert calls == ["GetItem", "PutItem"]
    calls.clear()
    dynamo.clients.replace(replace(changed, expires_at=None))
    assert calls == ["GetItem", "TransactWriteItems"]


def test_a_lost_race_is_an_error_never_a_lost_change(store: Store) -> None:
    """Whoever writes over a version that is no longer there is told so, and changes nothing."""
    store.clients.create(a_client())
    winner = store.clients.replace(a_client(enabled=False))
    with pytest.raises(OwnerChangedError):
        store.clients.replace(a_client(name="Loser"))
    assert store.clients.find("shop") == winner


def test_repeating_the_very_same_change_is_success(store: Store) -> None:
    """The SDK's retry of a change that had arrived is no conflict, and is not counted twice."""
    store.clients.create(a_client())
    first = store.clients.replace(a_client(enabled=False))
    assert store.clients.replace(a_client(enabled=False)) == first
    assert store.clients.find("shop") == first


def test_a_deleted_client_is_not_replaced(store: Store) -> None:
    """A change never brings back a client that somebody deleted meanwhile."""
    store.clients.create(a_client())
    store.clients.delete(a_client())
    with pytest.raises(OwnerChangedError):
        store.clients.replace(a_client(name="Ghost"))
    assert store.clients.find("shop") is None
    assert list(store.clients.list()) == []


def test_deleting_says_whether_there_was_one(store: Store) -> None:
    """True once, False afterwards, and gone from the list."""
    store.clients.create(a_client())
    assert store.clients.delete(a_client())
    assert not store.clients.delete(a_client())
    assert store.clients.find("shop") is None
    assert list(store.clients.list()) == []


def test_a_recreated_client_has_nothing_of_the_former(store: Store) -> None:
    """Deleting and making again under the same id leaves only the new one, new epoch included."""
    store.clients.create(a_client())
    store.clients.delete(a_client())
    again = a_client(epoch="f" * 16, secrets=(), scopes=())
    store.clients.create(again)
    assert store.clients.find("shop") == again
    assert list(store.clients.list()) == [again]


def test_lists_every_client_once(store: Store) -> None:
    """The list is complete and repeats nobody, however many shards and pages it is kept in."""
    ids = [f"client-{n}" for n in range(60)]
    clients = {i: a_client(id=i, name=i, secrets=(), scopes=(), audience=()) for i in ids}
    for client in clients.values():
        store.clients.create(client)
    for gone in ("client-7", "client-50"):
        store.clients.delete(clients.pop(gone))
    listed = list(store.clients.list())
    assert len(listed) == len(clients)
    assert {client.id: client for client in listed} == clients
