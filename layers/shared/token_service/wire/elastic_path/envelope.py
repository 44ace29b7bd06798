"""JSON request bodies: models, and refusals in Elastic Path's words.

docs/platforms/elastic-path.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from token_service.domain.errors import InvalidRequest, PayloadTooLarge
from token_service.domain.limits import LIMITS
from token_service.wire.json_documents import RepeatedMemberError, read_json

# What pydantic calls a fault of a field, and what Elastic Path's clients are told.
_OBJECT = "must be an object"
_REASONS = {
    "dict_type": _OBJECT,
    "greater_than_equal": "must be {ge} or more",
    "int_type": "must be a whole number",
    "literal_error": "must be {expected}",
    "missing": "is required",
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "string_too_long": "is too long",
    "union_tag_invalid": "must be one of: {expected_tags}",
    "union_tag_not_found": "is required",
}


class Body(BaseModel):
    """A JSON object; unknown members are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True, hide_input_in_errors=True)


def read_body[B: Body](model: type[B], body: bytes) -> B:
    """A body of `{"data": {...}}`. The content type says nothing, as at the token endpoint.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: not JSON, a member repeated, or not what the model requires.

    """
    document = read_document(body)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise refused(error.errors(include_url=False)) from error


def read_document(body: bytes) -> dict[str, Any]:
    """A body's JSON object.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: not JSON, no object, or a member is repeated.

    """
    if len(body) > LIMITS.body:
        raise PayloadTooLarge
    try:
        value = read_json(body.decode())
    except RepeatedMemberError as error:
        raise InvalidRequest("A field is repeated.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be an object.")
    return value


def refused(faults: Sequence[Any]) -> InvalidRequest:
    """The refusal of a body, in the platform's words; it names the first field that is wrong.

    `faults` is what pydantic's `errors()` returns.
    """
    fault = faults[0]
    context = fault.get("ctx", {})
    # A mechanism's fault has the place of `data`, where pydantic looks for it.
    name = context.get("discriminator", f"'{fault['loc'][-1]}'")
    return InvalidRequest(f"The field {name} {_reason(fault, context)}.")


def _reason(fault: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    kind = fault["type"]
    if kind == "literal_error" and fault["input"] in (None, ""):
        kind = "missing"
    values = {name: str(value).replace("'", "") for name, value in context.items()}
    return _REASONS.get(kind, "must be a string").format(**values)


def _without_empty_members(data: object) -> object:
    """The same without members that are null or empty, which count as missing."""
    if not isinstance(data, Mapping):
        return data
    return {name: value for name, value in data.items() if value is not None and value != ""}


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL can be neither stored nor hashed")
    return text


# A lone surrogate is no character, and pydantic refuses it by itself.
STORABLE = AfterValidator(_no_nul)
MEMBERS_GIVEN = BeforeValidator(_without_empty_members)
