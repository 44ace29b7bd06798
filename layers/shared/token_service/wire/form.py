"""`application/x-www-form-urlencoded` bodies, read strictly (RFC 6749 appendix B)."""

import re
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from token_service.domain.errors import InvalidRequest, PayloadTooLarge
from token_service.domain.limits import LIMITS

FORM = "application/x-www-form-urlencoded"
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# No client of any dialect sends a tenth of this.
_MAX_FIELDS = 100


class Repeated(StrEnum):
    """What to do with a field that occurs twice."""

    REFUSE = "refuse"
    KEEP_FIRST = "keep_first"


def read_form(
    body: bytes, repeated: Repeated, repeatable: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The fields of a form body. A field with an empty value counts as absent (RFC 6749 3.1).

    A charset in the Content-Type changes nothing: what is not UTF-8 is refused. Of a `repeatable`
    field the first value is here, and all of them in `read_values`.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: broken percent-encoding, not UTF-8, a NUL, or a field repeated.

    """
    fields: dict[str, str] = {}
    for name, value in _pairs(body):
        if name not in fields:
            fields[name] = value
        elif repeated is Repeated.REFUSE and name not in repeatable:
            raise InvalidRequest("a field is repeated")
    return {name: value for name, value in fields.items() if value}


def read_values(body: bytes, name: str) -> tuple[str, ...]:
    """Every value of a field that may occur several times, in order, without the empty ones.

    Raises:
        PayloadTooLarge, InvalidRequest: as `read_form`, repetition apart.

    """
    return tuple(value for field, value in _pairs(body) if field == name and value)


def decode_component(raw: bytes) -> str:
    """Decode one name or value: `+` is a space, `%xx` a byte of UTF-8.

    Raises:
        InvalidRequest: broken percent-encoding, not UTF-8, or a NUL.

    """
    if _BROKEN_ESCAPE.search(raw):
        raise InvalidRequest("the body has broken percent-encoding")
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest("the body is not UTF-8") from error
    if "\0" in text:
        raise InvalidRequest("the body has a NUL character")
    return text


def _pairs(body: bytes) -> list[tuple[str, str]]:
    if len(body) > LIMITS.body:
        raise PayloadTooLarge
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > _MAX_FIELDS:
        raise InvalidRequest("too many fields")
    split = (pair.partition(b"=") for pair in pairs)
    return [(decode_component(name), decode_component(value)) for name, _, value in split]
