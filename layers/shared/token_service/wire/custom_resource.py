"""CloudFormation custom resources: every request must be answered, or the stack waits."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

_TIMEOUT_SECONDS = 10
_MAX_REASON = 1000  # characters; CloudFormation takes 4 KB for the whole answer


@dataclass(frozen=True, slots=True)
class Reply:
    """A resource's id, which must stay the same over updates, and its attributes."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def answer(
    event: Mapping[str, Any],
    make: Callable[[dict[str, Any]], Reply],
    public: tuple[type[Exception], ...] = (),
) -> None:
    """Make the resource and tell CloudFormation, also of a failure; then raise that failure.

    Of `public` errors it is told the message, which the operator sees as the stack's failure.
    """
    try:
        reply = make(dict(event))
    except Exception as error:
        # Else the type only: a message could quote what it failed on. The log has the place.
        reason = f"{type(error).__name__}; see the function's log"
        if isinstance(error, public):
            reason = str(error)[:_MAX_REASON]
        _send(event, {"Status": "FAILED", "Reason": reason}, event.get("PhysicalResourceId"))
        raise
    _send(event, {"Status": "SUCCESS", "Data": dict(reply.attributes)}, reply.physical_id)


def _send(event: Mapping[str, Any], body: dict[str, Any], physical_id: str | None) -> None:
    body |= {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body["PhysicalResourceId"] = physical_id or event["LogicalResourceId"]
    # The URL is CloudFormation's own, presigned: no content type may be added to it.
    request = HttpRequest(  # noqa: S310 - never a URL of a caller's
        event["ResponseURL"],
        data=json.dumps(body).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    with urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - see above
        pass
