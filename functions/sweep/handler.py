"""Deletes expired tokens; EventBridge Scheduler calls it every hour.

The event may hold `dry_run` (true: count, change nothing). Anything else in it is ignored, above
all its time: the sweep goes by its own clock.
"""

from typing import TYPE_CHECKING

from token_service.observability import observe_sweep
from token_service.runtime.handlers import Event, observed
from token_service.runtime.sweep import sweeper

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_MILLISECONDS = 1000


def handle(event: Event, context: "LambdaContext") -> dict[str, object]:
    """Sweep until done or until the function's time is nearly over.

    Raises:
        SweepEventError: `dry_run` is not a boolean; guessing could delete.
        Unavailable: the store stopped answering; Lambda tries again.

    """
    result = sweeper().run(
        lambda: context.get_remaining_time_in_millis() / _MILLISECONDS,
        dry_run=read_dry_run(event),
    )
    observe_sweep(result)
    return result.as_dict()


class SweepEventError(ValueError):
    """The event asks for something the sweep does not understand."""


def read_dry_run(event: Event) -> bool:
    """Whether the event asks for a dry run."""
    dry_run = event.get("dry_run", False)
    if not isinstance(dry_run, bool):
        message = "dry_run must be true or false"
        raise SweepEventError(message)
    return dry_run


lambda_handler = observed(handle)
