"""The clients and the people that tests and events/ speak of, each of one kind."""

from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.grants import TokenFormat
from token_service.domain.owners import Introspection

CLIENT, SECRET = "demo-client", "demo-secret-demo-secret-demo-secret-demo-0001"
SERVER, SERVER_SECRET = "demo-resource-server", "demo-secret-demo-secret-demo-secret-demo-0002"
OTHER, OTHER_SECRET = "demo-other-client", "demo-secret-demo-secret-demo-secret-demo-0003"
DISABLED, DISABLED_SECRET = "demo-disabled-client", "demo-secret-demo-secret-demo-secret-demo-0004"
PUBLIC = "demo-public-client"
SECRETS = (SECRET, SERVER_SECRET, OTHER_SECRET, DISABLED_SECRET)
ADMIN, ADMIN_PASSWORD = "demo-admin", "demo-password-0001"
CUSTOMER, CUSTOMER_PASSWORD = "demo@customer.example", "demo-password-0002"
MEMBER, MEMBER_PASSWORD = "demo-member", "demo-password-0004"
WRONG_PASSWORD = "wrong-password-0003"
SCOPES = ("orders:read", "orders:write")


def register(administration: ClientAdministration) -> None:
    """Register one with scopes, one that introspects, one opaque, one public, one disabled."""
    administration.create(NewClient("Demo", id=CLIENT, secret=SECRET, scopes=SCOPES))
    administration.create(
        NewClient("Server", id=SERVER, secret=SERVER_SECRET, introspection=Introspection.ANY)
    )
    administration.create(
        NewClient("Other", id=OTHER, secret=OTHER_SECRET, token_format=TokenFormat.OPAQUE)
    )
    administration.create(NewClient("Disabled", id=DISABLED, secret=DISABLED_SECRET))
    administration.set_enabled(DISABLED, enabled=False)
    administration.create(NewClient("Public", id=PUBLIC, public=True))
