"""Decorators for Lambda handlers: logs, traces, and API Gateway events as requests.

Each is the last thing that a handler's module calls, so they also end its cold start.
"""

import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from token_service.observability import Handler, traced, with_request_ids
from token_service.wire.http import event_from_response, request_from_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from token_service.wire.endpoints import Endpoint

type Event = dict[str, Any]
type Build = Callable[[], object]


def http_handler(endpoint: "Callable[[], Endpoint]", primed: str | None = None) -> Handler:
    """A Lambda handler for HTTP API events (payload 2.0); `endpoint` is cached."""

    def handle(event: Event, _context: "LambdaContext") -> Event:
        return event_from_response(endpoint().respond(request_from_event(event)))

    return observed(handle, endpoint, primed)


def observed(handle: Handler, build: Build = lambda: None, primed: str | None = None) -> Handler:
    """A handler whose log lines have their request IDs, traced where tracing is on.

    `build` makes and caches what the handler needs. `primed` is the name under which priming.py
    knows the function, where it can be started from a SnapStart snapshot.
    """
    handler = with_request_ids(traced(handle))
    build()
    if primed and os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        # Only where a snapshot is taken: every other cold start is shorter without it.
        from token_service.runtime.priming import prime

        prime(primed, handler, build)
    gc.freeze()
    gc.enable()
    return handler
