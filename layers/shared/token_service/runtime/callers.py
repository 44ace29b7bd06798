"""Which client calls."""

from functools import cache

from token_service.domain.client_assertions import ClientAssertions
from token_service.domain.client_throttle import DEFAULT_FAILURE_WINDOW, ClientThrottle
from token_service.domain.client_use import ClientUseNotes
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.ports import FailureWindow
from token_service.observability import observe_missed_use
from token_service.runtime.dialects import dialects_of_clients
from token_service.runtime.environment import dynamodb, environment
from token_service.runtime.proofs import nonces
from token_service.store.client_failures import DynamoClientFailures
from token_service.store.client_uses import DynamoClientUses
from token_service.store.clients import DynamoClients
from token_service.system import now, pause
from token_service.wire.client_dialects import assertion_audiences
from token_service.wire.dialect import Operation


@cache
def clients() -> DynamoClients:
    """The clients, never cached."""
    return DynamoClients(dynamodb(), environment().text("CLIENTS_TABLE"), pause)


@cache
def client_uses() -> DynamoClientUses:
    """When clients were last used."""
    return DynamoClientUses(dynamodb(), environment().text("CLIENTS_TABLE"), pause)


def client_authenticator(operation: Operation, hold_seconds: int = 0) -> ClientAuthenticator:
    """Finds out which client calls one kind of endpoint."""
    env = environment()
    default = DEFAULT_FAILURE_WINDOW
    window = FailureWindow(
        env.number("CLIENT_AUTH_MAX_FAILURES", default.max_failures),
        env.number("CLIENT_AUTH_FAILURE_SECONDS", default.seconds),
    )
    names = assertion_audiences(env.text("ISSUER"), operation, dialects_of_clients())
    failures = DynamoClientFailures(dynamodb(), env.text("TOKENS_TABLE"))
    return ClientAuthenticator(
        clients(),
        now,
        hold_seconds,
        assertions=ClientAssertions(names, nonces(), now),
        throttle=ClientThrottle(failures, window, now),
        use=ClientUseNotes(client_uses(), now, observe_missed_use),
    )
