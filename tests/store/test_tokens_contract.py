"""What both stores promise about token records."""

from dataclasses import replace

import pytest
from token_service.domain.grants import Access, Grant
from token_service.domain.location import Location
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.store.tokens import TokenCollisionError

from tests.memory_store import place_of
from tests.samples import EPOCH, NOW, OWNER, a_client, a_record, an_account
from tests.store.stores import Store

STRANGER = OwnerRef(OwnerKind.CLIENT, "stranger")


@pytest.mark.parametrize(
    "record",
    [
        a_record(),
        a_record(scope=(), audience=()),
        a_record(grant=Grant.IMPLICIT, access=Access.READ_ONLY, scope=()),
        a_record(audience=("a", "b", "https://c.test/d"), layout=0),
        a_record(handle="f" * 64, layout=14),
        a_record(revoked_at=NOW + 5),
    ],
)
def test_finds_exactly_what_was_put(store: Store, record: TokenRecord) -> None:
    """Every detail of a record comes back from where it lies."""
    store.tokens.put(record)
    assert store.tokens.find(place_of(record)) == record


def test_finds_nothing_where_nothing_is(store: Store) -> None:
    """An unknown place is None, with and without an owner."""
    place = place_of(a_record())
    assert store.tokens.find(place) is None
    assert store.tokens.find_with_owners(place, {OWNER}) == (None, {})


@pytest.mark.parametrize("with_record", [False, True])
@pytest.mark.parametrize("with_owner", [False, True])
def test_finds_record_and_owner_apart(store: Store, *, with_record: bool, with_owner: bool) -> None:
    """Either half may be missing, and the other is still told."""
    record, client = a_record(), a_client()
    if with_record:
        store.tokens.put(record)
    if with_owner:
        store.clients.create(client)
    expected = (record if with_record else None, {OWNER: client} if with_owner else {})
    assert store.tokens.find_with_owners(place_of(record), {OWNER}) == expected


def test_finds_several_owners_each_under_its_name(store: Store) -> None:
    """Of any kind; one that is not there is left out."""
    admin = an_account()
    store.clients.create(a_client())
    store.admins.create(admin)
    nobody = OwnerRef(OwnerKind.CLIENT, "nobody")
    found = store.tokens.find_with_owners(place_of(a_record()), {OWNER, admin.ref, nobody})
    assert found == (None, {OWNER: a_client(), admin.ref: admin})


def test_finds_a_record_past_its_expiry(store: Store) -> None:
    """The store does not judge expiry: an item that TTL left behind is still shown (item 83)."""
    record = a_record(issued_at=1000, expires_at=4600)
    store.tokens.put(record)
    assert store.tokens.find(place_of(record)) == record


def test_putting_the_same_record_twice_is_success(store: Store) -> None:
    """Our own retry of a write that had arrived is no error (item 72)."""
    store.tokens.put(a_record())
    store.tokens.put(a_record())
    assert store.tokens.find(place_of(a_record())) == a_record()


@pytest.mark.parametrize(
    "change",
    [
        {"owner": STRANGER},
        {"epoch": "f" * 16},
        {"issued_at": NOW + 1},
        {"expires_at": NOW + 3601},
        {"scope": ()},
        {"access": Access.READ_ONLY},
    ],
)
def test_another_record_never_takes_a_handle(store: Store, change: dict[str, object]) -> None:
    """A record stays what it is when another one of the same handle arrives."""
    store.tokens.put(a_record())
    with pytest.raises(TokenCollisionError):
        store.tokens.put(a_record(**change))
    assert store.tokens.find(place_of(a_record())) == a_record()


def test_revoking_keeps_a_tombstone(store: Store) -> None:
    """A revoked record stays, marked with the time, everything else unchanged."""
    store.tokens.put(a_record())
    assert store.tokens.revoke(place_of(a_record()), OWNER, NOW + 7)
    assert store.tokens.find(place_of(a_record())) == a_record(revoked_at=NOW + 7)


def test_revoking_twice_keeps_the_first_time(store: Store) -> None:
    """A second revocation succeeds and changes nothing (item 72)."""
    store.tokens.put(a_record())
    assert store.tokens.revoke(place_of(a_record()), OWNER, NOW + 7)
    assert store.tokens.revoke(place_of(a_record()), OWNER, NOW + 9)
    assert store.tokens.find(place_of(a_record())) == a_record(revoked_at=NOW + 7)


def test_a_stranger_revokes_nothing(store: Store) -> None:
    """Somebody else's record is left as it is (item 68)."""
    store.tokens.put(a_record())
    assert not store.tokens.revoke(place_of(a_record()), STRANGER, NOW)
    assert store.tokens.find(place_of(a_record())) == a_record()


def test_revoking_nothing_makes_nothing(store: Store) -> None:
    """A place without a record is False, and still without a record (item 69)."""
    assert not store.tokens.revoke(place_of(a_record()), OWNER, NOW)
    assert store.tokens.find(place_of(a_record())) is None


TOMBSTONE = a_record(revoked_at=NOW + 7, expires_at=NOW + 3660, jkt="k" * 43, account="one")


def test_a_tombstone_is_kept_where_nothing_was(store: Store) -> None:
    """At the place that is named, which need not be that of its own expiry; whole."""
    place = place_of(a_record(expires_at=NOW - NOW % 3600 + 3599))
    assert store.tokens.bury(place, TOMBSTONE)
    assert store.tokens.find(place) == TOMBSTONE
    assert store.tokens.find_with_owners(place, {OWNER}) == (TOMBSTONE, {})


def test_burying_twice_keeps_the_first_time(store: Store) -> None:
    """A second revocation of a token without a record changes nothing either (item 72)."""
    place = place_of(a_record())
    assert store.tokens.bury(place, TOMBSTONE)
    assert store.tokens.bury(place, replace(TOMBSTONE, revoked_at=NOW + 9))
    assert store.tokens.find(place) == TOMBSTONE


@pytest.mark.parametrize("revoked_at", [None, NOW + 5])
def test_a_stranger_buries_nothing(store: Store, revoked_at: int | None) -> None:
    """What lies there of somebody else's stays as it is (item 68)."""
    place, there = place_of(a_record()), a_record(revoked_at=revoked_at)
    store.tokens.put(there)
    assert not store.tokens.bury(place, replace(TOMBSTONE, owner=STRANGER))
    assert store.tokens.find(place) == there


@pytest.mark.parametrize(("revoked_at", "kept"), [(None, NOW + 7), (NOW + 5, NOW + 5)])
def test_burying_revives_nothing(store: Store, revoked_at: int | None, kept: int) -> None:
    """Whatever of the owner's lies there is revoked afterwards, and since when it was."""
    place = place_of(a_record())
    store.tokens.put(a_record(revoked_at=revoked_at))
    assert store.tokens.bury(place, TOMBSTONE)
    found = store.tokens.find(place)
    assert found is not None
    assert found.revoked_at == kept


def test_a_late_duplicate_does_not_undo_a_revocation(store: Store) -> None:
    """A repeat of the first write that arrives after the tombstone leaves it there (item 72)."""
    store.tokens.put(a_record())
    store.tokens.revoke(place_of(a_record()), OWNER, NOW + 7)
    with pytest.raises(TokenCollisionError):
        store.tokens.put(a_record())
    assert store.tokens.find(place_of(a_record())) == a_record(revoked_at=NOW + 7)


def test_records_of_one_client_live_side_by_side(store: Store) -> None:
    """Issuing more tokens touches none of the former ones."""
    records = [a_record(handle=f"08{n:032x}") for n in range(20)]
    for record in records:
        store.tokens.put(record)
    assert [store.tokens.find(place_of(record)) for record in records] == records


def test_a_handle_is_found_in_its_own_bucket_only(store: Store) -> None:
    """The same handle in another bucket is another place."""
    store.tokens.put(a_record())
    place = place_of(a_record())
    assert store.tokens.find(Location(place.bucket + "0", place.handle)) is None


def test_the_epoch_is_copied_not_looked_up(store: Store) -> None:
    """A record keeps the epoch it was issued under when its owner gets a new one (item 71)."""
    store.clients.create(a_client())
    store.tokens.put(a_record())
    store.clients.replace(a_client(epoch="f" * 16))
    record, owners = store.tokens.find_with_owners(place_of(a_record()), {OWNER})
    assert record is not None
    assert (record.epoch, owners[OWNER].epoch) == (EPOCH, "f" * 16)
