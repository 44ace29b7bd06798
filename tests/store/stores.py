"""The two stores that must keep the same promises, each as one bundle."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from token_service.domain.ports import (
    ClientRegistry,
    ExpiredTokens,
    TokenReader,
    TokenRevoker,
    TokenWriter,
)
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.tokens import DynamoTokens

from tests.memory_store import MemoryClients, MemoryTokens

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Tokens(TokenWriter, TokenReader, TokenRevoker, Protocol):
    """Everything the functions do with token records."""


@dataclass(frozen=True, slots=True)
class Store:
    """One store, by the ports through which the rules see it."""

    clients: ClientRegistry
    tokens: Tokens
    expired: ExpiredTokens


def memory_store() -> Store:
    """The reference in dictionaries."""
    clients = MemoryClients()
    tokens = MemoryTokens(clients)
    return Store(clients, tokens, tokens)


def dynamo_store(client: "DynamoDBClient") -> Store:
    """DynamoDB, over the tables of the `dynamodb` fixture; pauses take no time."""
    return Store(
        DynamoClients(client, "ClientsTable", no_pause),
        DynamoTokens(client, "TokensTable", "ClientsTable", no_pause),
        DynamoExpiredTokens(client, "TokensTable", no_pause),
    )


def no_pause(_: int) -> None:
    """Wait for nothing."""
