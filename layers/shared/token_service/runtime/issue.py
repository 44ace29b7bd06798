"""Issuing tokens to clients."""

from functools import cache

from token_service.domain.issue import TokenIssuer
from token_service.observability import observe
from token_service.runtime.callers import CallerVariables, client_authenticator
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.proofs import ProofVariables, proofs
from token_service.runtime.signing import MintingVariables, mint
from token_service.settings import Settings, WholeNumber, load
from token_service.wire.dialect import Operation
from token_service.wire.endpoints import Endpoint, IssueEndpoint


class IssueVariables(Settings, CallerVariables, MintingVariables, ProofVariables):
    """Settings of the function `issue`."""

    owner_cache_seconds: WholeNumber
    token_lifetime: WholeNumber


@cache
def endpoint() -> Endpoint:
    """The token endpoints of clients."""
    settings = load(IssueVariables)
    authenticator = client_authenticator(settings, Operation.ISSUE, settings.owner_cache_seconds)
    issuer = TokenIssuer(authenticator, mint(settings), proofs(settings), settings.token_lifetime)
    return IssueEndpoint(dialects_of_clients(settings), observe, issuer)
