"""The documents for verifiers."""

from functools import cache

from token_service.observability import observe
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import environment
from token_service.runtime.verification import verification_keys
from token_service.wire.discovery import DiscoveryEndpoint
from token_service.wire.endpoints import Endpoint


@cache
def endpoint() -> Endpoint:
    """The documents for verifiers."""
    env = environment()
    return DiscoveryEndpoint(
        dialects_of_clients(),
        observe,
        env.text("ISSUER"),
        verification_keys(),
        signed_introspection=env.flag("SIGNED_INTROSPECTION", default=False),
        docs_page=env.flag("DOCS_PAGE", default=True),
    )
