"""Events of functions that are invoked directly: what is read, and what is refused."""

from dataclasses import asdict

import pytest
from token_service.domain.one_time_passwords import Message
from token_service.wire.direct_events import (
    DirectEvent,
    EventError,
    OneTimePasswordEvent,
    RotationEvent,
    SweepEvent,
    read_event,
)

from tests.functions.deployment import load_event

MESSAGE = asdict(Message("ada", "Ada", "ada@shop.example", "Ab3dEf7h", 1_700_000_000, "login"))
MODELS: list[type[DirectEvent]] = [SweepEvent, RotationEvent, OneTimePasswordEvent]


@pytest.mark.parametrize("event", [{}, load_event("sweep/scheduled"), {"dry_run": False}])
def test_a_sweep_is_no_dry_run_unless_asked(event: object) -> None:
    """What the schedule sends besides is ignored."""
    assert read_event(SweepEvent, event).dry_run is False
    assert read_event(SweepEvent, load_event("sweep/dry_run")).dry_run is True


@pytest.mark.parametrize("value", ["true", "false", "yes", 1, 0, None, [], {}])
def test_a_dry_run_that_is_no_boolean_is_refused(value: object) -> None:
    """Guessing could delete."""
    with pytest.raises(EventError, match=r"^dry_run must be true or false$"):
        read_event(SweepEvent, {"dry_run": value})


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ({}, "advance"),
        (load_event("rotate_keys/scheduled"), "advance"),
        (load_event("rotate_keys/rotate"), "rotate"),
        (load_event("rotate_keys/replace_compromised"), "replace_compromised"),
    ],
)
def test_a_rotation_advances_unless_asked_for_more(event: object, action: str) -> None:
    """What the schedule sends besides is ignored."""
    assert read_event(RotationEvent, event).action == action


@pytest.mark.parametrize("action", ["Rotate", "", " rotate", "delete", None, 1, ["rotate"], {}])
def test_an_unknown_action_is_refused(action: object) -> None:
    """Guessing could end every token."""
    with pytest.raises(EventError) as told:
        read_event(RotationEvent, {"action": action})
    assert str(told.value) == "action must be one of advance, rotate, replace_compromised"


def test_a_sender_reads_what_is_sent() -> None:
    """The model of the sender's event has the members of the message, and no others."""
    assert read_event(OneTimePasswordEvent, MESSAGE).model_dump() == MESSAGE
    assert set(OneTimePasswordEvent.model_fields) == set(MESSAGE)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"email": None}, "email must be a string"),
        ({"expires_at": "soon"}, "expires_at must be a whole number"),
        ({"email": 7, "name": []}, "name must be a string; email must be a string"),
    ],
)
def test_a_malformed_message_is_refused(change: dict[str, object], reason: str) -> None:
    """Each member that is wrong is named, and the password is not quoted."""
    with pytest.raises(EventError) as told:
        read_event(OneTimePasswordEvent, MESSAGE | change)
    assert str(told.value) == reason


@pytest.mark.parametrize("name", MESSAGE)
def test_a_message_without_a_member_is_refused(name: str) -> None:
    """A sender needs them all."""
    event = {member: value for member, value in MESSAGE.items() if member != name}
    with pytest.raises(EventError, match=f"^{name} is required$"):
        read_event(OneTimePasswordEvent, event)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("event", [None, [], "dry_run", 1, [{"dry_run": True}]])
def test_an_event_that_is_no_object_is_refused(model: type[DirectEvent], event: object) -> None:
    """The message says so, whichever function it is."""
    with pytest.raises(EventError, match=r"^the event must be an object$"):
        read_event(model, event)


def test_the_password_is_in_no_repr() -> None:
    """What is printed by accident does not tell it."""
    assert MESSAGE["one_time_password"] not in repr(read_event(OneTimePasswordEvent, MESSAGE))
