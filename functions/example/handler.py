"""A protected backend to learn from: what it receives of the caller, and how it refuses.

`/v2/products` enforces the authorizer's verdict itself, in Elastic Path's words; `whoami` sits
behind an authorizer that refuses for it.
"""

import json
from typing import TYPE_CHECKING, Any

from token_service import runtime
from token_service.wire.enforce import Caller, enforce
from token_service.wire.http import Response, event_from_response, request_from_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_PRODUCTS = [{"id": "1", "type": "product", "name": "Linen shirt", "status": "live"}]
_JSON = {"content-type": "application/json", "cache-control": "no-store"}


def handle(event: runtime.Event, _context: "LambdaContext") -> dict[str, Any]:
    """Answer one call."""
    if "httpMethod" in event:
        return _who_calls_rest(event)
    request = request_from_event(event)
    if request.path == "/example/whoami":
        return _reply(200, {"caller": event["requestContext"]["authorizer"]["lambda"]})
    caller = enforce(event, request, runtime.dialect_of(request.path))
    if isinstance(caller, Response):
        return event_from_response(caller)
    return _products(request.method, caller)


def _products(method: str, caller: Caller) -> dict[str, Any]:
    meta = {"caller": {"client_id": caller.client_id, "grant": caller.grant}}
    if method == "POST":
        return _reply(201, {"data": [_PRODUCTS[0]], "meta": meta})
    return _reply(200, {"data": _PRODUCTS, "meta": meta})


def _who_calls_rest(event: runtime.Event) -> dict[str, Any]:
    """REST APIs (payload 1.0) put the authorizer's context directly under `authorizer`."""
    return _reply(200, {"caller": event["requestContext"]["authorizer"]})


def _reply(status: int, body: object) -> dict[str, Any]:
    return event_from_response(Response(status, json.dumps(body), _JSON))


lambda_handler = runtime.observed(handle)
