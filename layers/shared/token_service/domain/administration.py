"""What an operator does with clients: make, list, change, end. Times are seconds."""

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import TypedDict, Unpack

from token_service.domain.client_details import (
    ClientDetailError,
    check_client,
    check_expiry,
    check_new_secret,
)
from token_service.domain.client_keys import Jwks
from token_service.domain.clients import MAX_SECRETS, secret_digest
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.handles import RandomBytes
from token_service.domain.owners import Client, Introspection, Secret
from token_service.domain.ports import Clock, Registry

_SECRET_BYTES = 32  # 256 bits: docs/security.md, item 17


class NoSuchClientError(LookupError):
    """There is no client of this id."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """What an operator may choose about a client; everything but the name has a default."""

    name: str
    id: str | None = None
    secret: str | None = field(default=None, repr=False)
    secret_expires_at: int | None = None
    public: bool = False
    grants: Collection[Grant] = ()
    scopes: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    token_format: TokenFormat = TokenFormat.JWT
    token_lifetime: int | None = None
    introspection: Introspection = Introspection.OWN
    serves: tuple[str, ...] = ()
    jwks: Jwks = ()
    dpop_bound: bool = False
    recorded: bool = True
    reserved_rate_limit: int = 0
    expires_at: int | None = None


class ClientDetails(TypedDict, total=False):
    """Details of a client that are chosen when it is made, and can be changed later."""

    grants: frozenset[Grant]
    scopes: tuple[str, ...]
    audience: tuple[str, ...]
    token_format: TokenFormat
    token_lifetime: int | None
    introspection: Introspection
    serves: tuple[str, ...]
    jwks: Jwks
    dpop_bound: bool
    recorded: bool
    expires_at: int | None


class ClientChanges(ClientDetails, total=False):
    """What is to change about a client; what is not there stays as it is."""

    name: str


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A client and its new secret, to be shown once; None for a public client or one with keys."""

    client: Client
    secret: str | None = field(repr=False)


class ClientAdministration:
    """Every change is one conditional write: a lost race is an error, never a lost change."""

    def __init__(self, registry: Registry[Client], now: Clock, random: RandomBytes) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._registry = registry
        self._now = now
        self._random = random

    def create(self, details: NewClient) -> IssuedSecret:
        """Register a client; its secret is generated, or the operator's own when moving here.

        A client that is given keys has no secret.

        Raises:
            ClientDetailError: a detail is not acceptable.
            OwnerExistsError: the id is taken.

        """
        now = self._now()
        needs_secret = not details.public and not details.jwks
        check_new_secret(details.secret, details.secret_expires_at, needed=needs_secret)
        check_expiry(details.secret_expires_at, now)
        check_expiry(details.expires_at, now)
        secret = details.secret or self._new_secret() if needs_secret else None
        client = Client(
            id=self._random(16).hex() if details.id is None else details.id,
            name=details.name,
            epoch=self._new_epoch(),
            created_at=now,
            public=details.public,
            secrets=(Secret(secret_digest(secret), now, details.secret_expires_at),)
            if secret
            else (),
            grants=frozenset(details.grants or _default_grants(public=details.public)),
            scopes=details.scopes,
            audience=details.audience,
            token_format=details.token_format,
            token_lifetime=details.token_lifetime,
            introspection=details.introspection,
            serves=details.serves,
            jwks=details.jwks,
            dpop_bound=details.dpop_bound,
            recorded=details.recorded,
            reserved_rate_limit=details.reserved_rate_limit,
            expires_at=details.expires_at,
        )
        check_client(client)
        self._registry.create(client)
        return IssuedSecret(client, secret)

    def update(self, client_id: str, **changes: Unpack[ClientChanges]) -> Client:
        """Change what is given and nothing else, with the checks that a new client passes.

        A client that is given keys loses its secrets, since it proves itself by the keys alone.

        Raises:
            NoSuchClientError: there is none of this id.
            ClientDetailError: the client would not be acceptable.
            OwnerChangedError: somebody else changed the client meanwhile.

        """
        changed = replace(self.show(client_id), **changes)
        if "expires_at" in changes:
            check_expiry(changed.expires_at, self._now())
        if changed.jwks:
            changed = replace(changed, secrets=())
        check_client(changed)
        return self._registry.replace(changed)

    def show(self, client_id: str) -> Client:
        """The client.

        Raises:
            NoSuchClientError: there is none of this id.

        """
        client = self._registry.find(client_id)
        if client is None:
            raise NoSuchClientError(client_id)
        return client

    def list(self) -> Iterator[Client]:
        """Every client, in no particular order."""
        return self._registry.list()

    def set_enabled(self, client_id: str, *, enabled: bool) -> Client:
        """Disable (its tokens are refused from the next check on) or enable again.

        Raises:
            NoSuchClientError: there is none of this id.
            OwnerChangedError: somebody else changed the client meanwhile.

        """
        return self._registry.replace(replace(self.show(client_id), enabled=enabled))

    def rotate_secret(
        self, client_id: str, overlap: int, expires_at: int | None = None
    ) -> IssuedSecret:
        """Give a new secret; the newest old one stays valid for `overlap` seconds, others end now.

        The new one ends at `expires_at`, or never by itself.

        Raises:
            NoSuchClientError: there is none of this id.
            ClientDetailError: the client is public or has keys, the overlap is negative, or the
                expiry has passed.
            OwnerChangedError: somebody else changed the client meanwhile.

        """
        client, now = self.show(client_id), self._now()
        if client.public:
            raise ClientDetailError("a public client has no secret")
        if client.jwks:
            raise ClientDetailError("a client with keys has no secret: change its keys instead")
        if overlap < 0:
            raise ClientDetailError("overlap must be 0 seconds or more")
        check_expiry(expires_at, now)
        secret = self._new_secret()
        old = [
            replace(s, expires_at=min(now + overlap, s.expires_at or now + overlap))
            for s in client.secrets[: MAX_SECRETS - 1]
            if s.is_live(now) and overlap
        ]
        secrets = (Secret(secret_digest(secret), now, expires_at), *old)
        return IssuedSecret(self._registry.replace(replace(client, secrets=secrets)), secret)

    def revoke_tokens(self, client_id: str) -> Client:
        """End every token of the client with one write, whatever their number.

        Raises:
            NoSuchClientError: there is none of this id.
            OwnerChangedError: somebody else changed the client meanwhile.

        """
        return self._registry.replace(replace(self.show(client_id), epoch=self._new_epoch()))

    def delete(self, client_id: str) -> None:
        """Remove the client; its tokens end with it, also if the id is used again.

        Raises:
            NoSuchClientError: there is none of this id.

        """
        if not self._registry.delete(self.show(client_id)):
            raise NoSuchClientError(client_id)

    def _new_secret(self) -> str:
        """256 bits in characters that no encoding of a form or a Basic header changes."""
        return urlsafe_b64encode(self._random(_SECRET_BYTES)).rstrip(b"=").decode()

    def _new_epoch(self) -> str:
        """64 random bits: equal only by copying, and no clock in it."""
        return self._random(8).hex()


def _default_grants(*, public: bool) -> tuple[Grant, ...]:
    """An Elastic Path key makes both kinds of token; a public client has nothing to prove."""
    return (Grant.IMPLICIT,) if public else (Grant.CLIENT_CREDENTIALS, Grant.IMPLICIT)
