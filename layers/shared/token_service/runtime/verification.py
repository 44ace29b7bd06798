"""The published keys."""

from functools import cache

from token_service.domain.keys import VerificationKeys
from token_service.runtime.environment import dynamodb, environment
from token_service.store.signing_keys import DynamoPublicKeys
from token_service.system import now


@cache
def public_keys() -> DynamoPublicKeys:
    """The published keys as stored."""
    return DynamoPublicKeys(dynamodb(), environment().text("CLIENTS_TABLE"))


@cache
def verification_keys() -> VerificationKeys:
    """The published keys, held and reloaded."""
    return VerificationKeys(public_keys().load, now)
