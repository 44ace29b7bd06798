"""Answering API Gateway, AppSync and other Lambdas."""

from functools import cache
from typing import TYPE_CHECKING, Literal

from token_service.observability import observe_authorization
from token_service.runtime.environment import dynamodb
from token_service.runtime.policy import PolicyVariables, policy
from token_service.runtime.proofs import ProofVariables, nonces, proofs
from token_service.runtime.records import VerificationVariables, signature_validator, validator
from token_service.runtime.sealing import SealingVariables
from token_service.settings import Flag, Settings, WholeNumber, load
from token_service.system import now, pause
from token_service.wire.authorizer import Authorizer, AuthorizerSettings

if TYPE_CHECKING:
    from token_service.wire.magento.signed import SignatureVerifier


class AuthorizerVariables(
    Settings, VerificationVariables, ProofVariables, SealingVariables, PolicyVariables
):
    """The authorizer's settings."""

    audience: str
    authorizer_checks: Literal["record", "signature"]
    integration_bearer: Flag
    oauth1_allow_sha1: Flag
    verifier_hold_seconds: WholeNumber


@cache
def authorizer() -> Authorizer:
    """Answers every kind of authorizer event."""
    settings = load(AuthorizerVariables)
    validates = signature_validator if settings.authorizer_checks == "signature" else validator
    return Authorizer(
        validator=validates(settings, settings.verifier_hold_seconds),
        verify_signed=lambda request: signatures(settings).verify(request),
        proofs=proofs(settings),
        policy=policy(settings.policy),
        settings=AuthorizerSettings(settings.audience, settings.integration_bearer),
        observe=observe_authorization,
    )


@cache
def signatures(settings: AuthorizerVariables) -> "SignatureVerifier":
    """Checks OAuth 1.0a signatures; loaded at the first one, since most callers never sign."""
    import logging

    from token_service.runtime.sealing import sealer
    from token_service.store.integrations import DynamoIntegrations
    from token_service.wire.magento.signed import SignatureVerifier

    # At its debug level oauthlib would log the secrets that it checks signatures with.
    logging.getLogger("oauthlib").setLevel(logging.WARNING)
    return SignatureVerifier(
        consumers=DynamoIntegrations(dynamodb(), settings.clients_table, pause),
        validator=validator(settings, settings.verifier_hold_seconds),
        sealer=sealer(settings.sealing_secret),
        nonces=nonces(settings.tokens_table),
        now=now,
        allow_sha1=settings.oauth1_allow_sha1,
    )
