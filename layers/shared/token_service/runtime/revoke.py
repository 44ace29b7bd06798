"""Ending tokens."""

from functools import cache

from token_service.domain.revoke import TokenRevocation
from token_service.observability import observe
from token_service.runtime.callers import CallerVariables, client_authenticator
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.records import tokens
from token_service.runtime.verification import verification_keys
from token_service.settings import Settings, load
from token_service.system import now
from token_service.wire.dialect import Operation
from token_service.wire.endpoints import Endpoint, RevokeEndpoint


class RevokeVariables(Settings, CallerVariables):
    """Settings of the function `revoke`."""


@cache
def endpoint() -> Endpoint:
    """The revocation endpoints."""
    settings = load(RevokeVariables)
    revocation = TokenRevocation(
        authenticator=client_authenticator(settings, Operation.REVOKE),
        tokens=tokens(settings.tokens_table, settings.clients_table),
        keys=verification_keys(settings.clients_table),
        issuer=settings.issuer,
        now=now,
    )
    return RevokeEndpoint(dialects_of_clients(settings), observe, revocation)
