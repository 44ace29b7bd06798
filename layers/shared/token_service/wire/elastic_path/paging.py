"""Pages of a list: what is asked for in the query, and what the answer says of the others."""

import re
from typing import TypedDict
from urllib.parse import parse_qsl

from token_service.domain.errors import InvalidRequest
from token_service.domain.window import Window

OFFSET = "page[offset]"
LIMIT = "page[limit]"
MAX_OFFSET = 10_000
MAX_LIMIT = 100
DEFAULT_LIMIT = 25
_MAX_PARAMETERS = 100
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class PageLinks(TypedDict):
    """Links to this page and to others; null where there is no such page."""

    current: str
    first: str
    last: str
    next: str | None
    prev: str | None


class PagePlace(TypedDict):
    """Which page this is. Pages are counted from 1; `total` is the number of pages."""

    limit: int
    offset: int
    current: int
    total: int


class PageResults(TypedDict):
    """The number of elements on all pages."""

    total: int


class PageMeta(TypedDict):
    """Which page this is, and how much there is on all pages."""

    page: PagePlace
    results: PageResults


def read_query(query: str) -> dict[str, str]:
    """The parameters of a query string.

    Raises:
        InvalidRequest: a `page[...]` parameter is repeated, or there are too many parameters.

    """
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="replace", max_num_fields=_MAX_PARAMETERS
        )
    except ValueError as error:
        raise InvalidRequest("The query string has too many fields.") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found and name.startswith("page["):
            raise InvalidRequest(f"The parameter '{name}' is repeated.")
        found[name] = value
    return found


def read_window(query: str) -> Window:
    """The page that a query string asks for. Other parameters are ignored.

    Raises:
        InvalidRequest: an offset or a limit is repeated, out of range or not a whole number; or
            there are too many parameters.

    """
    found = read_query(query)
    return Window(
        read_offset(found[OFFSET]) if OFFSET in found else 0,
        read_limit(found[LIMIT]) if LIMIT in found else DEFAULT_LIMIT,
    )


def read_offset(text: str) -> int:
    """The number of elements to skip.

    Raises:
        InvalidRequest: out of range or not a whole number.

    """
    return _number(OFFSET, text, 0, MAX_OFFSET)


def read_limit(text: str) -> int:
    """The number of elements on a page.

    Raises:
        InvalidRequest: out of range or not a whole number.

    """
    return _number(LIMIT, text, 1, MAX_LIMIT)


def page_links(url: str, window: Window, total: int) -> PageLinks:
    """Links to the pages; None where there is no such page, or its offset would be too large."""
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


def page_meta(window: Window, total: int) -> PageMeta:
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


def _number(name: str, text: str, least: int, most: int) -> int:
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise InvalidRequest(f"The parameter '{name}' must be a whole number, {least} to {most}.")
    return int(text)
