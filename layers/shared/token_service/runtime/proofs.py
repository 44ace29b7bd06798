"""DPoP proofs, and values that may be used once."""

import secrets
from functools import cache

from token_service.domain.dpop import ProofVerifier
from token_service.domain.server_nonces import ServerNonces
from token_service.runtime.environment import dynamodb, environment
from token_service.store.nonce_seed import DynamoNonceSeed
from token_service.store.nonces import DynamoNonces
from token_service.system import now


@cache
def nonces() -> DynamoNonces:
    """Values that were used, and may not be used again."""
    return DynamoNonces(dynamodb(), environment().text("TOKENS_TABLE"), secrets.token_bytes)


@cache
def nonce_seed() -> DynamoNonceSeed:
    """What nonces for DPoP proofs are made from."""
    return DynamoNonceSeed(dynamodb(), environment().text("CLIENTS_TABLE"))


def make_nonce_seed() -> None:
    """Have a seed; only the function that makes the keys may write one."""
    nonce_seed().ensure(secrets.token_bytes)


@cache
def proofs() -> ProofVerifier:
    """Checks DPoP proofs, with nonces where this deployment requires them."""
    required = environment().choice("DPOP_NONCES", "off", "required") == "required"
    return ProofVerifier(nonces(), now, ServerNonces(nonce_seed().load, now) if required else None)
