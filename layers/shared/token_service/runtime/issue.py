"""Issuing tokens to clients."""

from functools import cache

from token_service.domain.issue import TokenIssuer
from token_service.domain.limits import DEFAULT_LIFETIME
from token_service.observability import observe
from token_service.runtime.callers import client_authenticator
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import environment
from token_service.runtime.proofs import proofs
from token_service.runtime.signing import mint
from token_service.wire.dialect import Operation
from token_service.wire.endpoints import Endpoint, IssueEndpoint


@cache
def endpoint() -> Endpoint:
    """The token endpoints of clients."""
    env = environment()
    authenticator = client_authenticator(Operation.ISSUE, env.number("OWNER_CACHE_SECONDS", 0))
    lifetime = env.number("TOKEN_LIFETIME", DEFAULT_LIFETIME)
    issuer = TokenIssuer(authenticator, mint(), proofs(), lifetime)
    return IssueEndpoint(dialects_of_clients(), observe, issuer)
