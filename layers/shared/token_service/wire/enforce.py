"""For backends behind the authorizer: enforce its verdict in the dialect's own words.

An HTTP API turns a denied authorizer into its own fixed body. On routes whose policy says that the
backend refuses, the authorizer passes everybody on, and this function tells who may go no further.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from token_service.domain.errors import ServiceError
from token_service.domain.policy import Verdict
from token_service.wire.bound import headers_of
from token_service.wire.dialect import Dialect
from token_service.wire.http import Request, Response


class Refused(ServiceError):
    """A caller who may not do this; `required` names what it would take."""

    def __init__(self, required: str = "") -> None:
        """`required` is the policy's word for it."""
        super().__init__()
        self.required = required


class Unauthenticated(Refused):
    """No token, or one that is not active (Elastic Path: renew it)."""

    code = "unauthenticated"


class Forbidden(Refused):
    """An active token without the right (Elastic Path: do not try again)."""

    code = "forbidden"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the authorizer found.

    `shopper` is the subject of whom a client calls for, `account` the id of the buyer account that
    an account member acts for.
    """

    kind: str
    client_id: str
    subject: str
    grant: str
    access: str
    scope: str
    shopper: str = ""
    account: str = ""


def enforce(event: Mapping[str, Any], request: Request, dialect: Dialect) -> Caller | Response:
    """The caller if the authorizer allowed the request, else the refusal to send.

    Without an authorizer's context nobody is let in: a route that lost its authorizer is closed.
    """
    context = (event.get("requestContext") or {}).get("authorizer") or {}
    found = context.get("lambda") or {}
    try:
        return caller_of(found)
    except Refused as refusal:
        answer = dialect.write_error(refusal, request)
        # Only a caller who used DPoP gets these, so no client of another dialect meets them.
        return replace(answer, headers={**answer.headers, **headers_of(found)})


def caller_of(found: Mapping[str, Any]) -> Caller:
    """The caller in an authorizer's context.

    Raises:
        Forbidden, Unauthenticated: the authorizer did not allow the request.

    """
    required = str(found.get("required", ""))
    if found.get("verdict") == Verdict.INSUFFICIENT:
        raise Forbidden(required)
    if found.get("verdict") != Verdict.ALLOWED:
        raise Unauthenticated(required)
    return Caller(**{name: str(found.get(name, "")) for name in _FACTS})


_FACTS = tuple(field.name for field in fields(Caller))
