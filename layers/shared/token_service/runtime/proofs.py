"""DPoP proofs, and values that may be used once."""

import secrets
from functools import cache
from typing import Literal

from token_service.domain.dpop import ProofVerifier
from token_service.domain.server_nonces import ServerNonces
from token_service.runtime.environment import dynamodb
from token_service.settings import Tables
from token_service.store.nonce_seed import DynamoNonceSeed
from token_service.store.nonces import DynamoNonces
from token_service.system import now


class ProofVariables(Tables):
    """Variables of the functions that check DPoP proofs."""

    dpop_nonces: Literal["off", "required"]


@cache
def nonces(table: str) -> DynamoNonces:
    """Values that were used, and may not be used again."""
    return DynamoNonces(dynamodb(), table, secrets.token_bytes)


@cache
def nonce_seed(table: str) -> DynamoNonceSeed:
    """What nonces for DPoP proofs are made from."""
    return DynamoNonceSeed(dynamodb(), table)


@cache
def proofs(settings: ProofVariables) -> ProofVerifier:
    """Checks DPoP proofs, with nonces where this deployment requires them."""
    seed = nonce_seed(settings.clients_table)
    required = settings.dpop_nonces == "required"
    server_nonces = ServerNonces(seed.load, now) if required else None
    return ProofVerifier(nonces(settings.tokens_table), now, server_nonces)
