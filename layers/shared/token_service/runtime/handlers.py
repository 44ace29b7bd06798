"""What stands around every handler: the ids of its log lines, and HTTP."""

import secrets
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from token_service.observability import log
from token_service.runtime.environment import environment
from token_service.wire.http import event_from_response, request_from_event, request_id

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from token_service.wire.endpoints import Endpoint

type Event = dict[str, Any]
type Handler = Callable[[Event, "LambdaContext"], Event | None]

_PERCENT = 100


def http_handler(endpoint: "Callable[[], Endpoint]") -> Handler:
    """A Lambda handler for HTTP API events (payload 2.0); `endpoint` is built at the first one."""

    def handle(event: Event, _context: "LambdaContext") -> Event:
        return event_from_response(endpoint().respond(request_from_event(event)))

    return observed(handle)


def observed(handle: Handler) -> Handler:
    """Give a handler's log lines their ids."""

    def handle_with_ids(event: Event, context: "LambdaContext") -> Event | None:
        service, sample = _logging()
        log.begin(
            service,
            request_id(event),
            context.aws_request_id,
            successes=sample >= _PERCENT or secrets.randbelow(_PERCENT) < sample,
        )
        return handle(event, context)

    return handle_with_ids


@cache
def _logging() -> tuple[str, int]:
    """What the service is called in its log, and how many percent of the successes are in it."""
    env = environment()
    return env.text("SERVICE_NAME"), env.number("SUCCESS_LOG_SAMPLE", _PERCENT)
