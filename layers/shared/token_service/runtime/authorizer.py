"""Answering API Gateway, AppSync and other Lambdas."""

from functools import cache
from typing import TYPE_CHECKING

from token_service.observability import observe_authorization
from token_service.runtime.environment import dynamodb, environment
from token_service.runtime.policy import policy
from token_service.runtime.proofs import nonces, proofs
from token_service.runtime.records import signature_validator, validator
from token_service.system import now, pause
from token_service.wire.authorizer import Authorizer, AuthorizerSettings

if TYPE_CHECKING:
    from token_service.wire.magento.signed import SignatureVerifier


@cache
def authorizer() -> Authorizer:
    """Answers every kind of authorizer event."""
    env = environment()
    checks = env.choice("AUTHORIZER_CHECKS", "record", "signature")
    return Authorizer(
        validator=signature_validator() if checks == "signature" else validator(),
        verify_signed=lambda request: signatures().verify(request),
        proofs=proofs(),
        policy=policy(),
        settings=AuthorizerSettings(
            env.text("AUDIENCE"), env.flag("INTEGRATION_BEARER", default=True)
        ),
        observe=observe_authorization,
    )


@cache
def signatures() -> "SignatureVerifier":
    """Checks OAuth 1.0a signatures; loaded at the first one, since most callers never sign."""
    import logging

    from token_service.runtime.sealing import sealer
    from token_service.store.integrations import DynamoIntegrations
    from token_service.wire.magento.signed import SignatureVerifier

    # At its debug level oauthlib would log the secrets that it checks signatures with.
    logging.getLogger("oauthlib").setLevel(logging.WARNING)
    env = environment()
    return SignatureVerifier(
        consumers=DynamoIntegrations(dynamodb(), env.text("CLIENTS_TABLE"), pause),
        validator=validator(),
        sealer=sealer(),
        nonces=nonces(),
        now=now,
        allow_sha1=env.flag("OAUTH1_ALLOW_SHA1", default=False),
    )
