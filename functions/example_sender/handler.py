"""A sender of one-time passwords to learn from: it prints them, so that one can try it.

This is the only place where one is ever logged. A real one writes an e-mail or a text message.
"""

import json
from typing import TYPE_CHECKING, Any

from token_service.wire.direct_events import OneTimePasswordEvent, read_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def lambda_handler(event: dict[str, Any], _context: "LambdaContext") -> None:
    """Print `username`, `name`, `email`, `one_time_password`, `expires_at` and `purpose`.

    Raises:
        EventError: a member is missing or malformed.

    """
    message = read_event(OneTimePasswordEvent, event)
    print(json.dumps({"message": "one-time password", **message.model_dump()}), flush=True)  # noqa: T201 - see above
