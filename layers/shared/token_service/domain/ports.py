"""What the rules need of a store, and no more. Every method may raise `Unavailable`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from token_service.domain.location import Location
from token_service.domain.owners import Account, Client, LastUse, Owner, OwnerRef
from token_service.domain.tokens import TokenRecord

type Clock = Callable[[], int]
"""Seconds since the epoch, UTC."""


class Clients(Protocol):
    """Finds clients by id, strongly consistent."""

    def find(self, client_id: str) -> Client | None:
        """The client, or None when there is none."""


class Owners(Protocol):
    """Finds owners of any kind, strongly consistent."""

    def find(self, owner: OwnerRef) -> Owner | None:
        """The owner, or None when there is none."""


class OwnerExistsError(ValueError):
    """The id or a name is taken."""


class OwnerChangedError(RuntimeError):
    """Somebody else changed or removed the owner since it was read: read again, decide again."""


class ReservationExceededError(RuntimeError):
    """All reservations together would exceed the store's rate limit."""


class Registry[T](Protocol):
    """Keeps owners of one kind for the operator."""

    def find(self, identifier: str) -> T | None:
        """The owner of this id, or None."""

    def create(self, owner: T) -> None:
        """Keep a new owner; raises OwnerExistsError."""

    def replace(self, owner: T) -> T:
        """Write a changed owner over the version it was read as; raises OwnerChangedError."""

    def delete(self, owner: T) -> bool:
        """Remove the owner with its names; False if it was gone."""

    def list(self) -> Iterator[T]:
        """Every owner of the kind, without scanning the table."""


class ClientRegistry(Registry[Client], Protocol):
    """Keeps clients, which are application keys too, and the sum of what they have reserved.

    `create` and `replace` raise ReservationExceededError, `delete` OwnerChangedError if the
    reservation is no longer the one that was read.
    """

    def find_by_key_id(self, key_id: str) -> Client | None:
        """The client whose application key has this id, or None."""

    def page(self, offset: int, limit: int) -> tuple[Sequence[Client], int]:
        """`limit` clients from `offset` on, oldest first, then by key id; and how many of all."""

    def reserved(self) -> int:
        """What all clients together have reserved, in requests a second."""


class Accounts(Registry[Account], Protocol):
    """Keeps accounts of one kind, finds them by name, and ends their tokens."""

    def find_by_username(self, username: str) -> Account | None:
        """The account of this name, or None."""

    def replace_epoch(self, identifier: str, epoch: str) -> bool:
        """End all tokens of an account with one write; False if it is gone."""


@dataclass(frozen=True, slots=True)
class LockOut:
    """So many failures lock a name for so many seconds after the last of them."""

    max_failures: int
    seconds: int


class LoginFailures(Protocol):
    """Counts attempts to log in, atomically; `key` is a digest, never a name."""

    def count(self, key: str, now: int, lock_out: LockOut) -> bool:
        """Count one attempt at `now` (seconds); a locked name counts nothing and gives False.

        The end of a count that is running is put off, never brought forward, whatever the limit.
        """

    def reset(self, key: str) -> None:
        """Forget the failures under a key."""


@dataclass(frozen=True, slots=True)
class FailureWindow:
    """So many failures of client authentication in so many seconds after the first of them."""

    max_failures: int
    seconds: int


class ClientFailures(Protocol):
    """Counts failed client authentication, atomically; `key` is a digest, never an id."""

    def count(self, key: str, now: int, window: FailureWindow) -> int | None:
        """Count one failure at `now` (seconds); seconds until the window ends if it is full."""

    def reset(self, key: str) -> None:
        """Forget the failures under a key."""


class ClientUses(Protocol):
    """Keeps when clients were last used."""

    def note(self, client_id: str, mark: str | None, now: int, at_most_every: int) -> None:
        """Note that a client, and its secret or key of this mark, is used at `now` (seconds).

        What was noted in the last `at_most_every` seconds stays as it is.
        """

    def last_used(self, client_id: str) -> LastUse:
        """When a client was last used."""

    def last_used_of(self, client_ids: Iterable[str]) -> Mapping[str, LastUse]:
        """The same of many at once; every id is in the answer."""


class Nonces(Protocol):
    """Uses values up."""

    def use(self, value: str, expires_at: int) -> bool:
        """True the first time, False for a replay; after `expires_at` (seconds) nobody asks."""


class TokenWriter(Protocol):
    """Keeps new records."""

    def put(self, record: TokenRecord) -> None:
        """Store the record once; a repeat of the very same one (our own retry) is success."""


class TokenReader(Protocol):
    """Finds records, strongly consistent, whether expired or not: the caller judges."""

    def find(self, location: Location) -> TokenRecord | None:
        """The record, or None when there is none."""

    def find_with_owners(
        self, location: Location, owners: set[OwnerRef]
    ) -> tuple[TokenRecord | None, Mapping[OwnerRef, Owner]]:
        """The record, and those owners that there are, in one round trip.

        A half answer is never given.
        """


class TokenRevoker(Protocol):
    """Puts tombstones on records."""

    def revoke(self, location: Location, owner: OwnerRef, at: int) -> bool:
        """Mark the record revoked if it exists and is the owner's; False otherwise."""

    def bury(self, location: Location, tombstone: TokenRecord) -> bool:
        """Keep the tombstone of a token without a record, or the one that is there since earlier.

        False if something of another owner lies there.
        """


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a bucket: handle and expiry (seconds) of each item, and where to go on."""

    items: tuple[tuple[str, int], ...]
    next_handle: str | None
    units: float


class ExpiredTokens(Protocol):
    """What the sweep needs: walk a bucket, delete from it, remember how far it came."""

    def page(self, bucket: str, after: str | None) -> Page:
        """One consistent page of a bucket; pages may be empty with more behind them."""

    def delete(self, bucket: str, handles: Iterable[str]) -> float:
        """Delete all of these, however often the store takes only part; write units used."""

    def checkpoint(self) -> int | None:
        """The last expiry hour (since the epoch) proved empty, or None before the first."""

    def advance(self, hour: int) -> None:
        """Move the checkpoint to `hour`; one that is already further stays where it is."""
