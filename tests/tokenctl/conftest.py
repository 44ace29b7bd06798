"""tokenctl in process, on tables in moto."""

import json
import time
from collections.abc import Callable
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.dpop import ProofVerifier
from token_service.domain.grants import Grant
from token_service.domain.issue import IssueRequest, TokenIssuer
from token_service.domain.keyring import Keyring
from token_service.domain.keys import SigningKeys
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.owners import ClientCredentials
from token_service.store.nonces import DynamoNonces
from token_service.store.signing_keys import DynamoPublicKeys

from tests.service import ISSUER, authenticator, key_pair
from tokenctl.cli import main
from tokenctl.deployment import Deployment

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SECRET = "an-imported-secret-of-thirty-two-characters"


class Tokenctl:
    """Runs commands and keeps what was said."""

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        """Run a command as given."""
        result = CliRunner().invoke(main, arguments, input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        return result

    def json(self, *arguments: str, stdin: str = "") -> Any:  # noqa: ANN401 - JSON
        """Run a command with --json; it must succeed and print one document and nothing else."""
        result = self("--json", *arguments, stdin=stdin)
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    def create(self, *options: str) -> Any:  # noqa: ANN401 - JSON
        """A new client's id and secret."""
        return self.json("clients", "create", "--name", "Test", *options)


@pytest.fixture
def deployment(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A stack of two shards an hour; CloudFormation, which would tell of it, is not in moto."""
    found = Deployment(
        {
            "ClientsTable": "ClientsTable",
            "TokensTable": "TokensTable",
            "IssuerUrl": ISSUER,
            "Layouts": "1",
            "Since": str(int(time.time()) - 5 * 3600),
            "SweepGrace": "0",
            "NotBefore": "0",
            "RotateKeysFunction": "RotateKeysFunction",
        },
        dynamodb,
    )
    monkeypatch.setattr(Deployment, "find", lambda _stack_name: found)
    return found


@pytest.fixture
def tokenctl(deployment: Deployment) -> Tokenctl:  # noqa: ARG001 - set up first
    """The command line on that stack."""
    return Tokenctl()


@pytest.fixture
def issue(deployment: Deployment) -> Callable[[Any], str]:
    """Issues tokens as the deployed service does, for a client as `create` printed it."""
    private, public = key_pair(SigningAlgorithm.ES256)
    DynamoPublicKeys(deployment.dynamodb, "ClientsTable").save(Keyring((public,), since=0))
    now = lambda: int(time.time())  # noqa: E731 - the clock that tokenctl has
    mint = TokenMint(
        tokens=deployment.tokens,
        keys=SigningKeys(lambda: private, now),
        settings=MintSettings(ISSUER, ISSUER, layout=1),
        now=now,
        random=token_bytes,
    )
    proofs = ProofVerifier(DynamoNonces(deployment.dynamodb, "TokensTable", token_bytes), now)
    authenticating = authenticator(deployment.clients, now, uses=deployment.uses)
    issuer = TokenIssuer(authenticating, mint, proofs)

    def new_token(created: Any) -> str:  # noqa: ANN401 - JSON
        credentials = ClientCredentials(created["client_id"], created["client_secret"])
        request = IssueRequest("client_credentials", credentials, frozenset(Grant))
        return issuer.issue(request).value

    return new_token
