"""Which format a client wants, and the same tree written in it.

docs/platforms/magento.md, 1.3, 1.4, 2.1 and 2.2.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from xml.sax.saxutils import escape

from token_service.wire.magento.errors import NotAcceptable


class Format(StrEnum):
    """How an answer is written; its value is its label."""

    JSON = "application/json"
    XML = "application/xml"


_FORMATS = {
    "*/*": Format.JSON,
    "application/*": Format.JSON,
    "application/json": Format.JSON,
    "application/xhtml+xml": Format.XML,
    "application/xml": Format.XML,
    "text/*": Format.XML,
    "text/xml": Format.XML,
}
_MEDIA_RANGE = re.compile(r"([a-z0-9.*+-]+/[a-z0-9.*+-]+)(?:\s*;\s*q=([0-9.]+))?", re.IGNORECASE)


def accepted(accept: str) -> Format:
    """The format that an Accept header asks for; without a readable one, JSON.

    Magento compares q as text, and takes ties in the header's order.

    Raises:
        NotAcceptable: none of the types is one that can be written.

    """
    ranges = [match for part in accept.split(",") if (match := _MEDIA_RANGE.match(part.strip()))]
    ranges.sort(key=lambda match: match.group(2) or "1.0", reverse=True)
    for match in ranges:
        if form := _FORMATS.get(match.group(1).lower()):
            return form
    if not ranges:
        return Format.JSON
    types = ", ".join(match.group(1) for match in ranges)
    raise NotAcceptable(
        "Server cannot match any of the given Accept HTTP header media type(s) from the request: "
        f'"{types}" with media types from the config of response renderer.'
    )


def written(value: object, form: Format) -> str:
    """A value as a body."""
    if form is Format.JSON:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return '<?xml version="1.0"?>\n' + "".join(_elements("response", value, 0))


def fatal(status: int, message: str, accept: str) -> tuple[str, str]:
    """Body and content type of an error that is told before there is a format (2.3)."""
    if "xml" in accept:
        text = message.replace("]]>", "")
        body = (
            f'<?xml version="1.0"?><error><messages><error><data_item><code>{status}</code>'
            f"<message><![CDATA[{text}]]></message></data_item></error></messages></error>"
        )
        return body, "application/xml; charset=UTF-8"
    body = json.dumps({"messages": {"error": [{"code": status, "message": message}]}})
    return body, "application/json; charset=UTF-8"


def _elements(name: str, value: object, depth: int) -> list[str]:
    """Two spaces a level, list entries as <item>."""
    indent = "  " * depth
    if isinstance(value, Mapping):
        children = [(str(key), child) for key, child in value.items()]
    elif isinstance(value, list):
        children = [("item", child) for child in value]
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return [f"{indent}<{name}>{escape(text)}</{name}>\n"]
    inner = [line for key, child in children for line in _elements(key, child, depth + 1)]
    return [f"{indent}<{name}>\n", *inner, f"{indent}</{name}>\n"]
