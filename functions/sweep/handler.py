"""Deletes expired tokens; EventBridge Scheduler calls it every hour.

The event may hold `dry_run` (true: count, change nothing). Anything else in it is ignored, above
all its time: the sweep goes by its own clock.
"""

from typing import TYPE_CHECKING

from token_service.observability import observe_sweep
from token_service.runtime.handlers import Event, observed
from token_service.runtime.sweep import sweeper
from token_service.wire.direct_events import SweepEvent, read_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_MILLISECONDS = 1000


def handle(event: Event, context: "LambdaContext") -> dict[str, object]:
    """Sweep until done or until the function's time is nearly over.

    Raises:
        EventError: `dry_run` is not a boolean; guessing could delete.
        Unavailable: the store stopped answering; Lambda tries again.

    """
    result = sweeper().run(
        lambda: context.get_remaining_time_in_millis() / _MILLISECONDS,
        dry_run=read_event(SweepEvent, event).dry_run,
    )
    observe_sweep(result)
    return result.as_dict()


lambda_handler = observed(handle, sweeper)
