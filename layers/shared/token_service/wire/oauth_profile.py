"""What differs between dialects of OAuth 2.0: paths, leniency, and how errors are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from token_service.domain.errors import InvalidRequest
from token_service.wire.bound import ALGORITHMS
from token_service.wire.dialect import NO_STORE, Operation
from token_service.wire.form import Repeated

BASIC = 'Basic realm="{realm}", charset="UTF-8"'
# Both ways in (RFC 9449 section 7.2); whoever tried the second is told more by `enforce`.
_DPOP = f', DPoP algs="{ALGORITHMS}"'
BEARER = f'Bearer realm="{{realm}}"{_DPOP}'
BEARER_INVALID = f'Bearer realm="{{realm}}", error="invalid_token"{_DPOP}'
BEARER_INSUFFICIENT = f'Bearer realm="{{realm}}", error="insufficient_scope"{_DPOP}'


class MissingToken(InvalidRequest):
    """Introspection or revocation of nothing."""

    code = "missing_token"


@dataclass(frozen=True, slots=True)
class Answer:
    """How one error is told: the status, the code in the body (None: empty body), a challenge.

    `challenge` is what a 401 asks for (RFC 9110 section 11.6.1), '' for none.
    """

    status: int
    error: str | None
    challenge: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything in which one OAuth dialect differs from another.

    `errors` says how an error code is told at an operation, `other_errors` at all of them; a code
    in neither is status 400 under its own name. An entry `CODE_by_header` is for callers who used
    the Authorization header. `first_method_wins` is for two ways of client authentication at once:
    Basic, then a secret in the body, then an assertion.
    """

    name: str
    routes: Mapping[str, Operation]
    prefixes: tuple[str, ...]
    repeated: Repeated
    first_method_wins: bool
    other_schemes: bool
    public_may_send_secret: bool
    missing_grant_type: str | None
    token_members: tuple[str, ...]
    describe_errors: bool
    revocation_hints: frozenset[str] | None
    errors: Mapping[Operation, Mapping[str, Answer]]
    other_errors: Mapping[str, Answer]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=lambda: NO_STORE)
