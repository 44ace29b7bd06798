"""The shape that every dialect has.

To add one: a module of this shape, a line in `registry.py`, its routes in template.yaml, its
samples in the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from token_service.domain.errors import ServiceError
from token_service.domain.issue import IssueRequest
from token_service.domain.owners import ClientCredentials
from token_service.domain.tokens import ActiveToken, IssuedToken
from token_service.wire.http import Request, Response

# RFC 6749 section 5.1, on every answer that may hold a token or speak of one.
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
RETRY_AFTER_SECONDS = "2"


class Operation(StrEnum):
    """What a route is for."""

    ISSUE = "issue"
    INTROSPECT = "introspect"
    REVOKE = "revoke"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True)
class TokenQuestion:
    """Who asks, and about which token (None: not said).

    `refusal` is what else is wrong; only a caller who has proved itself is told.
    """

    credentials: ClientCredentials | None
    token: str | None = field(repr=False)
    refusal: ServiceError | None = None


class Dialect(Protocol):
    """One platform's wire format: how it is recognized, and how it refuses."""

    @property
    def name(self) -> str:
        """For logs and metrics."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Paths that begin so are answered in this dialect even where no route is."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What every answer of this dialect carries: that nobody may store it, who may read it."""

    def preflight(self, request: Request) -> Response | None:
        """The answer to a browser's preflight, or None if this dialect has none."""

    def write_error(self, error: ServiceError, request: Request) -> Response:
        """Any refusal, in this dialect's own status and body."""


def dialect_for(path: str, among: "tuple[Dialect, ...]") -> Dialect:
    """The dialect in which a path is answered, whether or not there is a route."""
    return next(dialect for dialect in among if path.startswith(dialect.prefixes))


@runtime_checkable
class ClientTokens(Dialect, Protocol):
    """A dialect in which clients ask for tokens."""

    @property
    def routes(self) -> Mapping[str, Operation]:
        """The paths this dialect serves."""

    def read_issue(self, request: Request) -> IssueRequest:
        """Read a token request; raises a ServiceError for one that cannot be read."""

    def write_token(self, token: IssuedToken) -> Response:
        """The success answer."""


@runtime_checkable
class TokenManagement(Protocol):
    """A dialect that also introspects and revokes."""

    def read_introspection(self, request: Request) -> TokenQuestion:
        """Read an introspection request; raises a ServiceError for one that cannot be read."""

    def describe(self, active: ActiveToken | None) -> dict[str, object]:
        """What is known of the token, as RFC 7662 section 2.2 names it; of an inactive one, no."""

    def write_introspection(self, active: ActiveToken | None) -> Response:
        """The same as an answer."""

    def read_revocation(self, request: Request) -> TokenQuestion:
        """Read a revocation request; raises a ServiceError for one that cannot be read."""

    def write_revoked(self) -> Response:
        """The answer whether or not there was anything to revoke (RFC 7009 section 2.2)."""
