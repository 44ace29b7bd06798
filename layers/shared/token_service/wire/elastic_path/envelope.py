"""JSON request bodies: models, and refusals in Elastic Path's words.

docs/platforms/elastic-path.md.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from token_service.domain.errors import InvalidRequest, PayloadTooLarge
from token_service.domain.limits import LIMITS
from token_service.wire.json_documents import RepeatedMemberError, read_json


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
        raise refused(error) from error


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


def refused(error: ValidationError) -> InvalidRequest:
    """The refusal of a body, in the platform's words; it names the first field that is wrong."""
    fault, *_ = error.errors(include_url=False)
    context = fault.get("ctx", {})
    # A mechanism's fault has the place of `data`, where pydantic looks for it.
    name = context.get("discriminator", f"'{fault['loc'][-1]}'")
    return InvalidRequest(f"The field {name} {_reason(fault['type'], context)}.")


def _reason(kind: str, context: Mapping[str, Any]) -> str:
    match kind:
        case "missing" | "union_tag_not_found":
            return "is required"
        case "union_tag_invalid":
            return f"must be one of: {context['expected_tags'].replace("'", '')}"
        case "literal_error":
            return f"must be {context['expected'].replace("'", '')}"
        case "string_too_long":
            return "is too long"
        case "model_type" | "model_attributes_type":
            return "must be an object"
    return "must be a string"


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
