"""What both stores promise about clients."""

from dataclasses import replace

import pytest
from token_service.domain.model import Client, Grant, Introspection, Secret, TokenFormat
from token_service.domain.ports import OwnerChangedError, OwnerExistsError

from tests.samples import NOW, a_client
from tests.store.stores import Store


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
        a_client(id="A.z_~-9" + "x" * 93),
    ],
)
def test_finds_exactly_what_was_created(store: Store, client: Client) -> None:
    """Every detail of a client comes back, alone and in the list."""
    store.clients.create(client)
    assert store.clients.find(client.id) == client
    assert list(store.clients.list()) == [client]


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
