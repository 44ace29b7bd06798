"""Bodies of token requests: JSON or XML, as their Content-Type says (1.2)."""

import re
from collections.abc import Callable
from typing import Annotated, Any
from xml.etree.ElementTree import Element

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from token_service.domain.errors import PayloadTooLarge
from token_service.domain.limits import LIMITS
from token_service.wire.http import Request
from token_service.wire.json_documents import read_json
from token_service.wire.magento.documents import UnreadableDocumentError, read_document
from token_service.wire.magento.errors import BadInput, missing_fields

_CONTENT_TYPE = re.compile(r"\s*([a-z0-9.+*/-]+)\s*(?:;\s*charset=([\w-]+)\s*)?", re.IGNORECASE)
_DECODING_ERROR = "Decoding error."
_ARRAY = "magento_array"
_SENTENCES = {_ARRAY: 'Invalid type for value: "array". Expected Type: "string".'}
_MISSING = ("missing", "string_too_short")
# A field with attributes, or sent twice; refused only if it is one that is read.
_UNDECODABLE = object()


def _cast(value: object) -> object:
    """A scalar as PHP casts it to a string."""
    if isinstance(value, (dict, list)):
        raise PydanticCustomError(_ARRAY, "an array for a string")
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return str(value) if isinstance(value, (int, float)) else value


_Text = Annotated[str, Field(min_length=1), BeforeValidator(_cast)]


class MagentoLogin(BaseModel):
    """Whose token is asked for."""

    model_config = ConfigDict(
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
        json_schema_extra={"xml": {"name": "login"}},
    )

    username: Annotated[
        _Text, Field(description="An admin's name, or a customer's e-mail address.")
    ]
    password: Annotated[
        _Text,
        Field(description="The password.", json_schema_extra={"format": "password"}, repr=False),
    ]


def read_sign_in(request: Request) -> MagentoLogin:
    """The body of a token request; unknown fields are ignored.

    Raises:
        BadInput: in the order and the words of 1.5.
        PayloadTooLarge: longer than any legitimate body.

    """
    try:
        return MagentoLogin.model_validate(_fields(request))
    except ValidationError as error:
        raise _refused(error) from error


def _refused(error: ValidationError) -> BadInput:
    """One type error, or all fields that are missing."""
    faults = error.errors(include_url=False)
    for fault in faults:
        if fault["type"] not in _MISSING:
            return BadInput(_SENTENCES.get(fault["type"], _DECODING_ERROR))
    return missing_fields([str(fault["loc"][0]) for fault in faults])


def _fields(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    if len(request.body) > LIMITS.body:
        raise PayloadTooLarge
    return _decoder(request.headers.get("content-type", ""))(request.body)


def _decoder(content_type: str) -> Callable[[bytes], dict[str, Any]]:
    if not content_type:
        raise BadInput("Content-Type header is empty.")
    match = _CONTENT_TYPE.fullmatch(content_type)
    if not match:
        raise BadInput("Content-Type header is invalid.")
    if match.group(2) and match.group(2).lower() != "utf-8":
        raise BadInput("UTF-8 is the only supported charset.")
    media_type = match.group(1).lower()
    if media_type not in _DECODERS:
        raise BadInput(f"Server cannot understand Content-Type HTTP header media type {media_type}")
    return _DECODERS[media_type]


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        value = read_json(body.decode())
    except (ValueError, RecursionError) as error:
        raise BadInput(_DECODING_ERROR) from error
    if not isinstance(value, dict):
        raise BadInput(_DECODING_ERROR)
    return value


def _from_xml(body: bytes) -> dict[str, Any]:
    """The root's children, whatever the root is called."""
    try:
        root = read_document(body)
    except UnreadableDocumentError as error:
        raise BadInput(_DECODING_ERROR) from error
    fields: dict[str, Any] = {}
    for child in root:
        if child.text is None and not len(child) and not child.attrib:
            continue  # <username/> is no username
        name = child.tag.rpartition("}")[2]
        fields[name] = _UNDECODABLE if name in fields or child.attrib else _content(child)
    return fields


def _content(element: Element) -> str | list[object]:
    """Text, or a list for what Magento's parser makes an array of."""
    if len(element):
        return []
    text = element.text or ""
    return text if text.strip() else ""


_DECODERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "application/json": _from_json,
    "application/xhtml+xml": _from_xml,
    "application/xml": _from_xml,
    "text/xml": _from_xml,
}
