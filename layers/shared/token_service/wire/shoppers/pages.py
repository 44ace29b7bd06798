"""Pages of a list: `page[offset]` and `page[limit]`, and how an answer tells where one is."""

import re
from typing import Any
from urllib.parse import parse_qsl

from token_service.domain.account_members import Window
from token_service.domain.errors import InvalidRequest

DEFAULT_LIMIT = 25
_LONGEST_PAGE = 100
_FURTHEST_OFFSET = 10_000
_BOUNDS = {"page[offset]": (0, _FURTHEST_OFFSET), "page[limit]": (1, _LONGEST_PAGE)}
_MAX_FIELDS = 100
_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)


def read_window(query: str) -> Window:
    """The page that a query string asks for; anything else in it is ignored.

    Raises:
        InvalidRequest: no whole number, out of range, or given twice.

    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise InvalidRequest("The query string has too many fields.") from error
    asked = [(name, value) for name, value in pairs if name in _BOUNDS]
    found = dict(asked)
    if len(found) != len(asked):
        raise InvalidRequest("A page is asked for twice.")
    for name, value in found.items():
        least, most = _BOUNDS[name]
        if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
            raise InvalidRequest(f"The parameter '{name}' must be from {least} to {most}.")
    return Window(
        offset=int(found.get("page[offset]", 0)),
        limit=int(found.get("page[limit]", DEFAULT_LIMIT)),
    )


def write_meta(window: Window, total: int) -> dict[str, Any]:
    """Where a page lies among `total` results; pages are counted from 1."""
    return {
        "page": {
            "limit": window.limit,
            "offset": window.offset,
            "current": window.offset // window.limit + 1,
            "total": -(-total // window.limit),
        },
        "results": {"total": total},
    }


def write_links(url: str, window: Window, total: int) -> dict[str, str | None]:
    """This page and its neighbours; null where there is none."""
    offset, limit = window.offset, window.limit

    def link(to: int) -> str:
        return f"{url}?page[offset]={to}&page[limit]={limit}"

    return {
        "current": link(offset),
        "first": link(0),
        "last": link(max(0, total - 1) // limit * limit),
        "next": link(offset + limit) if offset + limit < total else None,
        "prev": link(max(0, offset - limit)) if offset > 0 else None,
    }
