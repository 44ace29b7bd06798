"""CloudFormation custom resources: every request must be answered, or the stack waits."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from aws_lambda_powertools.utilities.data_classes.cloudformation_custom_resource_event import (
    CloudFormationCustomResourceEvent,
)

_TIMEOUT_SECONDS = 10
_NEEDED = ("RequestType", "ResponseURL", "StackId", "RequestId", "LogicalResourceId")
_MAX_REASON = 1000  # characters; CloudFormation takes 4 KB for the whole answer


@dataclass(frozen=True, slots=True)
class Reply:
    """A resource's id, which must stay the same over updates, and its attributes."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class CustomResourceError(ValueError):
    """The event lacks what it takes to answer it. The message names the members."""


def answer(
    event: dict[str, Any],
    make: Callable[[CloudFormationCustomResourceEvent], Reply],
    public: tuple[type[Exception], ...] = (),
) -> None:
    """Make the resource and tell CloudFormation, also of a failure; then raise that failure.

    Of `public` errors it is told the message, which the operator sees as the stack's failure.

    Raises:
        CustomResourceError: a member is missing, so CloudFormation cannot be told anything.

    """
    missing = [name for name in _NEEDED if not isinstance(event.get(name), str)]
    if missing:
        raise CustomResourceError(f"a custom resource's event needs {', '.join(missing)}")
    request = CloudFormationCustomResourceEvent(event)
    try:
        reply = make(request)
    except Exception as error:
        # Else the type only: a message could quote what it failed on. The log has the place.
        reason = f"{type(error).__name__}; see the function's log"
        if isinstance(error, public):
            reason = str(error)[:_MAX_REASON]
        _send(request, {"Status": "FAILED", "Reason": reason}, request.physical_resource_id)
        raise
    _send(request, {"Status": "SUCCESS", "Data": dict(reply.attributes)}, reply.physical_id)


def _send(event: CloudFormationCustomResourceEvent, body: dict[str, Any], physical_id: str) -> None:
    body |= {
        "StackId": event.stack_id,
        "RequestId": event.request_id,
        "LogicalResourceId": event.logical_resource_id,
        "PhysicalResourceId": physical_id or event.logical_resource_id,
    }
    # The URL is CloudFormation's own, presigned: no content type may be added to it.
    request = HttpRequest(  # noqa: S310 - never a URL of a caller's
        event.response_url,
        data=json.dumps(body).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    with urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - see above
        pass
