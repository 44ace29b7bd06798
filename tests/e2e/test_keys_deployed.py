"""The key rotation as it is deployed: its schedule, and the operator's commands."""

import boto3
import jwt

from local.stack import LocalStack
from tests.e2e.deployed import OPEN, Deployed
from tests.e2e.operator import Operator
from tests.e2e.scheduled import assert_hourly


def kids(deployed: Deployed) -> list[str]:
    """What the JWKS shows."""
    return [key["kid"] for key in deployed.get("/.well-known/jwks.json").json()["keys"]]


def kid_of(token: str) -> str:
    """The key that a token names."""
    kid: str = jwt.get_unverified_header(token)["kid"]
    return kid


def test_it_is_scheduled_hourly(stack: LocalStack, aws: boto3.Session) -> None:
    """One enabled schedule calls the function every hour; what fails goes to the dead letters."""
    assert_hourly(stack, aws, "RotateKeysFunction")


def test_a_rotation_announces_a_key_and_nobody_notices(
    deployed: Deployed, tokenctl: Operator
) -> None:
    """Tokens carry the old kid meanwhile, and those of before are good (item 53)."""
    (current,) = tokenctl("keys", "list")
    old = deployed.issue(deployed.client)
    assert kid_of(old) == current["kid"]
    assert current["state"] == "current"

    told = tokenctl("keys", "rotate")
    assert (told["steps"], told["current"]) == (["made", "published"], current["kid"])
    assert tokenctl("keys", "rotate") == told | {"steps": []}
    listed = tokenctl("keys", "list")
    assert [key["kid"] for key in listed] == [current["kid"], told["next"]]
    assert listed[1]["signs_from"] == told["next_may_sign_at"]

    assert current["kid"] in kids(deployed)
    assert kid_of(deployed.issue(deployed.client)) == current["kid"]
    assert deployed.doors(old) == OPEN


def test_a_function_that_starts_shows_both_keys(
    deployed: Deployed, tokenctl: Operator, stack: LocalStack, aws: boto3.Session
) -> None:
    """Public members alone, each under a kid of its own (item 54)."""
    told = tokenctl("keys", "rotate")
    restart(stack, aws, "DiscoveryFunction")
    shown = deployed.get("/.well-known/jwks.json").json()["keys"]
    assert [key["kid"] for key in shown] == [told["current"], told["next"]]
    assert all(set(key) == {"kty", "kid", "use", "alg", "n", "e"} for key in shown)


def restart(stack: LocalStack, aws: boto3.Session, logical_id: str) -> None:
    """Let a function start anew, as a changed setting does."""
    cloudformation = aws.client("cloudformation", endpoint_url=stack.endpoint_url)
    resource = cloudformation.describe_stack_resource(
        StackName="token-service", LogicalResourceId=logical_id
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    functions = aws.client("lambda", endpoint_url=stack.endpoint_url)
    settings = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": settings | {"STARTED_ANEW": "1"}}
    )
