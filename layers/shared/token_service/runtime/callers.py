"""Which client calls."""

from functools import cache

from token_service.domain.client_assertions import ClientAssertions
from token_service.domain.client_throttle import ClientThrottle
from token_service.domain.client_use import ClientUseNotes
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.ports import FailureWindow
from token_service.observability import observe_missed_use
from token_service.runtime.dialects import DialectVariables, dialects_of_clients
from token_service.runtime.environment import dynamodb
from token_service.runtime.proofs import nonces
from token_service.settings import Tables, WholeNumber
from token_service.store.client_failures import DynamoClientFailures
from token_service.store.client_uses import DynamoClientUses
from token_service.store.clients import DynamoClients
from token_service.system import now, pause
from token_service.wire.client_dialects import assertion_audiences
from token_service.wire.dialect import Operation


class CallerVariables(Tables, DialectVariables):
    """Variables of the functions that authenticate clients."""

    client_auth_failure_seconds: WholeNumber
    client_auth_max_failures: WholeNumber


@cache
def clients(table: str) -> DynamoClients:
    """The clients, never cached."""
    return DynamoClients(dynamodb(), table, pause)


@cache
def client_uses(table: str) -> DynamoClientUses:
    """When clients were last used."""
    return DynamoClientUses(dynamodb(), table, pause)


def client_authenticator(
    settings: CallerVariables, operation: Operation, hold_seconds: int = 0
) -> ClientAuthenticator:
    """Finds out which client calls one kind of endpoint."""
    window = FailureWindow(settings.client_auth_max_failures, settings.client_auth_failure_seconds)
    names = assertion_audiences(settings.issuer, operation, dialects_of_clients(settings))
    failures = DynamoClientFailures(dynamodb(), settings.tokens_table)
    return ClientAuthenticator(
        clients(settings.clients_table),
        now,
        hold_seconds,
        assertions=ClientAssertions(names, nonces(settings.tokens_table), now),
        throttle=ClientThrottle(failures, window, now),
        use=ClientUseNotes(client_uses(settings.clients_table), now, observe_missed_use),
    )
