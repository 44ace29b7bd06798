"""Where Magento's routes lie: below any prefix, and with or without a store's code (1.1)."""

import re

# One deployment is one store: every code is another name of it.
_REST = re.compile(r"(?:/[^/]+)*?/rest(?:/[A-Za-z][A-Za-z0-9_]*)?(/V1/.*)", re.ASCII)


def canonical(path: str) -> str | None:
    """The route that a REST path names, from `/V1` on, or None if it is no REST path."""
    match = _REST.fullmatch(path)
    return match.group(1) if match else None
