"""Part of a list, as a page of an answer shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """`limit` elements, after the first `offset`."""

    offset: int
    limit: int
