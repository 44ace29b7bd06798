"""Request bodies of `{"data": {...}}`, field by field (contracts/elastic-path.md section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from token_service.domain.errors import InvalidRequest
from token_service.wire.elastic_path.bodies import read_document


@dataclass(frozen=True, slots=True)
class Data:
    """The members of `data`; those that nobody asks for are ignored."""

    members: Mapping[str, Any] = field(repr=False)

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
    if not isinstance(document, dict):
        raise InvalidRequest("The body must be an object.")
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
