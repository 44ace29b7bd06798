"""The custom resource that makes the signing keys."""

import json
import time
from typing import TYPE_CHECKING, Any, get_args

import jwt
import pytest
from token_service import aws
from token_service.domain.limits import HOUR
from token_service.system import now
from token_service.wire.direct_events import RotationEvent

from tests.functions.conftest import CloudFormation
from tests.functions.deployment import ISSUER, Deployment, Event, load_event, load_handler
from tests.prover import Prover

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def request(name: str, cloudformation: CloudFormation, **properties: str) -> Event:
    """One of the events, to be answered at this test's CloudFormation."""
    event = load_event(f"rotate_keys/{name}") | {"ResponseURL": cloudformation.url}
    event["ResourceProperties"] |= properties
    return event


def secret() -> str:
    """What the secret holds."""
    answer = aws.secrets_manager().get_secret_value(
        SecretId="SigningSecret", VersionStage="AWSCURRENT"
    )
    return answer["SecretString"]


def keyring(dynamodb: "DynamoDBClient") -> list[dict[str, Any]]:
    """The published keys."""
    key = {"entity": {"S": "keys#signing"}, "part": {"S": "public"}}
    item = dynamodb.get_item(TableName="ClientsTable", Key=key)["Item"]
    keys: list[dict[str, Any]] = json.loads(item["keys"]["S"])
    return keys


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_create(
    empty_deployment: Deployment,
    cloudformation: CloudFormation,
    dynamodb: "DynamoDBClient",
    algorithm: str,
) -> None:
    """Creating makes a key of the wanted kind and tells CloudFormation since when."""
    event = request("create", cloudformation, Algorithm=algorithm)
    empty_deployment.invoke("rotate_keys", event)
    ((headers, body),) = cloudformation.answers
    answer = json.loads(body)
    assert headers["Content-Type"] == ""
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == "signing-keys"
    assert int(answer["Data"]["Since"]) > 1_700_000_000
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[name] == event[name]
    (key,) = keyring(dynamodb)
    assert (key["alg"], key["state"]) == (algorithm, "current")
    assert "PRIVATE KEY" in secret()
    assert "PRIVATE KEY" not in body.decode() + json.dumps(key)
    assert "PRIVATE KEY" not in "".join(empty_deployment.printed)


def test_again(
    empty_deployment: Deployment, cloudformation: CloudFormation, dynamodb: "DynamoDBClient"
) -> None:
    """A repeated request, as after a lost answer, makes no second key."""
    for _ in range(2):
        empty_deployment.invoke("rotate_keys", request("create", cloudformation))
    first, second = (json.loads(body) for _, body in cloudformation.answers)
    assert first == second
    assert len(keyring(dynamodb)) == 1


def test_update_to_another_algorithm(
    deployment: Deployment, cloudformation: CloudFormation, dynamodb: "DynamoDBClient"
) -> None:
    """A key of the new algorithm is announced, and the old one signs until then (item 53)."""
    token = deployment.issue()
    deployment.invoke("rotate_keys", request("update", cloudformation))
    created, updated = (json.loads(body) for _, body in cloudformation.answers)
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert updated["Data"] == created["Data"]
    assert [(key["alg"], key["state"]) for key in keyring(dynamodb)] == [
        ("ES256", "current"),
        ("EdDSA", "next"),
    ]
    for each in (token, deployment.issue()):
        answer = deployment.invoke("authorizer", load_event("authorizer/direct", each))
        assert answer["isAuthorized"]


def test_delete_keeps_the_keys(
    deployment: Deployment, cloudformation: CloudFormation, dynamodb: "DynamoDBClient"
) -> None:
    """Deleting is answered, and leaves the keys: the tables outlive the stack as well."""
    before = secret()
    deployment.invoke("rotate_keys", request("delete", cloudformation))
    assert json.loads(cloudformation.answers[-1][1])["Status"] == "SUCCESS"
    assert secret() == before
    assert len(keyring(dynamodb)) == 1


@pytest.mark.parametrize("properties", [{"Algorithm": "HS256"}, {"Algorithm": "none"}])
def test_failure_is_answered(
    empty_deployment: Deployment, cloudformation: CloudFormation, properties: dict[str, str]
) -> None:
    """A failure is told at once, by its type alone, so that no stack waits an hour (item 80)."""
    with pytest.raises(ValueError, match="is not a valid SigningAlgorithm"):
        empty_deployment.invoke("rotate_keys", request("create", cloudformation, **properties))
    answer = json.loads(cloudformation.answers[0][1])
    assert (answer["Status"], answer["Reason"]) == ("FAILED", "ValueError; see the function's log")
    assert answer["PhysicalResourceId"] == "SigningKeys"


class TestSchedule:
    """The hourly run, and runs that an operator asks for."""

    def test_nothing_is_due(self, deployment: Deployment) -> None:
        """Most hours nothing is done, and that is told."""
        told = deployment.invoke("rotate_keys", load_event("rotate_keys/scheduled"))
        assert (told["steps"], told["next"], told["published"]) == ([], None, 1)

    def test_a_deployment_whose_keys_are_gone(self, empty_deployment: Deployment) -> None:
        """The schedule alone makes a first key as well, of the algorithm chosen."""
        told = empty_deployment.invoke("rotate_keys", load_event("rotate_keys/scheduled"))
        assert told["steps"] == ["made", "published", "promoted", "recorded"]

    @pytest.mark.parametrize("event", ["scheduled", "rotate", "replace_compromised"])
    def test_a_deployment_without_a_nonce_seed(
        self, deployment: Deployment, dynamodb: "DynamoDBClient", event: str
    ) -> None:
        """Any run makes the seed: a stack of before, or a restored table, has none."""
        deployment.values["DPOP_NONCES"] = "required"
        seed = {"entity": {"S": "keys#signing"}, "part": {"S": "nonces"}}
        dynamodb.delete_item(TableName="ClientsTable", Key=seed)
        asked = load_event("issue/standard")
        prover = Prover(now)
        asked["headers"]["dpop"] = prover.prove("POST", f"{ISSUER}/oauth2/token")
        assert deployment.invoke("issue", asked)["statusCode"] == 503
        deployment.invoke("rotate_keys", load_event(f"rotate_keys/{event}"))
        refused = deployment.invoke("issue", asked)
        assert json.loads(refused["body"])["error"] == "use_dpop_nonce"
        prover.nonce = refused["headers"]["dpop-nonce"]
        asked["headers"]["dpop"] = prover.prove("POST", f"{ISSUER}/oauth2/token")
        answer = deployment.invoke("issue", asked)
        assert answer["statusCode"] == 200
        deployment.hidden.append(json.loads(answer["body"])["access_token"])

    def test_rotate_is_asked_for_twice(
        self, deployment: Deployment, dynamodb: "DynamoDBClient"
    ) -> None:
        """One next key, shown in the JWKS; tokens still carry the old kid (item 53)."""
        old = keyring(dynamodb)[0]["kid"]
        first = deployment.invoke("rotate_keys", load_event("rotate_keys/rotate"))
        again = deployment.invoke("rotate_keys", load_event("rotate_keys/rotate"))
        assert (first["steps"], again["steps"]) == (["made", "published"], [])
        assert first["current"] == again["current"] == old
        assert first["next"] == again["next"]
        assert first["next_may_sign_at"] > time.time() + 2 * HOUR
        answer = deployment.invoke("discovery", load_event("discovery/jwks"))
        assert [key["kid"] for key in json.loads(answer["body"])["keys"]] == [old, first["next"]]
        assert jwt.get_unverified_header(deployment.issue())["kid"] == old

    def test_an_emergency(self, deployment: Deployment) -> None:
        """The fresh key signs at once; a token of before is refused by a function that starts."""
        deployment.invoke("rotate_keys", load_event("rotate_keys/rotate"))
        token = deployment.issue()
        told = deployment.invoke("rotate_keys", load_event("rotate_keys/replace_compromised"))
        assert "withdrawn" in told["steps"]
        assert (told["published"], told["next"]) == (1, None)
        fresh = deployment.issue()
        assert jwt.get_unverified_header(fresh)["kid"] == told["current"]
        for each, authorized in ((token, False), (fresh, True)):
            answer = deployment.invoke("authorizer", load_event("authorizer/direct", each))
            assert answer["isAuthorized"] is authorized
        answer = deployment.invoke("discovery", load_event("discovery/jwks"))
        assert [key["kid"] for key in json.loads(answer["body"])["keys"]] == [told["current"]]

    @pytest.mark.parametrize("action", ["", "Rotate", None, 1, "replace"])
    def test_guesses_nothing(self, deployment: Deployment, action: object) -> None:
        """An action that is none is refused, and the keys stay as they are."""
        before = secret()
        with pytest.raises(ValueError, match="action must be one of"):
            deployment.invoke("rotate_keys", {"action": action})
        assert secret() == before

    def test_counts_and_says_nothing_secret(self, deployment: Deployment) -> None:
        """One line, the age of the key that signs, and no key in either (item 78)."""
        deployment.printed.clear()
        told = deployment.invoke("rotate_keys", load_event("rotate_keys/rotate"))
        (line,) = deployment.logs
        assert (line["message"], line["steps"]) == ("keys rotated", ["made", "published"])
        (count,) = deployment.counts
        assert count["KeyAge"] == told["key_age"]
        assert count["KeysPublished"] == 2
        pems: list[str] = [key["pem"] for key in json.loads(secret()).values()]
        assert len(pems) == 2
        for shown in (json.dumps(told), "".join(deployment.printed)):
            assert "PRIVATE" not in shown
            assert not [pem for pem in pems if pem.splitlines()[1] in shown]


def test_the_handler_knows_every_action_of_the_event(empty_deployment: Deployment) -> None:
    """The model's choices are the handler's."""
    empty_deployment.become("rotate_keys")
    choices = get_args(RotationEvent.model_fields["action"].annotation)
    assert set(choices) == set(load_handler("rotate_keys")._ACTIONS)  # noqa: SLF001 - its own table
