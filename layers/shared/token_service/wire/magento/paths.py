"""Where Magento's routes lie: also below /index.php, with or without a store's code.

docs/platforms/magento.md, 1.1.

Magento passes over any prefix. The authorizer must not: there `/v2/rest/V1/customers` is a route of
another platform, and not as open as its end.
"""

import re

# One deployment is one store: every code is another name of it.
_REST = re.compile(r"(?:/index\.php)?/rest(?:/[A-Za-z][A-Za-z0-9_]*)?(/V1/.*)", re.ASCII)


def canonical(path: str) -> str | None:
    """The route that a REST path names, from `/V1` on, or None if it is no REST path."""
    match = _REST.fullmatch(path)
    return match.group(1) if match else None


def is_soap(path: str) -> bool:
    """Whether SOAP is spoken here, with or without a store's code (3.2)."""
    return path == "/soap" or path.startswith("/soap/")


# Other spellings of the same routes, as IAM resources. A policy names each route once, and where
# IAM has to go by it these are closed: it cannot be told that they mean the same.
ALIASES = ("/index.php/*", "/rest/*/V1/*")
