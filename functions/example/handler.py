"""A protected backend to learn from: what it receives of the caller, and how it refuses.

Elastic Path's routes enforce the authorizer's verdict themselves in Elastic Path's words, those
below `/rest` in Magento's; `whoami` sits behind an authorizer that refuses for it.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from token_service.domain.errors import MethodNotAllowed
from token_service.runtime.example import dialect_of
from token_service.runtime.handlers import Event, observed
from token_service.wire.dialect import Dialect
from token_service.wire.enforce import Caller, enforce
from token_service.wire.http import (
    Request,
    Response,
    event_from_response,
    json_response,
    request_from_event,
)
from token_service.wire.magento.dialect import Magento
from token_service.wire.magento.paths import canonical

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_PRODUCTS = [{"id": "1", "type": "product", "name": "Linen shirt", "status": "live"}]
_PRODUCTS_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_NO_STORE = {"cache-control": "no-store"}


def handle(event: Event, _context: "LambdaContext") -> dict[str, Any]:
    """Answer one call."""
    if "httpMethod" in event:
        return _who_calls_rest(event)
    request = request_from_event(event)
    if request.path == "/example/whoami":
        return _reply(event["requestContext"]["authorizer"]["lambda"])
    dialect = dialect_of(request.path)
    caller = enforce(event, request, dialect)
    if isinstance(caller, Response):
        return event_from_response(caller)
    route = canonical(request.path)
    if route is not None:
        return event_from_response(_magento(request, route, caller))
    return event_from_response(_elastic_path(request, caller, dialect))


def _elastic_path(request: Request, caller: Caller, dialect: Dialect) -> Response:
    """A store with one product, and nothing of all else that a store can have."""
    is_products = request.path.rstrip("/") == "/v2/products"
    if is_products and request.method not in _PRODUCTS_METHODS:
        return dialect.write_error(MethodNotAllowed(", ".join(_PRODUCTS_METHODS)), request)
    body = {"data": _PRODUCTS if is_products else [], "meta": {"caller": asdict(caller)}}
    status = 201 if request.method == "POST" else 200
    return json_response(status, body, dialect.headers)


def _magento(request: Request, route: str, caller: Caller) -> Response:
    """A store with one website, and customers who are whoever they are asked for as."""
    magento = Magento()
    if route == "/V1/customers":
        return magento.answer(200, {"id": "1"}, request)
    if route == "/V1/customers/me":
        return magento.answer(200, {"id": caller.subject.partition(":")[2]}, request)
    if route.startswith("/V1/customers/"):
        return magento.answer(200, {"id": route.rpartition("/")[2]}, request)
    if route == "/V1/store/websites":
        return magento.answer(200, [{"id": 1, "code": "base", "name": "Main Website"}], request)
    return magento.answer(200, [{"id": 1, "code": "default", "website_id": 1}], request)


def _who_calls_rest(event: Event) -> dict[str, Any]:
    """REST APIs (payload 1.0) put the authorizer's context directly under `authorizer`."""
    return _reply(event["requestContext"]["authorizer"])


def _reply(caller: object) -> dict[str, Any]:
    return event_from_response(json_response(200, {"caller": caller}, _NO_STORE))


lambda_handler = observed(handle)
