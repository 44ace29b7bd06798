"""The custom resource that makes the signing keys."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.functions.conftest import CloudFormation
from tests.functions.deployment import Deployment, Event, load_event

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def request(name: str, cloudformation: CloudFormation, **properties: str) -> Event:
    """One of the events, to be answered at this test's CloudFormation."""
    event = load_event(f"rotate_keys/{name}") | {"ResponseURL": cloudformation.url}
    event["ResourceProperties"] |= properties
    return event


def secret() -> str:
    """What the secret holds."""
    return boto3.client("secretsmanager").get_secret_value(SecretId="SigningSecret")["SecretString"]


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
    """A new algorithm makes a new key; tokens of the old one stay good (item 53)."""
    token = deployment.issue()
    deployment.invoke("rotate_keys", request("update", cloudformation))
    created, updated = (json.loads(body) for _, body in cloudformation.answers)
    assert updated["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert updated["Data"] == created["Data"]
    assert {key["alg"] for key in keyring(dynamodb)} == {"ES256", "EdDSA"}
    assert deployment.invoke("authorizer", load_event("authorizer/direct", token))["isAuthorized"]


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
