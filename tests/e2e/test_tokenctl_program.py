"""bin/tokenctl as a program: how it finds a stack, and what it says if it cannot."""

import json
import os

import boto3
import pytest

from local.stack import LocalStack
from tests.e2e.deployed import Deployed
from tests.e2e.operator import Operator, Ran

EMPTY_STACK = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


def assert_one_sentence(ran: Ran, sentence: str) -> None:
    """One line on standard error, nothing on standard output, status 1."""
    assert (ran.status, ran.out) == (1, ""), ran
    assert ran.err.startswith("tokenctl: ")
    assert ran.err.count("\n") == 1
    assert sentence in ran.err


def test_it_finds_the_stack_by_name(tokenctl: Operator, demo: dict[str, str]) -> None:
    """By default, by option and by variable; from any directory."""
    shown = json.loads(tokenctl.run("clients", "show", demo["CLIENT_ID"], "--json").out)
    assert shown["name"] == "Demo client"
    named = tokenctl.run("--stack-name", "token-service", "--json", "clients", "list")
    assert demo["CLIENT_ID"] in {client["client_id"] for client in json.loads(named.out)}
    assert_one_sentence(tokenctl.run("clients", "list", TOKENCTL_STACK="nope"), "nope")


def test_no_such_stack(tokenctl: Operator) -> None:
    """The name that was looked for is in the sentence."""
    ran = tokenctl.run("--stack-name", "no-such-stack", "clients", "list")
    assert_one_sentence(ran, "no-such-stack")


def test_a_stack_of_something_else(
    tokenctl: Operator, stack: LocalStack, aws: boto3.Session
) -> None:
    """A stack without our tables is told apart."""
    cloudformation = aws.client("cloudformation", endpoint_url=stack.endpoint_url)
    cloudformation.create_stack(StackName="other", TemplateBody=json.dumps(EMPTY_STACK))
    ran = tokenctl.run("--stack-name", "other", "clients", "list")
    cloudformation.delete_stack(StackName="other")
    assert_one_sentence(ran, "the stack other is not a token service")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "credentials"),
        (("AWS_REGION", "AWS_DEFAULT_REGION"), "region"),
    ],
)
def test_no_aws_configuration(stack: LocalStack, missing: tuple[str, ...], sentence: str) -> None:
    """Without credentials or a region it says which is missing."""
    environment = {name: value for name, value in stack.env.items() if name not in missing}
    nowhere = {"HOME": os.devnull}
    assert_one_sentence(Operator(environment | nowhere).run("clients", "list"), sentence)


def test_aws_out_of_reach(stack: LocalStack) -> None:
    """An endpoint that does not answer is one sentence too."""
    environment = stack.env | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    assert_one_sentence(Operator(environment).run("clients", "list"), "cannot look up the stack")


def test_its_clients_and_tokens_are_the_service_s(deployed: Deployed, tokenctl: Operator) -> None:
    """What it prints of a token is what introspection says."""
    token = deployed.issue(deployed.client, scope="orders:read")
    told = tokenctl("tokens", "introspect", stdin=token)
    assert (told["client_id"], told["scope"]) == (deployed.client.id, "orders:read")
    for_people = tokenctl.run("tokens", "introspect", stdin=token)
    assert (for_people.status, for_people.err) == (0, "")
    assert "orders:read" in for_people.out
