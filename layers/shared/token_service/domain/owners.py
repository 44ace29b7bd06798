"""The owners of tokens, and what they prove themselves with. Times are seconds since the epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from token_service.domain.grants import Grant, TokenFormat


class Introspection(StrEnum):
    """Whose tokens a client may ask about (RFC 7662 section 4).

    Its own; those for the audiences it serves (a resource server); or any (an administrator).
    """

    OWN = "own"
    AUDIENCE = "audience"
    ANY = "any"


# What a client may be given by an operator; PASSWORD is for people, who have no client.
CLIENT_GRANTS = frozenset({Grant.CLIENT_CREDENTIALS, Grant.IMPLICIT})


class OwnerKind(StrEnum):
    """What can own a token, and buyer accounts, which are kept in the same way and own none."""

    CLIENT = "client"
    ADMIN = "admin"
    CUSTOMER = "customer"
    ACCOUNT_MEMBER = "account_member"
    INTEGRATION = "integration"
    BUYER_ACCOUNT = "buyer_account"


TOKEN_OWNERS = frozenset(OwnerKind) - {OwnerKind.BUYER_ACCOUNT}


@dataclass(frozen=True, slots=True)
class OwnerRef:
    """Names an owner: its kind and its id, unique within the kind."""

    kind: OwnerKind
    id: str

    @property
    def subject(self) -> str:
        """The `sub` claim: a client's id as it is; no client id can look like anybody else's.

        RFC 9068 section 5: a client must not be able to pass for a person.
        """
        return self.id if self.kind is OwnerKind.CLIENT else f"{self.kind}:{self.id}"

    @classmethod
    def from_subject(cls, subject: str) -> "OwnerRef | None":
        """The owner a `sub` claim names, or None if it names none of ours."""
        kind, colon, identifier = subject.rpartition(":")
        if not colon:
            return cls(OwnerKind.CLIENT, identifier)
        others = TOKEN_OWNERS - {OwnerKind.CLIENT}
        return cls(OwnerKind(kind), identifier) if kind in others else None

    def __str__(self) -> str:
        """`kind#id`, as the store keys it."""
        return f"{self.kind}#{self.id}"

    @classmethod
    def parse(cls, text: str) -> "OwnerRef":
        """Read back what `str` wrote."""
        kind, _, identifier = text.partition("#")
        return cls(OwnerKind(kind), identifier)


class Owner(Protocol):
    """What every owner of tokens has, whatever its kind."""

    @property
    def ref(self) -> OwnerRef:
        """Its kind and id."""

    @property
    def epoch(self) -> str:
        """Copied into its tokens; replacing it ends them all."""

    @property
    def recorded(self) -> bool:
        """Whether a token of its is alive only if the store has a record of it."""

    def is_live(self, now: int) -> bool:
        """Enabled, and not past its own expiry at `now` (seconds)."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A client secret as the store keeps it: its SHA-256, never itself."""

    digest: str
    created_at: int
    expires_at: int | None = None

    def is_live(self, now: int) -> bool:
        """Whether this secret still authenticates at `now` (seconds)."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class Client:
    """An application with an id, and what it proves itself with: secrets, newest first, or keys.

    A public client has neither. `jwks` are its public keys (private_key_jwt). `audience` is whom
    its tokens may be for; `serves` which audiences it stands for as a resource server.
    `dpop_bound` refuses it tokens that are not bound to a key (RFC 9449 section 5.2). One that is
    not `recorded` gets JWTs of which the store hears only when they are revoked. `version` counts
    changes, so that two operators cannot undo each other's unseen.

    As an application key it may have `reserved_rate_limit` requests a second of the store's, and
    `updated_at` is when that or its name was changed last (None: never).
    """

    id: str
    name: str
    epoch: str
    created_at: int
    enabled: bool = True
    public: bool = False
    secrets: tuple[Secret, ...] = ()
    grants: frozenset[Grant] = CLIENT_GRANTS
    scopes: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    token_format: TokenFormat = TokenFormat.JWT
    token_lifetime: int | None = None
    introspection: Introspection = Introspection.OWN
    serves: tuple[str, ...] = ()
    jwks: tuple[Mapping[str, Any], ...] = ()
    dpop_bound: bool = False
    recorded: bool = True
    reserved_rate_limit: int = 0
    updated_at: int | None = None
    expires_at: int | None = None
    version: int = 0

    @property
    def ref(self) -> OwnerRef:
        """This client as an owner of tokens."""
        return OwnerRef(OwnerKind.CLIENT, self.id)

    def is_live(self, now: int) -> bool:
        """Enabled, and not past its own expiry at `now` (seconds)."""
        return self.enabled and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Account:
    """A person with a name: an admin, a customer known by e-mail address, or an account member.

    Without a `password_hash` no password fits. `resources` is what an admin may use;
    `ALL_RESOURCES` alone stands for every one. An account member has a `name` to be called by, an
    `email`, and the ids of the `buyer_accounts` it may act for. `version` counts changes, as a
    client's does.
    """

    kind: OwnerKind
    id: str
    username: str
    password_hash: str | None = field(repr=False)
    epoch: str
    created_at: int
    enabled: bool = True
    resources: tuple[str, ...] = ()
    name: str = ""
    email: str = ""
    buyer_accounts: tuple[str, ...] = ()
    version: int = 0

    @property
    def ref(self) -> OwnerRef:
        """This account as an owner of tokens."""
        return OwnerRef(self.kind, self.id)

    @property
    def recorded(self) -> bool:
        """Always: only clients' tokens can go without."""
        return True

    def is_live(self, now: int) -> bool:  # noqa: ARG002 - accounts have no expiry of their own
        """Enabled."""
        return self.enabled


@dataclass(frozen=True, slots=True)
class BuyerAccount:
    """What account members act for: a company, a household (Elastic Path calls it an account)."""

    id: str
    name: str
    created_at: int
    version: int = 0

    @property
    def ref(self) -> OwnerRef:
        """Its place in the store."""
        return OwnerRef(OwnerKind.BUYER_ACCOUNT, self.id)


@dataclass(frozen=True, slots=True)
class Integration:
    """A program that a merchant lets in for good, until its token is revoked.

    docs/platforms/magento.md, 5.

    Both secrets are kept sealed, because OAuth 1.0a signs with the secrets themselves. `enabled`
    means activated; `version` counts changes.
    """

    id: str
    name: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    epoch: str
    created_at: int
    enabled: bool = False
    token_secret: str | None = field(default=None, repr=False)
    resources: tuple[str, ...] = ()
    version: int = 0

    @property
    def ref(self) -> OwnerRef:
        """This integration as an owner of tokens."""
        return OwnerRef(OwnerKind.INTEGRATION, self.id)

    @property
    def recorded(self) -> bool:
        """Always: only clients' tokens can go without."""
        return True

    def is_live(self, now: int) -> bool:  # noqa: ARG002 - integrations do not expire
        """Activated."""
        return self.enabled


# Magento's root of all resources.
ALL_RESOURCES = "Magento_Backend::all"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a caller presented to prove which client it is; None is what it did not present.

    `assertion` is a signed JWT (RFC 7523); `source` is the network address it came from, under
    which failures are counted. `malformed` credentials name a client and can prove none.
    """

    client_id: str
    secret: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)
    source: str = ""
    malformed: bool = False

    @property
    def may_prove(self) -> bool:
        """Whether there is anything here that could prove a client."""
        return not self.malformed and (self.secret is not None or self.assertion is not None)


@dataclass(frozen=True, slots=True)
class LastUse:
    """When a client was last used, and each of its secrets and keys; seconds, up to an hour old.

    `by_mark` is keyed as `client_use` has it. Nothing noted means never used.
    """

    client: int | None = None
    by_mark: Mapping[str, int] = field(default_factory=dict)
