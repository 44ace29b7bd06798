"""Events of functions that schedules, operators or other functions invoke directly.

Members that a model does not name are ignored: EventBridge Scheduler sends some of its own.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class EventError(ValueError):
    """The event asks for something unknown; the message names the member, never its value."""


class DirectEvent(BaseModel):
    """An event that a function takes from its caller as it is."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True, hide_input_in_errors=True)


class SweepEvent(DirectEvent):
    """Asks for a sweep; a dry run counts what is expired and deletes nothing."""

    dry_run: bool = False


class RotationEvent(DirectEvent):
    """Asks the key rotation for one of its actions."""

    action: Literal["advance", "rotate", "replace_compromised"] = "advance"


class OneTimePasswordEvent(DirectEvent):
    """Asks the operator's function to send a one-time password; `expires_at` is in seconds."""

    username: str
    name: str
    email: str
    one_time_password: str = Field(repr=False)
    expires_at: int
    purpose: str


def read_event[E: DirectEvent](model: type[E], event: object) -> E:
    """The event of a function.

    Raises:
        EventError: a member is missing or malformed. Nothing is guessed: the functions can delete.

    """
    try:
        return model.model_validate(event)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise EventError("; ".join(_told(fault) for fault in faults)) from None


def _told(fault: Mapping[str, Any]) -> str:
    member = fault["loc"][0] if fault["loc"] else "the event"
    match fault["type"]:
        case "missing":
            return f"{member} is required"
        case "bool_type":
            return f"{member} must be true or false"
        case "literal_error":
            choices = fault["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
            return f"{member} must be one of {choices}"
        case "string_type":
            return f"{member} must be a string"
        case "int_type":
            return f"{member} must be a whole number"
    return f"{member} must be an object"
