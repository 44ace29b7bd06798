"""The token records, their owners, and whether a token is active."""

from functools import cache

from token_service.domain.validate import SignatureValidator, TokenValidator, ValidationSettings
from token_service.runtime.environment import dynamodb, environment
from token_service.runtime.verification import verification_keys
from token_service.store.owners import DynamoOwners
from token_service.store.tokens import DynamoTokens
from token_service.system import now, pause


@cache
def owners() -> DynamoOwners:
    """Owners of every kind, never cached."""
    return DynamoOwners(dynamodb(), environment().text("CLIENTS_TABLE"))


@cache
def tokens() -> DynamoTokens:
    """The token records."""
    env = environment()
    return DynamoTokens(dynamodb(), env.text("TOKENS_TABLE"), env.text("CLIENTS_TABLE"), pause)


@cache
def validator() -> TokenValidator:
    """Decides whether a token is active; holds no owner but as an operator says."""
    return _validator(TokenValidator)


@cache
def signature_validator() -> SignatureValidator:
    """The same of all but clients' JWTs, whose signature is enough."""
    return _validator(SignatureValidator)


def _validator[V: TokenValidator](kind: type[V]) -> V:
    env = environment()
    settings = ValidationSettings(
        issuer=env.text("ISSUER"),
        not_before=env.number("TOKENS_NOT_BEFORE", 0),
        hold_seconds=env.number("VERIFIER_HOLD_SECONDS", 0),
    )
    return kind(
        tokens=tokens(), owners=owners(), keys=verification_keys(), settings=settings, now=now
    )
