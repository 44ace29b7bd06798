"""Request bodies: JSON or XML by their Content-Type, and the fields in them (1.2)."""

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from token_service.domain.errors import PayloadTooLarge
from token_service.domain.limits import LIMITS
from token_service.wire.http import Request
from token_service.wire.magento.documents import UnreadableDocumentError, read_document
from token_service.wire.magento.errors import BadInput, missing_fields

_CONTENT_TYPE = re.compile(r"\s*([a-z0-9.+*/-]+)\s*(?:;\s*charset=([\w-]+)\s*)?", re.IGNORECASE)
_DECODING_ERROR = "Decoding error."
# A field with attributes, or sent twice; refused only if it is one that is read.
_UNDECODABLE = object()


def read_strings(request: Request, names: tuple[str, ...]) -> list[str]:
    """The named string fields of a body, all of them; unknown ones are passed over.

    Raises:
        BadInput: in the order and the words of section 1.5.
        PayloadTooLarge: longer than any legitimate body.

    """
    fields = _fields(request)
    values = {name: _text(fields[name]) if name in fields else "" for name in names}
    missing = [name for name in names if not values[name]]
    if missing:
        raise missing_fields(missing)
    return [values[name] for name in names]


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
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
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


def _text(value: object) -> str:
    """A scalar as PHP casts it to a string."""
    if value is _UNDECODABLE:
        raise BadInput(_DECODING_ERROR)
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, (dict, list)):
        raise BadInput('Invalid type for value: "array". Expected Type: "string".')
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(_DECODING_ERROR) from error
    return text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("repeated name")
    return unique


def _refuse(constant: str) -> None:
    raise ValueError(constant)
