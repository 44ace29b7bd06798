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


type Pairs = list[tuple[str, str]]
"""The names and values of a form, in its order."""


def read_pairs(body: bytes) -> Pairs:
    """Take a form body apart.

    A charset in the Content-Type changes nothing: what is not UTF-8 is refused.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: broken percent-encoding, not UTF-8, or a NUL.

    """
    if len(body) > LIMITS.body:
        raise PayloadTooLarge
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > _MAX_FIELDS:
        raise InvalidRequest("too many fields")
    split = (pair.partition(b"=") for pair in pairs)
    return [(decode_component(name), decode_component(value)) for name, _, value in split]


def fields_of(
    pairs: Pairs, repeated: Repeated, repeatable: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The fields of a form. One with an empty value counts as absent (RFC 6749 section 3.1).

    Of a `repeatable` field the first value is here, and all of them in `values_of`.

    Raises:
        InvalidRequest: a field is repeated that may not be.

    """
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif repeated is Repeated.REFUSE and name not in repeatable:
            raise InvalidRequest("a field is repeated")
    return {name: value for name, value in fields.items() if value}


def values_of(pairs: Pairs, name: str) -> tuple[str, ...]:
    """Every value of a field that may occur several times, in order, without the empty ones."""
    return tuple(value for field, value in pairs if field == name and value)


def decode_component(raw: bytes) -> str:
    """Decode one name or value: `+` is a space, `%xx` a byte of UTF-8.

    Raises:
        InvalidRequest: broken percent-encoding, not UTF-8, or a NUL.

    """
    decoded = raw.replace(b"+", b" ")
    if b"%" in decoded:
        if _BROKEN_ESCAPE.search(decoded):
            raise InvalidRequest("the body has broken percent-encoding")
        decoded = unquote_to_bytes(decoded)
    try:
        text = decoded.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest("the body is not UTF-8") from error
    if "\0" in text:
        raise InvalidRequest("the body has a NUL character")
    return text
