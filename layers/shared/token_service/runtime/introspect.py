"""Telling authenticated callers about tokens."""

from functools import cache
from typing import TYPE_CHECKING

from token_service.domain.introspect import TokenIntrospector
from token_service.observability import observe
from token_service.runtime.callers import client_authenticator
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import environment
from token_service.runtime.records import validator
from token_service.system import now
from token_service.wire.dialect import Operation
from token_service.wire.endpoints import Endpoint, IntrospectEndpoint

if TYPE_CHECKING:
    from token_service.domain.signed_introspection import IntrospectionSigner


@cache
def endpoint() -> Endpoint:
    """The introspection endpoints."""
    env = environment()
    introspector = TokenIntrospector(
        client_authenticator(Operation.INTROSPECT, env.number("VERIFIER_HOLD_SECONDS", 0)),
        validator(),
    )
    signer = _signer() if env.flag("SIGNED_INTROSPECTION", default=False) else None
    return IntrospectEndpoint(dialects_of_clients(), observe, introspector, signer)


def _signer() -> "IntrospectionSigner":
    """Loaded where answers are signed: few deployments do, and all others need no key for it."""
    from token_service.domain.signed_introspection import IntrospectionSigner
    from token_service.runtime.signing import signing_keys

    return IntrospectionSigner(signing_keys(), environment().text("ISSUER"), now)
