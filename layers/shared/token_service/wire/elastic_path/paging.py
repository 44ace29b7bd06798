"""Pages of a list: what is asked for in the query, and what the answer says of the others."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from token_service.domain.errors import InvalidRequest

MAX_OFFSET = 10_000
MAX_LIMIT = 100
_DEFAULT_LIMIT = 25
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` elements from `offset` on."""

    offset: int = 0
    limit: int = _DEFAULT_LIMIT


def read_page(query: str) -> Page:
    """The page that a query string asks for; other parameters are passed over.

    Raises:
        InvalidRequest: a number is out of range, repeated, or none.

    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        if name in found and name.startswith("page["):
            raise InvalidRequest(f"The parameter '{name}' is repeated.")
        found[name] = value
    return Page(
        _number(found, "page[offset]", 0, 0, MAX_OFFSET),
        _number(found, "page[limit]", _DEFAULT_LIMIT, 1, MAX_LIMIT),
    )


def page_links(url: str, page: Page, total: int) -> dict[str, str | None]:
    """Where this and the other pages are; None where there is none, or none can be asked for."""
    last = max(0, (total - 1) // page.limit * page.limit)
    following, former = page.offset + page.limit, max(0, page.offset - page.limit)

    def at(offset: int) -> str:
        return f"{url}?page[offset]={offset}&page[limit]={page.limit}"

    return {
        "current": at(page.offset),
        "first": at(0),
        "last": at(min(last, MAX_OFFSET)),
        "next": at(following) if following < total and following <= MAX_OFFSET else None,
        "prev": at(former) if page.offset else None,
    }


def page_meta(page: Page, total: int) -> dict[str, dict[str, int]]:
    """Which page of how many, and how many elements there are on all."""
    return {
        "page": {
            "limit": page.limit,
            "offset": page.offset,
            "current": page.offset // page.limit + 1,
            "total": -(-total // page.limit),
        },
        "results": {"total": total},
    }


def _number(found: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    if name not in found:
        return default
    value = found[name]
    if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
        raise InvalidRequest(f"The parameter '{name}' must be a whole number, {least} to {most}.")
    return int(value)
