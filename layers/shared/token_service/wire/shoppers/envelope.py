"""Request bodies of `{"data": {...}}`, field by field (contracts/elastic-path.md section 3)."""

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
        value = self.members.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not is_text(value):
            raise InvalidRequest(f"The field '{name}' must be a string.")
        if len(value) > longest:
            raise InvalidRequest(f"The field '{name}' is too long.")
        return value


def read_data(body: bytes, resource_type: str) -> Data:
    """The `data` of a body, which must say that it is of this type.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: not JSON, a member repeated, no object under `data`, or another type.

    """
    if len(body) > LIMITS.body:
        raise PayloadTooLarge
    try:
        document = json.loads(body.decode(), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The body is not JSON.") from error
    members = document.get("data") if isinstance(document, dict) else None
    if not isinstance(members, dict):
        raise InvalidRequest("The field 'data' is required.")
    data = Data(members)
    if data.required("type") != resource_type:
        raise InvalidRequest(f"The field 'type' must be '{resource_type}'.")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequest("A field is repeated.")
    return members
