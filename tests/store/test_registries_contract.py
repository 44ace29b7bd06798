"""What both stores promise about owners of every kind that have names."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.ports import OwnerChangedError, OwnerExistsError

from tests.samples import a_client, a_member, an_account, an_integration
from tests.store.stores import Store

NEW_EPOCH = "f" * 16


@dataclass(frozen=True)
class Kind:
    """One registry, an owner to keep in it, and everything that finds one by a name."""

    registry: Callable[[Store], Any]
    owner: Any
    find: Callable[[Any, Any], list[Any]]
    others: tuple[dict[str, Any], ...] = ()


KINDS = {
    "admin": Kind(
        lambda store: store.admins,
        an_account(),
        lambda registry, owner: [registry.find_by_username(owner.username)],
        ({"resources": (), "enabled": False}, {"username": "Łódź \N{SNOWMAN}"}),
    ),
    "customer": Kind(
        lambda store: store.customers,
        an_account(kind=OwnerKind.CUSTOMER, username="ada@shop.test", resources=()),
        lambda registry, owner: [registry.find_by_username(owner.username)],
        ({"username": "u" * 255}, {"password_hash": "$argon2id$other"}),
    ),
    "account_member": Kind(
        lambda store: store.members,
        a_member(),
        lambda registry, owner: [registry.find_by_username(owner.username)],
        (
            {"password_hash": None, "buyer_accounts": ()},
            {"name": "Łódź", "email": "a@b", "buyer_accounts": tuple(map(str, range(100)))},
        ),
    ),
    "integration": Kind(
        lambda store: store.integrations,
        an_integration(),
        lambda registry, owner: [
            registry.find_by_name(owner.name),
            registry.find_by_consumer_key(owner.consumer_key),
        ],
        ({"enabled": False, "token_secret": None}, {"resources": (), "name": "n" * 255}),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind in turn."""
    return KINDS[request.param]


def another(owner: Any, number: int = 1) -> Any:  # noqa: ANN401 - an owner
    """An owner who shares no id and no name with this one."""
    if owner.ref.kind is OwnerKind.INTEGRATION:
        return replace(
            owner, id=f"{number:032x}", name=f"Other {number}", consumer_key=f"{number:032d}"
        )
    return replace(owner, id=f"{number:032x}", username=f"other-{number}")


def test_finds_exactly_what_was_created(store: Store, kind: Kind) -> None:
    """Every detail comes back by id, by every name, as an owner and in the list."""
    for changes in ({}, *kind.others):
        owner, registry = replace(kind.owner, **changes), kind.registry(store)
        registry.create(owner)
        assert registry.find(owner.id) == owner
        assert all(found == owner for found in kind.find(registry, owner))
        assert store.owners.find(owner.ref) == owner
        assert list(registry.list()) == [owner]
        registry.delete(owner)


def test_nobody_is_found_under_what_was_never_given(store: Store, kind: Kind) -> None:
    """Neither under an unknown id or name, nor under an id as a name."""
    registry = kind.registry(store)
    registry.create(kind.owner)
    stranger = another(kind.owner)
    for identifier in (stranger.id, "", kind.owner.id[:-1], str(kind.owner.ref)):
        assert registry.find(identifier) is None
        assert store.owners.find(OwnerRef(kind.owner.ref.kind, identifier)) is None
    assert not any(kind.find(registry, stranger))
    if kind.owner.ref.kind is not OwnerKind.INTEGRATION:
        assert registry.find_by_username(kind.owner.id) is None


def test_every_name_is_given_once(store: Store, kind: Kind) -> None:
    """A second owner of the same id or of any same name is refused, whole, and nothing changes."""
    registry, owner = kind.registry(store), kind.owner
    registry.create(owner)
    integration = owner.ref.kind is OwnerKind.INTEGRATION
    names = {"name", "consumer_key"} if integration else {"username"}
    for field in {"id"} | names:
        rival = replace(another(owner), **{field: getattr(owner, field)})
        with pytest.raises(OwnerExistsError):
            registry.create(rival)
        assert list(registry.list()) == [owner]
        assert all(found == owner for found in kind.find(registry, owner))
        assert all(found in (owner, None) for found in kind.find(registry, rival))


def test_deleting_frees_id_and_names(store: Store, kind: Kind) -> None:
    """True once and False afterwards; then others may have the names, and nothing is left."""
    registry, owner = kind.registry(store), kind.owner
    registry.create(owner)
    assert registry.delete(owner)
    assert not registry.delete(owner)
    assert registry.find(owner.id) is None
    assert store.owners.find(owner.ref) is None
    assert not any(kind.find(registry, owner))
    assert list(registry.list()) == []
    again = replace(owner, epoch=NEW_EPOCH)
    registry.create(again)
    assert all(found == again for found in kind.find(registry, owner))


def test_replacing_counts_versions(store: Store, kind: Kind) -> None:
    """Each change is one version further, and is what is found next, by every name."""
    registry = kind.registry(store)
    registry.create(kind.owner)
    first = registry.replace(replace(kind.owner, epoch=NEW_EPOCH))
    assert first == replace(kind.owner, epoch=NEW_EPOCH, version=1)
    second = registry.replace(replace(first, enabled=False))
    assert second == replace(first, enabled=False, version=2)
    assert all(found == second for found in kind.find(registry, kind.owner))
    assert list(registry.list()) == [second]


def test_a_lost_race_is_an_error_never_a_lost_change(store: Store, kind: Kind) -> None:
    """Who writes over a version that is no longer there changes nothing; a retry is success."""
    registry = kind.registry(store)
    registry.create(kind.owner)
    winner = registry.replace(replace(kind.owner, enabled=False))
    assert registry.replace(replace(kind.owner, enabled=False)) == winner
    with pytest.raises(OwnerChangedError):
        registry.replace(replace(kind.owner, epoch=NEW_EPOCH))
    assert registry.find(kind.owner.id) == winner


def test_a_deleted_owner_is_not_replaced(store: Store, kind: Kind) -> None:
    """A change never brings back an owner whom somebody deleted meanwhile."""
    registry = kind.registry(store)
    registry.create(kind.owner)
    registry.delete(kind.owner)
    with pytest.raises(OwnerChangedError):
        registry.replace(kind.owner)
    assert list(registry.list()) == []
    assert not any(kind.find(registry, kind.owner))


def test_lists_every_owner_of_its_kind_once(store: Store, kind: Kind) -> None:
    """The list is complete, repeats nobody and shows nobody of another kind."""
    store.clients.create(a_client())
    for other in KINDS.values():
        if other is not kind:
            other.registry(store).create(other.owner)
    registry = kind.registry(store)
    owners = {owner.id: owner for owner in (another(kind.owner, n) for n in range(30))}
    for owner in owners.values():
        registry.create(owner)
    registry.delete(owners.pop(f"{7:032x}"))
    listed = list(registry.list())
    assert len(listed) == len(owners)
    assert {owner.id: owner for owner in listed} == owners


def test_kinds_share_no_ids_and_no_names(store: Store) -> None:
    """One id and one name, four times: each kind finds its own, and loses only its own."""
    name, identifier = "ada", "shop"
    client = a_client(id=identifier)
    admin = an_account(id=identifier, username=name)
    customer = replace(admin, kind=OwnerKind.CUSTOMER)
    integration = an_integration(id=identifier, name=name, consumer_key=name)
    store.clients.create(client)
    store.admins.create(admin)
    store.customers.create(customer)
    store.integrations.create(integration)
    for owner in (client, admin, customer, integration):
        assert store.owners.find(owner.ref) == owner
    store.admins.delete(admin)
    assert store.admins.find_by_username(name) is None
    assert store.customers.find_by_username(name) == customer
    assert store.integrations.find_by_name(name) == integration
    assert store.integrations.find_by_consumer_key(name) == integration


@pytest.mark.parametrize("typed", ["ADA", " ada ", "aDa\n"])
def test_people_s_names_are_compared_without_case(store: Store, typed: str) -> None:
    """As Magento's database does; the spelling of the first stays."""
    store.admins.create(an_account(username="Ada"))
    assert store.admins.find_by_username(typed) == an_account(username="Ada")
    with pytest.raises(OwnerExistsError):
        store.admins.create(an_account(id="1" * 32, username=typed))


def test_ending_all_tokens_needs_no_version(store: Store) -> None:
    """One write, whatever was changed meanwhile; who read before it must read again."""
    store.customers.create(KINDS["customer"].owner)
    read = store.customers.replace(replace(KINDS["customer"].owner, enabled=False))
    assert store.customers.replace_epoch(read.id, NEW_EPOCH)
    assert store.customers.find(read.id) == replace(read, epoch=NEW_EPOCH, version=2)
    with pytest.raises(OwnerChangedError):
        store.customers.replace(replace(read, enabled=True))


def test_nobody_s_tokens_cannot_be_ended(store: Store) -> None:
    """An account that is gone is not half made again."""
    assert not store.customers.replace_epoch("a" * 32, NEW_EPOCH)
    assert store.customers.find("a" * 32) is None
    store.admins.create(an_account())
    assert not store.customers.replace_epoch(an_account().id, NEW_EPOCH)
    assert store.admins.find(an_account().id) == an_account()
