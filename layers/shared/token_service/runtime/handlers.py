"""Decorators for Lambda handlers: logs, traces, and API Gateway events as requests."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from token_service.observability import Handler, traced, with_request_ids
from token_service.wire.http import event_from_response, request_from_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from token_service.wire.endpoints import Endpoint

type Event = dict[str, Any]
type MakeEndpoint = Callable[[], "Endpoint"]


def http_handler(endpoint: MakeEndpoint) -> Handler:
    """A Lambda handler for HTTP API events (payload 2.0); `endpoint` is built at the first one."""

    def handle(event: Event, _context: "LambdaContext") -> Event:
        return event_from_response(endpoint().respond(request_from_event(event)))

    return observed(handle)


def observed(handle: Handler) -> Handler:
    """Give a handler's log lines their request IDs, and trace it where tracing is on."""
    return with_request_ids(traced(handle))
