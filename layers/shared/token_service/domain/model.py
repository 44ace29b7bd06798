"""The nouns: owners, credentials, token records. Times are seconds since the epoch, UTC."""

from dataclasses import dataclass, field
from enum import StrEnum


class Grant(StrEnum):
    """How a token was obtained (RFC 6749; `implicit` is Elastic Path's public read-only grant)."""

    CLIENT_CREDENTIALS = "client_credentials"
    IMPLICIT = "implicit"


class Access(StrEnum):
    """What a token may do at most, before any policy looks at the route."""

    READ_ONLY = "read_only"
    FULL = "full"


class TokenFormat(StrEnum):
    """JWT carries its claims (RFC 9068); opaque carries only where its record lies."""

    JWT = "jwt"
    OPAQUE = "opaque"


class Introspection(StrEnum):
    """Whose tokens a client may ask about (RFC 7662 section 4)."""

    OWN = "own"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class OwnerRef:
    """Names an owner: its kind and its id, unique within the kind."""

    kind: str
    id: str

    def __str__(self) -> str:
        """`kind#id`, as the store keys it."""
        return f"{self.kind}#{self.id}"

    @classmethod
    def parse(cls, text: str) -> "OwnerRef":
        """Read back what `str` wrote."""
        kind, _, identifier = text.partition("#")
        return cls(kind, identifier)


CLIENT_KIND = "client"


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
    """An application with an id and, unless it is public, one or more secrets, newest first.

    `version` counts changes, so that two operators cannot undo each other's unseen.
    """

    id: str
    name: str
    epoch: str
    created_at: int
    enabled: bool = True
    public: bool = False
    secrets: tuple[Secret, ...] = ()
    grants: frozenset[Grant] = frozenset(Grant)
    scopes: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    token_format: TokenFormat = TokenFormat.JWT
    token_lifetime: int | None = None
    introspection: Introspection = Introspection.OWN
    expires_at: int | None = None
    version: int = 0

    @property
    def ref(self) -> OwnerRef:
        """This client as an owner of tokens."""
        return OwnerRef(CLIENT_KIND, self.id)

    def is_live(self, now: int) -> bool:
        """Enabled, and not past its own expiry at `now` (seconds)."""
        return self.enabled and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a caller presented to prove which client it is; `secret` is None when absent."""

    client_id: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What the store keeps of a token: never the token itself."""

    handle: str
    layout: int
    owner: OwnerRef
    epoch: str
    issued_at: int
    expires_at: int
    grant: Grant
    access: Access
    audience: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A fresh token, to be handed out once; only `record` is stored."""

    value: str = field(repr=False)
    record: TokenRecord

    @property
    def expires_in(self) -> int:
        """Seconds from issuance to expiry (RFC 6749 section 5.1)."""
        return self.record.expires_at - self.record.issued_at


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token found active, and the owner as the store holds it now."""

    record: TokenRecord
    owner: Client
    format: TokenFormat
