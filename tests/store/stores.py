"""The two stores that must keep the same promises, each as one bundle."""

from dataclasses import dataclass
from secrets import token_bytes
from typing import TYPE_CHECKING, Protocol

from token_service.domain.buyer_accounts import BuyerAccounts
from token_service.domain.integrations import Integrations
from token_service.domain.one_time_passwords import OneTimePasswords
from token_service.domain.owners import OwnerKind
from token_service.domain.ports import (
    Accounts,
    ClientFailures,
    ClientRegistry,
    ClientUses,
    ExpiredTokens,
    LoginFailures,
    Nonces,
    Owners,
    TokenReader,
    TokenRevoker,
    TokenWriter,
)
from token_service.store.accounts import DynamoAccounts
from token_service.store.buyer_accounts import DynamoBuyerAccounts
from token_service.store.client_failures import DynamoClientFailures
from token_service.store.client_uses import DynamoClientUses
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.integrations import DynamoIntegrations
from token_service.store.login_failures import DynamoLoginFailures
from token_service.store.nonces import DynamoNonces
from token_service.store.one_time_passwords import DynamoOneTimePasswords
from token_service.store.owners import DynamoOwners
from token_service.store.tokens import DynamoTokens

from tests.memory_store import (
    MemoryClientFailures,
    MemoryLoginFailures,
    MemoryNonces,
    MemoryOneTimePasswords,
    MemoryOwners,
    MemoryTokens,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


RATE_LIMIT = 100


class Tokens(TokenWriter, TokenReader, TokenRevoker, Protocol):
    """Everything the functions do with token records."""


@dataclass(frozen=True, slots=True)
class Store:
    """One store, by the ports through which the rules see it."""

    clients: ClientRegistry
    admins: Accounts
    customers: Accounts
    members: Accounts
    buyer_accounts: BuyerAccounts
    one_time_passwords: OneTimePasswords
    integrations: Integrations
    owners: Owners
    tokens: Tokens
    expired: ExpiredTokens
    failures: LoginFailures
    client_failures: ClientFailures
    uses: ClientUses
    nonces: Nonces


def memory_store() -> Store:
    """The reference in dictionaries."""
    owners = MemoryOwners()
    owners.clients.rate_limit = RATE_LIMIT
    tokens = MemoryTokens(owners)
    return Store(
        clients=owners.clients,
        admins=owners.accounts[OwnerKind.ADMIN],
        customers=owners.accounts[OwnerKind.CUSTOMER],
        members=owners.accounts[OwnerKind.ACCOUNT_MEMBER],
        buyer_accounts=owners.buyer_accounts,
        one_time_passwords=MemoryOneTimePasswords(),
        integrations=owners.integrations,
        owners=owners,
        tokens=tokens,
        expired=tokens,
        failures=MemoryLoginFailures(),
        client_failures=MemoryClientFailures(),
        uses=owners.clients.uses,
        nonces=MemoryNonces(),
    )


def dynamo_store(client: "DynamoDBClient") -> Store:
    """DynamoDB, over the tables of the `dynamodb` fixture; pauses take no time."""
    owners, tokens = "ClientsTable", "TokensTable"
    return Store(
        clients=DynamoClients(client, owners, no_pause, RATE_LIMIT),
        admins=DynamoAccounts(client, owners, no_pause, OwnerKind.ADMIN),
        customers=DynamoAccounts(client, owners, no_pause, OwnerKind.CUSTOMER),
        members=DynamoAccounts(client, owners, no_pause, OwnerKind.ACCOUNT_MEMBER),
        buyer_accounts=DynamoBuyerAccounts(client, owners, no_pause),
        one_time_passwords=DynamoOneTimePasswords(client, tokens),
        integrations=DynamoIntegrations(client, owners, no_pause),
        owners=DynamoOwners(client, owners),
        tokens=DynamoTokens(client, tokens, owners, no_pause),
        expired=DynamoExpiredTokens(client, tokens, no_pause),
        failures=DynamoLoginFailures(client, tokens),
        client_failures=DynamoClientFailures(client, tokens),
        uses=DynamoClientUses(client, owners, no_pause),
        nonces=DynamoNonces(client, tokens, token_bytes),
    )


def no_pause(_: int) -> None:
    """Wait for nothing."""
