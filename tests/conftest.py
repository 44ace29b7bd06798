"""Fixtures for all tests. None is automatic: a test names what it stands on."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws
from token_service import aws

from local.cloudformation import read_template
from tests.aws_hooks import bystander, forget_hooks, watch
from tests.clock import FrozenClock, SeededBytes
from tests.service import Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests on one worker, and all tests of the deployed stack on one too.

    Fixtures are shared within a worker alone, and a deployment takes longer than most files.
    """
    for item in items:
        deployed = "stack" in getattr(item, "fixturenames", ())
        group = "deployed stack" if deployed else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml, its intrinsic functions in their long form."""
    return read_template(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All resources of template.yaml by logical id."""
    found: dict[str, dict[str, Any]] = template["Resources"]
    return found


@pytest.fixture
def now() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def random() -> SeededBytes:
    """Predictable randomness."""
    return SeededBytes()


@pytest.fixture
def service() -> Service:
    """The service in process, over the in-memory store."""
    return Service()


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody, in a region of nowhere in particular."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def dynamodb(aws_environment: None, template: dict[str, Any]) -> Iterator["DynamoDBClient"]:  # noqa: ARG001 - set up first
    """Both tables as template.yaml declares them (named by their logical ids), in moto."""
    with mock_aws():
        client = bystander()
        for name in ("TokensTable", "ClientsTable"):
            properties = template["Resources"][name]["Properties"]
            client.create_table(
                TableName=name,
                **{
                    key: properties[key]
                    for key in ("AttributeDefinitions", "KeySchema", "BillingMode")
                },
            )
        watch(aws.dynamodb())
        watch(aws.secrets_manager())
        yield aws.dynamodb()
    forget_hooks()
