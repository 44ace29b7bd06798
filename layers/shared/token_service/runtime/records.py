"""The token records, their owners, and whether a token is active."""

from functools import cache

from token_service.domain.validate import SignatureValidator, TokenValidator, ValidationSettings
from token_service.runtime.environment import dynamodb
from token_service.runtime.verification import verification_keys
from token_service.settings import Tables, WholeNumber
from token_service.store.owners import DynamoOwners
from token_service.store.tokens import DynamoTokens
from token_service.system import now, pause


class VerificationVariables(Tables):
    """Variables of the functions that check tokens."""

    issuer: str
    tokens_not_before: WholeNumber


@cache
def tokens(tokens_table: str, clients_table: str) -> DynamoTokens:
    """The token records."""
    return DynamoTokens(dynamodb(), tokens_table, clients_table, pause)


@cache
def validator(settings: VerificationVariables, hold_seconds: int = 0) -> TokenValidator:
    """The token validator; it caches clients for `hold_seconds`."""
    return _validator(TokenValidator, settings, hold_seconds)


@cache
def signature_validator(
    settings: VerificationVariables, hold_seconds: int = 0
) -> SignatureValidator:
    """The same, except that a valid signature is enough for a client's JWT."""
    return _validator(SignatureValidator, settings, hold_seconds)


def _validator[V: TokenValidator](
    kind: type[V], settings: VerificationVariables, hold_seconds: int
) -> V:
    return kind(
        tokens=tokens(settings.tokens_table, settings.clients_table),
        owners=DynamoOwners(dynamodb(), settings.clients_table),
        keys=verification_keys(settings.clients_table),
        settings=ValidationSettings(
            issuer=settings.issuer,
            not_before=settings.tokens_not_before,
            hold_seconds=hold_seconds,
        ),
        now=now,
    )
