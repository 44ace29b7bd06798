"""JSON from outside, more strictly than Python reads it (RFC 8259)."""

import json
from typing import Any


class RepeatedMemberError(ValueError):
    """An object has a member twice."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the member {name} is there twice")


def read_json(text: str) -> object:
    """The value of a JSON text.

    Raises:
        ValueError: not JSON (`json.JSONDecodeError`), a member twice (`RepeatedMemberError`), or a
            number of too many digits.
        RecursionError: nested too deeply.

    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise RepeatedMemberError(name)
        members[name] = value
    return members


def _refuse(constant: str) -> None:
    """Python reads NaN and Infinity, which are not JSON (section 6)."""
    raise ValueError(f"{constant} is not JSON")
