"""Whether two spellings of an HTTP address mean the same (RFC 3986 sections 6.2.2 and 6.2.3)."""

import re
from urllib.parse import quote, unquote_to_bytes

# RFC 3986 appendix B for the two schemes of HTTP; credentials in an address are not read.
_URI = re.compile(
    r"(https?)://([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?(/[^?#]*)?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_ESCAPES = re.compile(r"((?:%[0-9A-Fa-f]{2})+)")
# Decoded, these would be read as something else; all other reserved characters stay as they are.
_UNRESERVED = "-._~"
_ALLOWED = "/:@!$&'()*+,;=" + _UNRESERVED


def normalized(address: str) -> str | None:
    """The one spelling of an http or https address, without query and fragment; None for others.

    A gateway shows a path decoded that its client sent encoded, so a character that no address may
    hold is read as its encoding.
    """
    found = _URI.fullmatch(address)
    if found is None:
        return None
    scheme, host = found[1].lower(), found[2].lower()
    port = found[3] or _DEFAULT_PORTS[scheme]
    try:
        path = _without_dots(_one_encoding(found[4] or "/"))
    except UnicodeEncodeError:  # a lone surrogate is no character
        return None
    return f"{scheme}://{host}{'' if port == _DEFAULT_PORTS[scheme] else ':' + port}{path}"


def _one_encoding(path: str) -> str:
    """Escapes in upper case, none where none is needed, one wherever one is."""
    pieces = _ESCAPES.split(path)
    return "".join(
        _rewritten(piece) if index % 2 else quote(piece, _ALLOWED)
        for index, piece in enumerate(pieces)
    )


def _rewritten(escapes: str) -> str:
    return "".join(quote(bytes([byte]), _UNRESERVED) for byte in unquote_to_bytes(escapes))


def _without_dots(path: str) -> str:
    """Without `.` and `..` (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
