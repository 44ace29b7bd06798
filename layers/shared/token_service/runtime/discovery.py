"""The documents for verifiers."""

from functools import cache

from token_service.observability import observe
from token_service.runtime.dialects import DialectVariables, dialects_of_clients
from token_service.runtime.verification import verification_keys
from token_service.settings import ClientsTable, Flag, Settings, load
from token_service.wire.discovery import DiscoveryEndpoint
from token_service.wire.endpoints import Endpoint


class DiscoveryVariables(Settings, ClientsTable, DialectVariables):
    """Settings of the function `discovery`."""

    docs_page: Flag
    signed_introspection: Flag


@cache
def endpoint() -> Endpoint:
    """The documents for verifiers."""
    settings = load(DiscoveryVariables)
    return DiscoveryEndpoint(
        dialects_of_clients(settings),
        observe,
        settings.issuer,
        verification_keys(settings.clients_table),
        signed_introspection=settings.signed_introspection,
        docs_page=settings.docs_page,
    )
