"""The deployment's tables and keys through the service's own store, for what no command does."""

import time
from dataclasses import dataclass, replace
from secrets import token_bytes

import boto3
from token_service.domain.algorithms import LoadedKey
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.handles import new_jwt_id
from token_service.domain.keys import PrivateKey, SigningKeys, load_private
from token_service.domain.location import hour_of, locate
from token_service.domain.mint import MintSettings, TokenDetails, TokenMint
from token_service.domain.owners import Account, OwnerKind, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.store.accounts import DynamoAccounts
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.signing_keys import SecretPrivateKeys
from token_service.store.tokens import DynamoTokens

from local.stack import STACK_NAME, LocalStack

LAYOUT = 8


@dataclass(frozen=True)
class StoredClients:
    """The clients table."""

    store: DynamoClients

    def end(self, client_id: str) -> None:
        """Move a client's expiry into the past."""
        client = self.store.find(client_id)
        assert client is not None
        self.store.replace(replace(client, expires_at=int(time.time()) - 1))


@dataclass(frozen=True)
class StoredTokens:
    """The tokens table, and the sweep's place in it."""

    records: DynamoTokens
    expired: DynamoExpiredTokens

    def put(self, expires_at: int, count: int = 1) -> list[TokenRecord]:
        """Store tokens that expire at this moment (seconds)."""
        made = [
            TokenRecord(
                handle=new_jwt_id(LAYOUT, token_bytes),
                layout=LAYOUT,
                owner=OwnerRef(OwnerKind.CLIENT, "end-to-end"),
                epoch="0123456789abcdef",
                issued_at=expires_at - 3600,
                expires_at=expires_at,
                grant=Grant.CLIENT_CREDENTIALS,
                access=Access.FULL,
            )
            for _ in range(count)
        ]
        for record in made:
            self.records.put(record)
        return made

    def has(self, record: TokenRecord) -> bool:
        """Whether a record is still stored."""
        place = locate(record.handle, hour_of(record.expires_at), record.layout)
        return self.records.find(place) is not None


def clients_of(stack: LocalStack, aws: boto3.Session) -> StoredClients:
    """The deployment's clients."""
    dynamodb = aws.client("dynamodb", endpoint_url=stack.endpoint_url)
    return StoredClients(DynamoClients(dynamodb, stack.outputs["ClientsTable"], _no_pause))


def tokens_of(stack: LocalStack, aws: boto3.Session) -> StoredTokens:
    """The deployment's tokens."""
    dynamodb = aws.client("dynamodb", endpoint_url=stack.endpoint_url)
    clients, tokens = stack.outputs["ClientsTable"], stack.outputs["TokensTable"]
    return StoredTokens(
        DynamoTokens(dynamodb, tokens, clients, _no_pause),
        DynamoExpiredTokens(dynamodb, tokens, _no_pause),
    )


def signing_key_of(stack: LocalStack, aws: boto3.Session) -> LoadedKey:
    """The private key that the deployment signs with."""
    found = aws.client("cloudformation", endpoint_url=stack.endpoint_url).describe_stack_resource(
        StackName=STACK_NAME, LogicalResourceId="SigningSecret"
    )
    secret_id = found["StackResourceDetail"]["PhysicalResourceId"]
    secrets = aws.client("secretsmanager", endpoint_url=stack.endpoint_url)
    return load_private(SecretPrivateKeys(secrets, secret_id).load())


def account_member_token(stack: LocalStack, aws: boto3.Session) -> str:
    """A token of a new account member, made as the service makes them."""
    dynamodb = aws.client("dynamodb", endpoint_url=stack.endpoint_url)
    clients, tokens = stack.outputs["ClientsTable"], stack.outputs["TokensTable"]
    member = Account(
        kind=OwnerKind.ACCOUNT_MEMBER,
        id=token_bytes(16).hex(),
        username=token_bytes(4).hex(),
        password_hash="none",
        epoch=token_bytes(8).hex(),
        created_at=int(time.time()),
    )
    DynamoAccounts(dynamodb, clients, _no_pause, member.kind).create(member)
    audience = stack.outputs["AudienceName"]
    mint = TokenMint(
        tokens=DynamoTokens(dynamodb, tokens, clients, _no_pause),
        keys=SigningKeys(_no_key, lambda: int(time.time())),
        settings=MintSettings(stack.outputs["IssuerUrl"], audience, LAYOUT),
        now=lambda: int(time.time()),
        random=token_bytes,
    )
    details = TokenDetails(
        owner=member, grant=Grant.PASSWORD, form=TokenFormat.OPAQUE, lifetime=3600
    )
    return mint.mint(details).value


def _no_key() -> PrivateKey:
    raise AssertionError("an opaque token is not signed")


def _no_pause(attempt: int) -> None:
    """An emulated DynamoDB leaves nothing unprocessed."""
