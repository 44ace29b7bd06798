"""The published keys."""

from functools import cache

from token_service.domain.keys import VerificationKeys
from token_service.runtime.environment import dynamodb
from token_service.store.signing_keys import DynamoPublicKeys
from token_service.system import now


@cache
def public_keys(table: str) -> DynamoPublicKeys:
    """The published keys as stored."""
    return DynamoPublicKeys(dynamodb(), table)


@cache
def verification_keys(table: str) -> VerificationKeys:
    """The published keys, held and reloaded."""
    return VerificationKeys(public_keys(table).load, now)
