"""The store in dictionaries: the reference that DynamoDB is held against, with faults on demand."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from token_service.domain.key_ids import key_id_of
from token_service.domain.location import Location, hour_of, locate
from token_service.domain.names import same_name
from token_service.domain.one_time_passwords import OneTimePassword
from token_service.domain.owners import (
    Account,
    BuyerAccount,
    Client,
    Integration,
    LastUse,
    Owner,
    OwnerKind,
    OwnerRef,
)
from token_service.domain.ports import (
    FailureWindow,
    LockOut,
    OwnerChangedError,
    OwnerExistsError,
    Page,
    ReservationExceededError,
)
from token_service.domain.tokens import TokenRecord
from token_service.store.tokens import TokenCollisionError

PEOPLE = (OwnerKind.ACCOUNT_MEMBER, OwnerKind.ADMIN, OwnerKind.CUSTOMER)


class MemoryRegistry[T: (Account, BuyerAccount, Client, Integration)]:
    """Owners of one kind by id, and by the names that are theirs alone."""

    def __init__(self, names: Callable[[T], list[str]] = lambda _: []) -> None:
        self._names: Callable[[T], list[str]] = names
        self.by_id: dict[str, T] = {}
        self.by_name: dict[str, str] = {}
        self.reads = 0

    def find(self, identifier: str) -> T | None:
        """The owner, or None."""
        self.reads += 1
        return self.by_id.get(identifier)

    def find_named(self, name: str) -> T | None:
        """The owner of this name, or None."""
        identifier = self.by_name.get(name)
        return None if identifier is None else self.find(identifier)

    def create(self, owner: T) -> None:
        """Keep a new owner."""
        names = self._names(owner)
        if owner.id in self.by_id or not self.by_name.keys().isdisjoint(names):
            raise OwnerExistsError(owner.id)
        self.by_id[owner.id] = owner
        self.by_name |= dict.fromkeys(names, owner.id)

    def replace(self, owner: T) -> T:
        """Write over the version that was read."""
        stored, changed = self.by_id.get(owner.id), replace(owner, version=owner.version + 1)
        if stored is None or (stored.version != owner.version and stored != changed):
            raise OwnerChangedError(owner.id)
        self.by_id[owner.id] = changed
        return changed

    def delete(self, owner: T) -> bool:
        """Remove the owner with its names."""
        if self.by_id.pop(owner.id, None) is None:
            return False
        for name in self._names(owner):
            del self.by_name[name]
        return True

    def list(self) -> Iterator[T]:
        """Every owner."""
        return iter(tuple(self.by_id.values()))


class MemoryClients(MemoryRegistry[Client]):
    """Clients, found by id or application key; what they reserve, and when they were used."""

    def __init__(self, rate_limit: int = 0) -> None:
        """`rate_limit` is the most that all reservations may come to."""
        super().__init__(lambda client: [key_id_of(client.id)])
        self.rate_limit = rate_limit
        self.uses = MemoryClientUses()

    def find_by_key_id(self, key_id: str) -> Client | None:
        """The client of this key, or None."""
        return self.find_named(key_id)

    def page(self, offset: int, limit: int) -> tuple[list[Client], int]:
        """Some clients, oldest first; and how many there are."""
        clients = sorted(self.by_id.values(), key=lambda c: (c.created_at, key_id_of(c.id)))
        return clients[offset : offset + limit], len(clients)

    def reserved(self) -> int:
        """The sum of all reservations."""
        return sum(client.reserved_rate_limit for client in self.by_id.values())

    def create(self, owner: Client) -> None:
        """Keep a new client, never used before, if there is room for what it reserves."""
        if owner.id not in self.by_id:
            self._check_room(owner.reserved_rate_limit)
        super().create(owner)
        self.uses.by_id.pop(owner.id, None)

    def replace(self, owner: Client) -> Client:
        """Write over the version that was read, if there is room for what it reserves."""
        stored = self.by_id.get(owner.id)
        if stored and stored.version == owner.version:
            self._check_room(owner.reserved_rate_limit - stored.reserved_rate_limit)
        return super().replace(owner)

    def delete(self, owner: Client) -> bool:
        """Remove a client that has still reserved what it had, and when it was used."""
        stored = self.by_id.get(owner.id)
        if stored and stored.reserved_rate_limit != owner.reserved_rate_limit:
            raise OwnerChangedError(owner.id)
        self.uses.by_id.pop(owner.id, None)
        return super().delete(owner)

    def _check_room(self, by: int) -> None:
        if by > 0 and self.reserved() + by > self.rate_limit:
            raise ReservationExceededError


class MemoryAccounts(MemoryRegistry[Account]):
    """Accounts of one kind."""

    def __init__(self) -> None:
        super().__init__(lambda account: [same_name(account.username)])

    def find_by_username(self, username: str) -> Account | None:
        """The account of this name, or None."""
        return self.find_named(same_name(username))

    def replace_epoch(self, identifier: str, epoch: str) -> bool:
        """End all tokens of an account, whatever its version."""
        account = self.by_id.get(identifier)
        if account is None:
            return False
        self.by_id[identifier] = replace(account, epoch=epoch, version=account.version + 1)
        return True


class MemoryBuyerAccounts(MemoryRegistry[BuyerAccount]):
    """Buyer accounts, whose names need not differ."""

    def find_all(self, identifiers: Iterable[str]) -> list[BuyerAccount]:
        """Those that there are."""
        found = map(self.find, dict.fromkeys(identifiers))
        return [account for account in found if account is not None]


class MemoryIntegrations(MemoryRegistry[Integration]):
    """Integrations, each with a name and a consumer key."""

    def __init__(self) -> None:
        super().__init__(lambda one: [f"name {one.name.strip()}", f"consumer {one.consumer_key}"])

    def find_by_name(self, name: str) -> Integration | None:
        """The integration of this name, or None."""
        return self.find_named(f"name {name.strip()}")

    def find_by_consumer_key(self, consumer_key: str) -> Integration | None:
        """The integration of this consumer, or None."""
        return self.find_named(f"consumer {consumer_key}")


class MemoryOwners:
    """Owners of every kind."""

    def __init__(self) -> None:
        self.clients = MemoryClients()
        self.accounts = {kind: MemoryAccounts() for kind in PEOPLE}
        self.buyer_accounts = MemoryBuyerAccounts()
        self.integrations = MemoryIntegrations()

    def find(self, owner: OwnerRef) -> Owner | None:
        """The owner, or None."""
        if owner.kind is OwnerKind.CLIENT:
            return self.clients.find(owner.id)
        if owner.kind is OwnerKind.INTEGRATION:
            return self.integrations.find(owner.id)
        return self.accounts[owner.kind].find(owner.id)


class MemoryLoginFailures:
    """Counters by key, each with the moment (seconds) at which it is forgotten."""

    def __init__(self) -> None:
        self.by_key: dict[str, tuple[int, int]] = {}

    def count(self, key: str, now: int, lock_out: LockOut) -> bool:
        """Count one attempt, unless the name is locked."""
        failures, until = self.by_key.get(key, (0, now))
        failures = failures if until > now else 0
        if failures >= lock_out.max_failures:
            return False
        self.by_key[key] = (failures + 1, max(until, now + lock_out.seconds))
        return True

    def reset(self, key: str) -> None:
        """Forget the failures."""
        self.by_key.pop(key, None)


class MemoryClientFailures:
    """Counters by key, each with the moment (seconds) at which its window ends."""

    def __init__(self) -> None:
        self.by_key: dict[str, tuple[int, int]] = {}
        self.writes = 0

    def count(self, key: str, now: int, window: FailureWindow) -> int | None:
        """Count one failure, unless the window is full."""
        self.writes += 1
        failures, until = self.by_key.get(key, (0, 0))
        if until <= now:
            failures, until = 0, now + window.seconds
        if failures >= window.max_failures:
            return until - now
        self.by_key[key] = (failures + 1, until)
        return None

    def reset(self, key: str) -> None:
        """Forget the failures."""
        self.writes += 1
        self.by_key.pop(key, None)


class MemoryClientUses:
    """When clients were last used, beside the clients that it is about."""

    def __init__(self) -> None:
        self.by_id: dict[str, LastUse] = {}
        self.writes = 0

    def note(self, client_id: str, mark: str | None, now: int, at_most_every: int) -> None:
        """Note a use, unless one was noted just before."""
        self.writes += 1
        former = self.last_used(client_id)
        noted = former.client if mark is None else former.by_mark.get(mark)
        if noted is None or noted <= now - at_most_every:
            by_mark = {} if mark is None else {mark: now}
            self.by_id[client_id] = LastUse(now, {**former.by_mark, **by_mark})

    def last_used(self, client_id: str) -> LastUse:
        """When a client was last used."""
        return self.by_id.get(client_id, LastUse())

    def last_used_of(self, client_ids: Iterable[str]) -> Mapping[str, LastUse]:
        """The same of many."""
        return {client_id: self.last_used(client_id) for client_id in client_ids}


class MemoryOneTimePasswords:
    """One a key."""

    def __init__(self) -> None:
        self.by_key: dict[str, OneTimePassword] = {}

    def put(self, key: str, password: OneTimePassword) -> None:
        """Keep it."""
        self.by_key[key] = password

    def find(self, key: str) -> OneTimePassword | None:
        """What is kept."""
        return self.by_key.get(key)

    def use(self, key: str, password: OneTimePassword) -> bool:
        """Remove it, if it is still there."""
        if self.by_key.get(key) != password:
            return False
        del self.by_key[key]
        return True


class MemoryNonces:
    """Values that were used."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def use(self, value: str, expires_at: int) -> bool:
        """True the first time."""
        if value in self.used:
            return False
        self.used[value] = expires_at
        return True


class MemoryTokens:
    """Token records by place, and the sweep's view of them; pages hold `page_size` items."""

    def __init__(self, owners: MemoryOwners, page_size: int = 2) -> None:
        self._owners = owners
        self._page_size = page_size
        self.records: dict[Location, TokenRecord] = {}
        self.checkpoint_hour: int | None = None

    def put(self, record: TokenRecord) -> None:
        """Store the record once."""
        location = place_of(record)
        if self.records.setdefault(location, record) != record:
            raise TokenCollisionError(record.handle)

    def find(self, location: Location) -> TokenRecord | None:
        """The record, or None."""
        return self.records.get(location)

    def find_with_owners(
        self, location: Location, owners: set[OwnerRef]
    ) -> tuple[TokenRecord | None, Mapping[OwnerRef, Owner]]:
        """All at once."""
        there = ((ref, self._owners.find(ref)) for ref in owners)
        return self.find(location), {ref: owner for ref, owner in there if owner}

    def revoke(self, location: Location, owner: OwnerRef, at: int) -> bool:
        """Put a tombstone on the owner's record."""
        record = self.records.get(location)
        if record is None or record.owner != owner:
            return False
        if record.revoked_at is None:
            self.records[location] = replace(record, revoked_at=at)
        return True

    def bury(self, location: Location, tombstone: TokenRecord) -> bool:
        """Keep a tombstone, or the earlier one."""
        there = self.records.get(location, tombstone)
        if there.owner != tombstone.owner:
            return False
        first = tombstone if there.revoked_at is None else there
        self.records[location] = replace(tombstone, revoked_at=first.revoked_at)
        return True

    def page(self, bucket: str, after: str | None) -> Page:
        """One page of a bucket, in the order of handles."""
        items = sorted(
            (place.handle, record.expires_at)
            for place, record in list(self.records.items())  # others may delete meanwhile
            if place.bucket == bucket and (after is None or place.handle > after)
        )
        shown = tuple(items[: self._page_size])
        more = len(items) > self._page_size
        return Page(shown, shown[-1][0] if more else None, units=1.0)

    def delete(self, bucket: str, handles: Iterable[str]) -> float:
        """Delete all of these."""
        gone = [self.records.pop(Location(bucket, handle), None) for handle in handles]
        return float(len(gone))

    def checkpoint(self) -> int | None:
        """The last hour proved empty."""
        return self.checkpoint_hour

    def advance(self, hour: int) -> None:
        """Forward only."""
        self.checkpoint_hour = max(hour, self.checkpoint_hour or hour)


def place_of(record: TokenRecord) -> Location:
    """Where a record belongs."""
    return locate(record.handle, hour_of(record.expires_at), record.layout)
