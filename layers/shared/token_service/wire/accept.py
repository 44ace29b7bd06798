"""The Accept header of a request for something unusual (RFC 9110 section 12.5.1)."""

import re

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def asks_for(accept: str, special: str, usual: str) -> bool:
    """Whether a header names the special media type itself, and puts nothing usual above it.

    A wildcard asks for what is usual: who wants the special type has to know of it.
    """
    qualities = _qualities(accept)
    wanted = qualities.get(special, 0.0)
    ranges = (usual, f"{usual.partition('/')[0]}/*", "*/*")  # the most specific one counts
    otherwise = next((qualities[name] for name in ranges if name in qualities), 0.0)
    return wanted > 0 and wanted >= otherwise


def _qualities(accept: str) -> dict[str, float]:
    """Each media range, lower case, and how much it is wanted; unreadable ones are left out."""
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [text[2:] for text in parameters if text.startswith("q=")] or ["1"]
        if _QUALITY.fullmatch(weights[0]):
            found.setdefault(name, float(weights[0]))
    return found
