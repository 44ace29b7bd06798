"""Request bodies of `{"data": {...}}`, field by field (contracts/elastic-path.md sections 3, 4)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from token_service.domain.errors import InvalidRequest, PayloadTooLarge
from token_service.domain.limits import LIMITS
from token_service.domain.login import MAX_USERNAME
from token_service.wire.elastic_path.dialect import is_text


@dataclass(frozen=True, slots=True)
class Data:
    """The members of `data`; those that nobody asks for are ignored."""

    members: Mapping[str, Any] = field(repr=False)

    def required(self, name: str, longest: int = MAX_USERNAME) -> str:
        """A string of up to `longest` characters.

        Raises:
            InvalidRequest: missing, null, empty, too long, or no string; the message names it.

        """
        value = self.optional(name, longest)
        if value is None:
            raise InvalidRequest(f"The field '{name}' is required.")
        return value

    def optional(self, name: str, longest: int = MAX_USERNAME) -> str | None:
        """A string of up to `longest` characters, or None if it is missing, null or empty.

        Raises:
            InvalidRequest: too long, or no string; the message names it.

        """
        if self.members.get(name) in (None, ""):
            return None
        value = self.text(name)
        assert value is not None
        if not is_text(value):
            raise InvalidRequest(f"The field '{name}' must be a string.")
        if len(value) > longest:
            raise InvalidRequest(f"The field '{name}' is too long.")
        return value

    def text(self, name: str) -> str | None:
        """A string as it is, or None if it is missing; what it may hold is for others to say.

        Raises:
            InvalidRequest: no string; the message names it.

        """
        value = self.members.get(name)
        if name not in self.members or isinstance(value, str):
            return value
        raise InvalidRequest(f"The field '{name}' must be a string.")

    def whole_number(self, name: str) -> int | None:
        """A whole number, or None if it is missing.

        Raises:
            InvalidRequest: something else; the message names it.

        """
        value = self.members.get(name)
        if name in self.members and (not isinstance(value, int) or isinstance(value, bool)):
            raise InvalidRequest(f"The field '{name}' must be a whole number.")
        return value


def read_data(body: bytes, kind: str) -> Data:
    """The `data` of a body, whose `type` must be this kind.

    The content type says nothing, as at the token endpoint.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: not JSON, a member repeated, no object under `data`, or another type.

    """
    document = read_document(body)
    if "data" not in document:
        raise InvalidRequest("The field 'data' is required.")
    members = document["data"]
    if not isinstance(members, dict):
        raise InvalidRequest("The field 'data' must be an object.")
    found = members.get("type")
    if found in (None, ""):
        raise InvalidRequest("The field 'type' is required.")
    if found != kind:
        raise InvalidRequest(f"The field 'type' must be {kind}.")
    return Data(members)


def read_document(body: bytes) -> dict[str, Any]:
    """A body's JSON object.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: not JSON, no object, or a member is repeated.

    """
    if len(body) > LIMITS.body:
        raise PayloadTooLarge
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be an object.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequest("A field is repeated.")
    return members


def _refuse(constant: str) -> None:
    """Python reads NaN and Infinity, which are not JSON (RFC 8259 section 6)."""
    raise ValueError(constant)
