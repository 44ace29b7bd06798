"""The custom resource that refuses a broken policy before anything obeys it."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from token_service.domain.policy_order import PolicyError
from token_service.runtime import policy
from token_service.wire.custom_resource import CustomResourceError

from tests.functions.conftest import CloudFormation
from tests.functions.deployment import Deployment, load_event


def answers(
    deployment: Deployment, cloudformation: CloudFormation, event: str = "create"
) -> dict[str, Any]:
    """What CloudFormation is told."""
    request = load_event(f"check_policy/{event}") | {"ResponseURL": cloudformation.url}
    try:
        deployment.invoke("check_policy", request)
    finally:
        told: dict[str, Any] = json.loads(cloudformation.answers[-1][1])
    return told


@pytest.fixture
def policies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A layer's policies folder with what is shipped, for more to be put into."""
    folder = tmp_path / "policies"
    folder.mkdir()
    for shipped in (files("token_service") / "policies").iterdir():
        (folder / shipped.name).write_bytes(shipped.read_bytes())
    monkeypatch.setattr(policy, "_DOCUMENTS", tmp_path / "policies")
    return folder


@pytest.mark.parametrize("event", ["create", "update", "delete"])
def test_what_is_shipped_is_good(
    empty_deployment: Deployment, cloudformation: CloudFormation, event: str
) -> None:
    """And the authorizer is told its names."""
    told = answers(empty_deployment, cloudformation, event)
    assert (told["Status"], told["PhysicalResourceId"]) == ("SUCCESS", "policy")
    assert told["Data"] == {"Documents": "elastic_path,magento,default"}


@pytest.mark.parametrize(
    "broken",
    [
        ("shop,default", "{", "shop: line 1, column 2: "),
        ("shop", '{"routes": [{"path": "/a", "read": "all"}]}', "shop: routes[0].read: one of "),
        ("default,magento", "", "magento: routes[0]: never reached, default: routes[0] covers "),
        ("default,none", "", "none: the policies folder has no none.json"),
    ],
)
def test_a_broken_policy_fails_the_deployment(
    empty_deployment: Deployment,
    cloudformation: CloudFormation,
    policies: Path,
    broken: tuple[str, str, str],
) -> None:
    """The stack's failure names the document, the place and the reason."""
    documents, text, reason = broken
    if text:
        (policies / "shop.json").write_text(text)
    empty_deployment.values["POLICY"] = documents
    with pytest.raises(PolicyError):
        answers(empty_deployment, cloudformation)
    told = json.loads(cloudformation.answers[-1][1])
    assert told["Status"] == "FAILED"
    assert told["Reason"].startswith(reason)


def test_deleting_needs_no_policy(
    empty_deployment: Deployment, cloudformation: CloudFormation
) -> None:
    """A stack whose policy is broken can still be rolled back and deleted."""
    empty_deployment.values["POLICY"] = "none"
    assert answers(empty_deployment, cloudformation, "delete")["Status"] == "SUCCESS"


@pytest.mark.parametrize("missing", ["ResponseURL", "StackId", "RequestId", "LogicalResourceId"])
def test_an_event_that_cannot_be_answered(
    empty_deployment: Deployment, cloudformation: CloudFormation, missing: str
) -> None:
    """The failure names the member that is missing, for the operator who sent the event."""
    event = load_event("check_policy/create") | {"ResponseURL": cloudformation.url}
    del event[missing]
    with pytest.raises(CustomResourceError, match=missing):
        empty_deployment.invoke("check_policy", event)
    assert [line["detail"] for line in empty_deployment.logs] == ["CustomResourceError"]
    assert cloudformation.answers == []
