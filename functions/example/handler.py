"""A protected backend to learn from: what it receives of the caller, and how it refuses.

`/v2/products` enforces the authorizer's verdict itself, in Elastic Path's words; `whoami` sits
behind an authorizer that refuses for it.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from token_service import runtime
from token_service.wire.enforce import enforce
from token_service.wire.http import (
    Response,
    event_from_response,
    json_response,
    request_from_event,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_PRODUCTS = [{"id": "1", "type": "product", "name": "Linen shirt", "status": "live"}]
_NO_STORE = {"cache-control": "no-store"}


def handle(event: runtime.Event, _context: "LambdaContext") -> dict[str, Any]:
    """Answer one call."""
    if "httpMethod" in event:
        return _who_calls_rest(event)
    request = request_from_event(event)
    if request.path == "/example/whoami":
        return _reply(event["requestContext"]["authorizer"]["lambda"])
    dialect = runtime.dialect_of(request.path)
    caller = enforce(event, request, dialect)
    if isinstance(caller, Response):
        return event_from_response(caller)
    body = {"data": _PRODUCTS, "meta": {"caller": asdict(caller)}}
    status = 201 if request.method == "POST" else 200
    return event_from_response(json_response(status, body, dialect.headers))


def _who_calls_rest(event: runtime.Event) -> dict[str, Any]:
    """REST APIs (payload 1.0) put the authorizer's context directly under `authorizer`."""
    return _reply(event["requestContext"]["authorizer"])


def _reply(caller: object) -> dict[str, Any]:
    return event_from_response(json_response(200, {"caller": caller}, _NO_STORE))


lambda_handler = runtime.observed(handle)
