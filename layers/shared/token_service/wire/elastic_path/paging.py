"""Pages of a list: what is asked for in the query, and what the answer says of the others."""

import re
from urllib.parse import parse_qsl

from token_service.domain.errors import InvalidRequest
from token_service.domain.window import Window

MAX_OFFSET = 10_000
MAX_LIMIT = 100
DEFAULT_LIMIT = 25
_MAX_PARAMETERS = 100
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


def read_window(query: str) -> Window:
    """The page that a query string asks for; other parameters are passed over.

    Raises:
        InvalidRequest: a number is out of range, repeated, or none; or too many parameters.

    """
    found: dict[str, str] = {}
    for name, value in _parameters(query):
        if name in found and name.startswith("page["):
            raise InvalidRequest(f"The parameter '{name}' is repeated.")
        found[name] = value
    return Window(
        _number(found, "page[offset]", 0, 0, MAX_OFFSET),
        _number(found, "page[limit]", DEFAULT_LIMIT, 1, MAX_LIMIT),
    )


def page_links(url: str, window: Window, total: int) -> dict[str, str | None]:
    """Where this and the other pages are; None where there is none, or none can be asked for."""
    last = max(0, (total - 1) // window.limit * window.limit)
    following, former = window.offset + window.limit, max(0, window.offset - window.limit)

    def at(offset: int) -> str:
        return f"{url}?page[offset]={offset}&page[limit]={window.limit}"

    return {
        "current": at(window.offset),
        "first": at(0),
        "last": at(min(last, MAX_OFFSET)),
        "next": at(following) if following < total and following <= MAX_OFFSET else None,
        "prev": at(former) if window.offset else None,
    }


def page_meta(window: Window, total: int) -> dict[str, dict[str, int]]:
    """Which page of how many, and how many elements there are on all."""
    return {
        "page": {
            "limit": window.limit,
            "offset": window.offset,
            "current": window.offset // window.limit + 1,
            "total": -(-total // window.limit),
        },
        "results": {"total": total},
    }


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query, keep_blank_values=True, errors="replace", max_num_fields=_MAX_PARAMETERS
        )
    except ValueError as error:
        raise InvalidRequest("The query string has too many fields.") from error


def _number(found: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    if name not in found:
        return default
    value = found[name]
    if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
        raise InvalidRequest(f"The parameter '{name}' must be a whole number, {least} to {most}.")
    return int(value)
