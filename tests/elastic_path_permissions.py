"""Elastic Path's table of permissions as its page has it (docs/platforms/elastic-path.md, 2).

R reads, RW reads and writes, - neither. The columns are an implicit token alone, with an account
token, with a customer token, and client_credentials.
"""

from itertools import product

READ, WRITE = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
COLUMNS = ("implicit", "account", "customer", "client_credentials")
_TABLE: dict[str, tuple[str, ...]] = {
    "- R - RW": ("/v2/accounts", "/v2/account-members", "/v2/account-membership"),
    "- - - RW": (
        *("/v2/application-keys", "/v2/gateways", "/v2/integrations", "/v2/jobs", "/pcm/jobs"),
        *("/v2/merchant-realm-mappings", "/v2/promotions", "/v2/settings"),
        *("/v2/settings/extensions", "/v2/variations", "/v2/personal-data", "/v2/subscriptions"),
        *("/v2/user-roles", "/pcm/products", "/pcm/hierarchies", "/pcm/pricebooks"),
        "/pcm/catalogs",
    ),
    "R R R RW": (
        *("/v2/authentication-realms", "/v2/brands", "/v2/categories", "/v2/collections"),
        *("/v2/currencies", "/v2/files", "/v2/flows", "/v2/inventories", "/v2/products"),
        *("/catalog/products", "/catalog/hierarchies", "/catalog/nodes"),
    ),
    "RW RW RW RW": ("/v2/carts", "/v2/checkout"),
    "- - RW RW": ("/v2/customers", "/v2/customers/1/addresses"),
    "- R R RW": ("/v2/orders",),
    "- - - R": (
        "/v2/settings/account-authentication-settings",
        "/v2/settings/customer-authentication-settings",
    ),
}
# One row each: path, column, whether it may be read, and written.
ROWS = [
    (path, column, "R" in letters, "W" in letters)
    for cells, paths in _TABLE.items()
    for path, (column, letters) in product(paths, zip(COLUMNS, cells.split(), strict=True))
]
