"""One deployed stack, found by name, and the services over its tables."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from token_service import aws
from token_service.domain.account_administration import AccountAdministration
from token_service.domain.administration import ClientAdministration
from token_service.domain.buyer_accounts import BuyerAccountAdministration
from token_service.domain.integrations import IntegrationAdministration
from token_service.domain.keys import PrivateKey, PublicKey, SigningKeys, VerificationKeys
from token_service.domain.location import read_layouts
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.openid import ProviderAdministration
from token_service.domain.owners import OwnerKind
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.domain.realms import password_profile_id, realm_id
from token_service.domain.revoke import token_place
from token_service.domain.sealing import Sealer
from token_service.domain.sweep import Sweeper, SweepSettings
from token_service.domain.validate import TokenValidator, ValidationSettings
from token_service.side_by_side import side_by_side
from token_service.store.accounts import DynamoAccounts
from token_service.store.buyer_accounts import DynamoBuyerAccounts
from token_service.store.client_uses import DynamoClientUses
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.integrations import DynamoIntegrations
from token_service.store.login_failures import DynamoLoginFailures
from token_service.store.openid_providers import DynamoProviders
from token_service.store.owners import DynamoOwners
from token_service.store.sealing_key import sealing_key
from token_service.store.signing_keys import DynamoPublicKeys
from token_service.store.tokens import DynamoTokens
from token_service.system import now, pause

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_lambda import LambdaClient


_OUTPUTS = {
    "AudienceName",
    "ClientsTable",
    "IssuerUrl",
    "Layouts",
    "NotBefore",
    "RotateKeysFunction",
    "SealingSecretId",
    "Since",
    "SweepGrace",
    "TokensTable",
}


# A person waits, not a function that is about to time out.
_PATIENT = Config(connect_timeout=5, read_timeout=60)
_ONCE = Config(read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1})


class DeploymentError(RuntimeError):
    """The stack cannot be found or is not one of ours; the message says which."""


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
            cloudformation = aws.session().client("cloudformation", config=_PATIENT)
            stacks = cloudformation.describe_stacks(StackName=stack_name)
            dynamodb = aws.dynamodb()
        except (BotoCoreError, ClientError) as error:
            raise DeploymentError(f"cannot look up the stack {stack_name}: {error}") from error
        outputs = {
            output["OutputKey"]: output["OutputValue"]
            for output in stacks["Stacks"][0].get("Outputs", [])
        }
        missing = _OUTPUTS - outputs.keys()
        if missing:
            raise DeploymentError(
                f"the stack {stack_name} is not a token service of this version: "
                f"it has no output {min(missing)}"
            )
        return cls(outputs, dynamodb)

    @cached_property
    def clients(self) -> DynamoClients:
        """The clients."""
        return DynamoClients(self.dynamodb, self.outputs["ClientsTable"], pause)

    @cached_property
    def uses(self) -> DynamoClientUses:
        """When clients were last used."""
        return DynamoClientUses(self.dynamodb, self.outputs["ClientsTable"], pause)

    @cached_property
    def administration(self) -> ClientAdministration:
        """What can be done with clients."""
        return ClientAdministration(self.clients, now, secrets.token_bytes)

    @cached_property
    def accounts(self) -> AccountAdministration:
        """What can be done with accounts."""
        return AccountAdministration(
            accounts={
                kind: DynamoAccounts(self.dynamodb, self.outputs["ClientsTable"], pause, kind)
                for kind in (OwnerKind.ADMIN, OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER)
            },
            failures=DynamoLoginFailures(self.dynamodb, self.outputs["TokensTable"]),
            hasher=PasswordHasher(OWASP, secrets.token_bytes),
            now=now,
            random=secrets.token_bytes,
        )

    @cached_property
    def buyer_accounts(self) -> BuyerAccountAdministration:
        """What can be done with buyer accounts and memberships."""
        table = self.outputs["ClientsTable"]
        return BuyerAccountAdministration(
            registry=DynamoBuyerAccounts(self.dynamodb, table, pause),
            members=DynamoAccounts(self.dynamodb, table, pause, OwnerKind.ACCOUNT_MEMBER),
            now=now,
            random=secrets.token_bytes,
        )

    @property
    def password_profile_id(self) -> str:
        """What clients call the place of account members' passwords."""
        return password_profile_id(self.outputs["IssuerUrl"])

    @property
    def members_realm_id(self) -> str:
        """What clients call the place where account members are known."""
        return realm_id(self.outputs["IssuerUrl"], OwnerKind.ACCOUNT_MEMBER)

    @cached_property
    def sealer(self) -> Sealer:
        """Seals secrets that must be read again."""
        key = sealing_key(aws.secrets_manager(), self.outputs["SealingSecretId"])
        return Sealer(key, secrets.token_bytes)

    @cached_property
    def sso_providers(self) -> ProviderAdministration:
        """What can be done with OpenID providers."""
        registry = DynamoProviders(self.dynamodb, self.outputs["ClientsTable"])
        return ProviderAdministration(registry, self.sealer, now, secrets.token_bytes)

    @cached_property
    def integrations(self) -> IntegrationAdministration:
        """What can be done with integrations."""
        mint = TokenMint(
            tokens=self.tokens,
            keys=SigningKeys(_sign_nothing, now),
            settings=MintSettings(self.outputs["IssuerUrl"], self.outputs["AudienceName"]),
            now=now,
            random=secrets.token_bytes,
        )
        return IntegrationAdministration(
            registry=DynamoIntegrations(self.dynamodb, self.outputs["ClientsTable"], pause),
            mint=mint,
            sealer=self.sealer,
            now=now,
            random=secrets.token_bytes,
        )

    @cached_property
    def tokens(self) -> DynamoTokens:
        """The token records."""
        return DynamoTokens(
            self.dynamodb, self.outputs["TokensTable"], self.outputs["ClientsTable"], pause
        )

    def published_keys(self) -> tuple[PublicKey, ...]:
        """The signing keys' public halves, with their lives so far."""
        return DynamoPublicKeys(self.dynamodb, self.outputs["ClientsTable"]).load()

    @cached_property
    def keys(self) -> VerificationKeys:
        """The published keys that may be trusted."""
        return VerificationKeys(self.published_keys, now)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Calls functions: once, since one that was called twice may have run twice."""
        return aws.session().client("lambda", config=_ONCE)

    def rotate_keys(self, action: str) -> dict[str, Any]:
        """Have the key rotation do something; what it did.

        Raises:
            DeploymentError: it failed; its log says why.

        """
        name, event = self.outputs["RotateKeysFunction"], json.dumps({"action": action})
        answer = self.functions.invoke(FunctionName=name, Payload=event)
        done: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            kind = done.get("errorType", "no reason given")
            raise DeploymentError(f"the key rotation failed, run it again ({kind})")
        return done

    @cached_property
    def validator(self) -> TokenValidator:
        """Decides whether a token is active, as introspection does."""
        return TokenValidator(
            tokens=self.tokens,
            owners=DynamoOwners(self.dynamodb, self.outputs["ClientsTable"]),
            keys=self.keys,
            settings=ValidationSettings(self.outputs["IssuerUrl"], int(self.outputs["NotBefore"])),
            now=now,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """The sweep, with the deployment's own layouts and grace."""
        return Sweeper(
            DynamoExpiredTokens(self.dynamodb, self.outputs["TokensTable"], pause),
            SweepSettings(
                layouts=read_layouts(self.outputs["Layouts"]),
                since=int(self.outputs["Since"]),
                grace=int(self.outputs["SweepGrace"]),
            ),
            now,
            side_by_side(1),
        )

    def revoke(self, token: str) -> bool:
        """End a token, whoever owns it and whether or not its owner is enabled.

        False if there is no such token, or it has ended already.
        """
        place = token_place(token, self.outputs["IssuerUrl"], self.keys, now())
        if place is None:
            return False
        record = self.tokens.find(place.location) or place.unrecorded
        if record is None or record.revoked_at is not None:
            return False
        return place.end(self.tokens, record.owner, now())


def _sign_nothing() -> PrivateKey:
    """Integrations' tokens are opaque; an operator needs no way to sign."""
    raise DeploymentError("tokenctl has no signing key")
