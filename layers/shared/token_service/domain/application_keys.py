"""Application keys: Elastic Path's name for clients, managed by clients themselves.

docs/platforms/elastic-path.md, 4.

A key and the client that `tokenctl` knows are the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from token_service.domain.administration import (
    ClientAdministration,
    NewClient,
)
from token_service.domain.client_details import (
    MAX_NAME,
    ClientDetailError,
    check_client,
    is_client_name,
)
from token_service.domain.errors import Conflict, InvalidRequest, NotFound
from token_service.domain.key_ids import key_id_of
from token_service.domain.owners import Client
from token_service.domain.ports import (
    ClientRegistry,
    ClientUses,
    Clock,
    OwnerChangedError,
    ReservationExceededError,
)
from token_service.domain.window import Window

# The platform's own words.
_NO_SUCH_KEY = "application key not found"
_TOO_MUCH = "requested reserved rate limit will exceed the maximum"
_LOST_RACE = "Write conflict detected"


@dataclass(frozen=True, slots=True)
class KeyDetails:
    """What is asked for; None is what was not said. The rate is in requests a second."""

    name: str | None = None
    reserved_rate_limit: int | None = None

    def check(self) -> None:
        """Refuse what could not be kept.

        Raises:
            InvalidRequest: the field, and what it must be.

        """
        if self.name is not None and not is_client_name(self.name):
            raise InvalidRequest(
                f"The field 'name' must have 1 to {MAX_NAME} printable characters."
            )
        if self.reserved_rate_limit is not None and self.reserved_rate_limit < 0:
            raise InvalidRequest("The field 'reserved_rate_limit' must be 0 or more.")


@dataclass(frozen=True, slots=True)
class ApplicationKey:
    """A client as its managers see it; the secret only when it was just made. Times are seconds."""

    client: Client
    last_used_at: int | None = None
    secret: str | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """The key's id, a UUID; the client's own is another."""
        return key_id_of(self.client.id)

    @property
    def updated_at(self) -> int:
        """When its name or reservation was changed last, or it was made."""
        return self.client.created_at if self.client.updated_at is None else self.client.updated_at


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Some keys, how many there are of all, and what all have reserved (requests a second)."""

    keys: tuple[ApplicationKey, ...]
    total: int
    reserved: int


class ApplicationKeys:
    """Every method may raise Unavailable: the store did not answer."""

    def __init__(
        self,
        *,
        clients: ClientRegistry,
        administration: ClientAdministration,
        uses: ClientUses,
        now: Clock,
    ) -> None:
        """`administration` makes clients in the same registry; `now` gives seconds."""
        self._clients = clients
        self._administration = administration
        self._uses = uses
        self._now = now

    def create(self, details: KeyDetails) -> ApplicationKey:
        """Make a key; its secret is in the answer and nowhere else.

        Raises:
            InvalidRequest: the name is missing or not acceptable.
            Conflict: the reservation is more than is left.

        """
        if details.name is None:
            raise InvalidRequest("The field 'name' is required.")
        details.check()
        wanted = NewClient(details.name, reserved_rate_limit=details.reserved_rate_limit or 0)
        try:
            issued = self._administration.create(wanted)
        except ReservationExceededError as error:
            raise Conflict(_TOO_MUCH) from error
        return ApplicationKey(issued.client, secret=issued.secret)

    def find(self, key_id: str) -> ApplicationKey:
        """The key of this id.

        Raises:
            NotFound: there is none.

        """
        client = self._find(key_id)
        return ApplicationKey(client, self._used([client]).get(client.id))

    def page(self, window: Window) -> KeyPage:
        """The keys in a window, oldest first, then by id."""
        clients, total = self._clients.page(window.offset, window.limit)
        used = self._used(clients)
        keys = tuple(ApplicationKey(client, used.get(client.id)) for client in clients)
        return KeyPage(keys, total, self._clients.reserved())

    def update(self, key_id: str, details: KeyDetails) -> ApplicationKey:
        """Change what is said, and nothing else.

        Raises:
            NotFound: there is none of this id.
            InvalidRequest: the name is not acceptable, or the key expires and so cannot reserve.
            Conflict: the reservation is more than is left, or somebody else changed it meanwhile.

        """
        details.check()
        client = self._find(key_id)
        wanted = replace(
            client,
            name=client.name if details.name is None else details.name,
            reserved_rate_limit=(
                client.reserved_rate_limit
                if details.reserved_rate_limit is None
                else details.reserved_rate_limit
            ),
        )
        try:
            check_client(wanted)
        except ClientDetailError as error:
            sentence = str(error)
            raise InvalidRequest(f"{sentence[0].upper()}{sentence[1:]}.") from error
        if wanted != client:
            client = self._replace(replace(wanted, updated_at=self._now()))
        return ApplicationKey(client, self._used([client]).get(client.id))

    def delete(self, key_id: str) -> None:
        """Remove a key for good; its tokens end with it, and its reservation is free again.

        Raises:
            NotFound: there is none of this id.
            Conflict: somebody else changed it meanwhile.

        """
        try:
            deleted = self._clients.delete(self._find(key_id))
        except OwnerChangedError as error:
            raise Conflict(_LOST_RACE) from error
        if not deleted:
            raise NotFound(_NO_SUCH_KEY)

    def _replace(self, client: Client) -> Client:
        try:
            return self._clients.replace(client)
        except ReservationExceededError as error:
            raise Conflict(_TOO_MUCH) from error
        except OwnerChangedError as error:
            raise Conflict(_LOST_RACE) from error

    def _find(self, key_id: str) -> Client:
        client = self._clients.find_by_key_id(key_id)
        if client is None:
            raise NotFound(_NO_SUCH_KEY)
        return client

    def _used(self, clients: Sequence[Client]) -> Mapping[str, int | None]:
        uses = self._uses.last_used_of(client.id for client in clients)
        return {client_id: use.client for client_id, use in uses.items()}
