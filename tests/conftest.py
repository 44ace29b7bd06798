"""Fixtures for all tests. None is automatic: a test names what it stands on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from token_service.aws.dynamodb import DynamoDB

from tests.clock import FrozenClock, SeededBytes
from tests.moto_transport import service as aws_service
from tests.service import Service

ROOT = Path(__file__).parent.parent


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as plain dictionaries: !Ref X is {"Ref": "X"}."""


def _construct_intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _construct_intrinsic)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml, its intrinsic functions in their long form."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, _TemplateLoader)  # noqa: S506 - a SafeLoader
    return document


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
def dynamodb(aws_environment: None, template: dict[str, Any]) -> Iterator[DynamoDB]:  # noqa: ARG001 - set up first
    """Both tables as template.yaml declares them (named by their logical ids), in moto."""
    with mock_aws():
        client = boto3.client("dynamodb")
        for name in ("TokensTable", "ClientsTable"):
            properties = template["Resources"][name]["Properties"]
            client.create_table(
                TableName=name,
                **{
                    key: properties[key]
                    for key in ("AttributeDefinitions", "KeySchema", "BillingMode")
                },
            )
        yield DynamoDB.over(aws_service("dynamodb"))
