"""Ending tokens."""

from functools import cache

from token_service.domain.revoke import TokenRevocation
from token_service.observability import observe
from token_service.runtime.callers import client_authenticator
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import environment
from token_service.runtime.records import tokens
from token_service.runtime.verification import verification_keys
from token_service.system import now
from token_service.wire.dialect import Operation
from token_service.wire.endpoints import Endpoint, RevokeEndpoint


@cache
def endpoint() -> Endpoint:
    """The revocation endpoints."""
    revocation = TokenRevocation(
        authenticator=client_authenticator(Operation.REVOKE),
        tokens=tokens(),
        keys=verification_keys(),
        issuer=environment().text("ISSUER"),
        now=now,
    )
    return RevokeEndpoint(dialects_of_clients(), observe, revocation)
