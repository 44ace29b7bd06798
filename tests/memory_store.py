"""The store in dictionaries: the reference that DynamoDB is held against, with faults on demand."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from token_service.domain.location import Location, hour_of, locate
from token_service.domain.model import CLIENT_KIND, Client, OwnerRef, TokenRecord
from token_service.domain.ports import ClientChangedError, ClientExistsError, Page
from token_service.store.tokens import TokenCollisionError


class MemoryClients:
    """Clients by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, Client] = {}
        self.reads = 0

    def find(self, client_id: str) -> Client | None:
        """The client, or None."""
        self.reads += 1
        return self.by_id.get(client_id)

    def create(self, client: Client) -> None:
        """Keep a new client."""
        if client.id in self.by_id:
            raise ClientExistsError(client.id)
        self.by_id[client.id] = client

    def replace(self, client: Client) -> Client:
        """Write over the version that was read."""
        stored, changed = self.by_id.get(client.id), replace(client, version=client.version + 1)
        if stored is None or (stored.version != client.version and stored != changed):
            raise ClientChangedError(client.id)
        self.by_id[client.id] = changed
        return changed

    def delete(self, client_id: str) -> bool:
        """Remove the client."""
        return self.by_id.pop(client_id, None) is not None

    def list(self) -> Iterator[Client]:
        """Every client."""
        return iter(tuple(self.by_id.values()))


class MemoryTokens:
    """Token records by place, and the sweep's view of them; pages hold `page_size` items."""

    def __init__(self, clients: MemoryClients, page_size: int = 2) -> None:
        self._clients = clients
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

    def find_with_owner(
        self, location: Location, owner: OwnerRef
    ) -> tuple[TokenRecord | None, Client | None]:
        """Both at once."""
        client = self._clients.find(owner.id) if owner.kind == CLIENT_KIND else None
        return self.find(location), client

    def revoke(self, location: Location, owner: OwnerRef, at: int) -> bool:
        """Put a tombstone on the owner's record."""
        record = self.records.get(location)
        if record is None or record.owner != owner:
            return False
        if record.revoked_at is None:
            self.records[location] = replace(record, revoked_at=at)
        return True

    def page(self, bucket: str, after: str | None) -> Page:
        """One page of a bucket, in the order of handles."""
        items = sorted(
            (place.handle, record.expires_at)
            for place, record in self.records.items()
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
