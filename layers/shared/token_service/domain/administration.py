"""What an operator does with clients: make, list, change, end. Times are seconds."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from token_service.domain.clients import MAX_SECRETS, secret_digest
from token_service.domain.handles import RandomBytes
from token_service.domain.limits import (
    JWT_MAX_LIFETIME,
    LIMITS,
    MIN_LIFETIME,
    OPAQUE_MAX_LIFETIME,
)
from token_service.domain.model import (
    CLIENT_GRANTS,
    Client,
    Grant,
    Introspection,
    Secret,
    TokenFormat,
)
from token_service.domain.ports import Clock, Registry

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}", re.ASCII)
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
_AUDIENCE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_SECRET_BYTES = 32  # 256 bits: contracts/oauth.md section 5, item 17
_MIN_IMPORTED_SECRET = 32
_SECRET = re.compile(rf"[\x21-\x7e]{{{_MIN_IMPORTED_SECRET},{LIMITS.client_secret}}}", re.ASCII)
MAX_NAME = 255


class ClientDetailError(ValueError):
    """A detail given for a client is not acceptable; the message names it."""


class NoSuchClientError(LookupError):
    """There is no client of this id."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """What an operator may choose about a client; everything but the name has a default."""

    name: str
    id: str | None = None
    secret: str | None = field(default=None, repr=False)
    public: bool = False
    grants: tuple[Grant, ...] = ()
    scopes: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    token_format: TokenFormat = TokenFormat.JWT
    token_lifetime: int | None = None
    introspection: Introspection = Introspection.OWN
    serves: tuple[str, ...] = ()
    jwks: tuple[Mapping[str, Any], ...] = ()
    dpop_bound: bool = False
    reserved_rate_limit: int = 0
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A client and its new secret, to be shown once; None for a public client."""

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

        Raises:
            ClientDetailError: a detail is not acceptable.
            OwnerExistsError: the id is taken.

        """
        now = self._now()
        _check(details, now)
        secret = None if details.public else details.secret or self._new_secret()
        client = Client(
            id=details.id or self._random(16).hex(),
            name=details.name,
            epoch=self._new_epoch(),
            created_at=now,
            public=details.public,
            secrets=(Secret(secret_digest(secret), now),) if secret else (),
            grants=frozenset(details.grants or _default_grants(public=details.public)),
            scopes=details.scopes,
            audience=details.audience,
            token_format=details.token_format,
            token_lifetime=details.token_lifetime,
            introspection=details.introspection,
            serves=details.serves,
            jwks=details.jwks,
            dpop_bound=details.dpop_bound,
            reserved_rate_limit=details.reserved_rate_limit,
            expires_at=details.expires_at,
        )
        self._registry.create(client)
        return IssuedSecret(client, secret)

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

    def rotate_secret(self, client_id: str, overlap: int) -> IssuedSecret:
        """Give a new secret; the newest old one stays valid for `overlap` seconds, others end now.

        Raises:
            NoSuchClientError: there is none of this id.
            ClientDetailError: the client is public, or the overlap negative.
            OwnerChangedError: somebody else changed the client meanwhile.

        """
        client, now = self.show(client_id), self._now()
        if client.public:
            raise ClientDetailError("a public client has no secret")
        if overlap < 0:
            raise ClientDetailError("overlap must be 0 seconds or more")
        secret = self._new_secret()
        old = [
            replace(s, expires_at=min(now + overlap, s.expires_at or now + overlap))
            for s in client.secrets[: MAX_SECRETS - 1]
            if s.is_live(now) and overlap
        ]
        secrets = (Secret(secret_digest(secret), now), *old)
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


def is_client_name(name: str) -> bool:
    """Whether people can call a client so."""
    return 0 < len(name) <= MAX_NAME and name.isprintable()


def _default_grants(*, public: bool) -> tuple[Grant, ...]:
    """An Elastic Path key makes both kinds of token; a public client has nothing to prove."""
    return (Grant.IMPLICIT,) if public else (Grant.CLIENT_CREDENTIALS, Grant.IMPLICIT)


def _check(details: NewClient, now: int) -> None:
    """Refuse what could not be kept, or could not be used later."""
    longest = JWT_MAX_LIFETIME if details.token_format is TokenFormat.JWT else OPAQUE_MAX_LIFETIME
    lifetime = details.token_lifetime
    problems = {
        f"name must have 1 to {MAX_NAME} printable characters": (not is_client_name(details.name)),
        "id must have 1 to 100 characters from A-Z a-z 0-9 . _ ~ -": details.id is not None
        and not _CLIENT_ID.fullmatch(details.id),
        f"secret must have {_MIN_IMPORTED_SECRET} to {LIMITS.client_secret} characters, "
        "printable ASCII without space": (
            details.secret is not None and not _SECRET.fullmatch(details.secret)
        ),
        "a public client has no secret": details.public and details.secret is not None,
        "a client's grants are client_credentials and implicit": (
            not CLIENT_GRANTS.issuperset(details.grants)
        ),
        "a public client cannot use client_credentials": (
            details.public and Grant.CLIENT_CREDENTIALS in details.grants
        ),
        "a public client cannot introspect": (
            details.public and details.introspection is not Introspection.OWN
        ),
        "scope values are printable ASCII without space, quote and backslash": not all(
            _SCOPE_TOKEN.fullmatch(scope) for scope in details.scopes
        ),
        f"scopes together are limited to {LIMITS.scope} characters": (
            len(" ".join(details.scopes)) > LIMITS.scope
        ),
        "audience values are printable ASCII without space": not all(
            _AUDIENCE.fullmatch(audience) for audience in details.audience
        ),
        f"audiences together are limited to {LIMITS.scope} characters": (
            len(" ".join(details.audience)) > LIMITS.scope
        ),
        f"token lifetime must be {MIN_LIFETIME} to {longest} seconds": (
            lifetime is not None and not MIN_LIFETIME <= lifetime <= longest
        ),
        "expiry must be in the future": details.expires_at is not None
        and details.expires_at <= now,
    }
    for problem, is_one in problems.items():
        if is_one:
            raise ClientDetailError(problem)
