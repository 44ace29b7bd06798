"""Telling authenticated callers about tokens."""

from functools import cache
from typing import TYPE_CHECKING

from token_service.domain.introspect import TokenIntrospector
from token_service.observability import observe
from token_service.runtime.callers import CallerVariables, client_authenticator
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.records import VerificationVariables, validator
from token_service.settings import Flag, Settings, WholeNumber, load
from token_service.system import now
from token_service.wire.dialect import Operation
from token_service.wire.endpoints import Endpoint, IntrospectEndpoint

if TYPE_CHECKING:
    from token_service.domain.signed_introspection import IntrospectionSigner


class IntrospectVariables(Settings, CallerVariables, VerificationVariables):
    """Settings of the function `introspect`."""

    signed_introspection: Flag
    verifier_hold_seconds: WholeNumber


class SignedIntrospectVariables(Settings):
    """Further settings of this function where it signs its answers."""

    signing_secret: str


@cache
def endpoint() -> Endpoint:
    """The introspection endpoints."""
    settings = load(IntrospectVariables)
    hold_seconds = settings.verifier_hold_seconds
    introspector = TokenIntrospector(
        client_authenticator(settings, Operation.INTROSPECT, hold_seconds),
        validator(settings, hold_seconds),
    )
    signer = _signer(settings.issuer) if settings.signed_introspection else None
    return IntrospectEndpoint(dialects_of_clients(settings), observe, introspector, signer)


def _signer(issuer: str) -> "IntrospectionSigner":
    """Loaded where answers are signed: few deployments do, and all others need no key for it."""
    from token_service.domain.signed_introspection import IntrospectionSigner
    from token_service.runtime.signing import signing_keys

    keys = signing_keys(load(SignedIntrospectVariables).signing_secret)
    return IntrospectionSigner(keys, issuer, now)
