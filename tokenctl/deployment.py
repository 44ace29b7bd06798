"""One deployed stack, found by name, and the services over its tables."""

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import SystemRandom
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from token_service.domain.account_administration import AccountAdministration
from token_service.domain.administration import ClientAdministration
from token_service.domain.integrations import IntegrationAdministration
from token_service.domain.keys import PrivateKey, SigningKeys, VerificationKeys
from token_service.domain.location import hour_of, locate
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.model import ActiveToken, OwnerKind
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.domain.sealing import Sealer
from token_service.domain.sweep import Sweeper, SweepSettings
from token_service.domain.validate import TokenValidator, ValidationSettings
from token_service.store.accounts import DynamoAccounts
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.integrations import DynamoIntegrations
from token_service.store.login_failures import DynamoLoginFailures
from token_service.store.owners import DynamoOwners
from token_service.store.sealing_key import sealing_key
from token_service.store.signing_keys import DynamoPublicKeys
from token_service.store.tokens import DynamoTokens

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DeploymentError(RuntimeError):
    """The stack cannot be found or is not one of ours; the message says which."""


def now() -> int:
    """Seconds since the epoch, UTC."""
    return int(time.time())


@dataclass(frozen=True)
class Deployment:
    """A stack's outputs, and what can be done with them."""

    outputs: Mapping[str, str]
    dynamodb: "DynamoDBClient"

    @classmethod
    def find(cls, stack_name: str) -> "Deployment":
        """Look the stack up with the usual AWS configuration (profile, region, endpoint).

        Raises:
            DeploymentError: no such stack, no permission, or no AWS configuration.

        """
        try:
            # boto3 alone among AWS's tools does not read AWS_REGION.
            session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
            stacks = session.client("cloudformation").describe_stacks(StackName=stack_name)
            dynamodb = session.client("dynamodb")
        except (BotoCoreError, ClientError) as error:
            raise DeploymentError(f"cannot look up the stack {stack_name}: {error}") from error
        outputs = {
            output["OutputKey"]: output["OutputValue"]
            for output in stacks["Stacks"][0].get("Outputs", [])
        }
        if not {"ClientsTable", "TokensTable", "IssuerUrl"} <= outputs.keys():
            raise DeploymentError(f"the stack {stack_name} is not a token service")
        return cls(outputs, dynamodb)

    @cached_property
    def clients(self) -> DynamoClients:
        """The clients."""
        return DynamoClients(self.dynamodb, self.outputs["ClientsTable"], _pause)

    @cached_property
    def administration(self) -> ClientAdministration:
        """What can be done with clients."""
        return ClientAdministration(self.clients, now, secrets.token_bytes)

    @cached_property
    def accounts(self) -> AccountAdministration:
        """What can be done with accounts."""
        return AccountAdministration(
            accounts={
                kind: DynamoAccounts(self.dynamodb, self.outputs["ClientsTable"], _pause, kind)
                for kind in (OwnerKind.ADMIN, OwnerKind.CUSTOMER)
            },
            failures=DynamoLoginFailures(self.dynamodb, self.outputs["TokensTable"]),
            hasher=PasswordHasher(OWASP, secrets.token_bytes),
            now=now,
            random=secrets.token_bytes,
        )

    @cached_property
    def integrations(self) -> IntegrationAdministration:
        """What can be done with integrations."""
        secrets_manager = boto3.client("secretsmanager", region_name=os.environ.get("AWS_REGION"))
        key = sealing_key(secrets_manager, self.outputs["SealingSecretId"])
        mint = TokenMint(
            tokens=self.tokens,
            keys=SigningKeys(_sign_nothing, now),
            settings=MintSettings(self.outputs["IssuerUrl"], self.outputs["AudienceName"]),
            now=now,
            random=secrets.token_bytes,
        )
        return IntegrationAdministration(
            registry=DynamoIntegrations(self.dynamodb, self.outputs["ClientsTable"], _pause),
            mint=mint,
            sealer=Sealer(key, secrets.token_bytes),
            now=now,
            random=secrets.token_bytes,
        )

    @cached_property
    def tokens(self) -> DynamoTokens:
        """The token records."""
        return DynamoTokens(
            self.dynamodb, self.outputs["TokensTable"], self.outputs["ClientsTable"], _pause
        )

    @cached_property
    def validator(self) -> TokenValidator:
        """Decides whether a token is active, as introspection does."""
        public_keys = DynamoPublicKeys(self.dynamodb, self.outputs["ClientsTable"])
        return TokenValidator(
            tokens=self.tokens,
            owners=DynamoOwners(self.dynamodb, self.outputs["ClientsTable"]),
            keys=VerificationKeys(public_keys.load, now),
            settings=ValidationSettings(
                self.outputs["IssuerUrl"], int(self.outputs.get("NotBefore", "0"))
            ),
            now=now,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """The sweep, with the deployment's own layouts and grace."""
        return Sweeper(
            DynamoExpiredTokens(self.dynamodb, self.outputs["TokensTable"], _pause),
            SweepSettings(
                layouts=tuple(int(layout) for layout in self.outputs["Layouts"].split(",")),
                since=int(self.outputs["Since"]),
                grace=int(self.outputs["SweepGrace"]),
            ),
            now,
        )

    def revoke(self, active: ActiveToken) -> bool:
        """End a token found active, whoever owns it; False if it has gone meanwhile."""
        record = active.record
        location = locate(record.handle, hour_of(record.expires_at), record.layout)
        return self.tokens.revoke(location, record.owner, now())


def _sign_nothing() -> PrivateKey:
    """Integrations' tokens are opaque; an operator needs no way to sign."""
    raise DeploymentError("tokenctl has no signing key")


def _pause(attempt: int) -> None:
    time.sleep(SystemRandom().uniform(0, 0.05 * 2**attempt))
