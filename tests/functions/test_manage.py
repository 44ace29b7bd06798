"""Application keys as deployed, behind the authorizer as deployed, over DynamoDB."""

import json
from typing import Any

import pytest

from tests.functions.deployment import Deployment, Event, load_event

PATH = "/v2/application-keys"


def call(
    deployment: Deployment, method: str, path: str, token: str, body: object = None
) -> dict[str, Any]:
    """The function's answer, with the context that the authorizer gives for the same request."""
    question = load_event("authorizer/http_v2", token)
    event = load_event("manage/create", token)
    for one in (question, event):
        one["rawPath"] = path
        one["requestContext"]["http"] |= {"method": method, "path": path}
    verdict = deployment.invoke("authorizer", question)
    assert verdict["isAuthorized"] is True
    event["requestContext"]["authorizer"] = {"lambda": verdict["context"]}
    event["body"] = None if body is None else json.dumps({"data": body})
    answer: dict[str, Any] = deployment.invoke("manage", event)
    return answer


def key_event(name: str) -> Event:
    """One of the events, as it is."""
    return load_event(f"manage/{name}")


@pytest.mark.parametrize(
    ("event", "status"), [("create", 201), ("list", 200), ("refused", 403), ("unknown", 404)]
)
def test_events(deployment: Deployment, event: str, status: int) -> None:
    """Each is answered as events/README.md says."""
    assert deployment.invoke("manage", key_event(event))["statusCode"] == status


def test_life_of_a_key(deployment: Deployment) -> None:
    """Made, listed, renamed, used and deleted; its token is dead with it, and nothing is logged."""
    manager = deployment.issue("elastic_path")
    new = {"type": "application_key", "name": "Import", "reserved_rate_limit": 30}
    made = json.loads(call(deployment, "POST", PATH, manager, new)["body"])["data"]
    deployment.hidden.append(made["client_secret"])
    event = load_event("issue/elastic_path_json")
    fields = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
    }
    issued = deployment.invoke("issue", event | {"body": json.dumps(fields)})
    token = json.loads(issued["body"])["access_token"]
    deployment.hidden.append(token)
    listed = json.loads(call(deployment, "GET", PATH, token)["body"])
    assert made["id"] in {key["id"] for key in listed["data"]}
    assert len(listed["data"]) == listed["meta"]["results"]["total"] > 1
    assert listed["meta"]["total_reserved_rate_limit"] == 30
    path = f"{PATH}/{made['id']}"
    renamed = call(deployment, "PUT", path, token, {"type": "application_key", "name": "New"})
    assert json.loads(renamed["body"])["data"]["name"] == "New"
    gone = call(deployment, "DELETE", path, token)
    assert (gone["statusCode"], gone["body"]) == (204, "")
    assert call(deployment, "GET", PATH, token)["statusCode"] == 401
    assert call(deployment, "GET", path, manager)["statusCode"] == 404
    after = json.loads(call(deployment, "GET", PATH, manager)["body"])
    assert after["meta"]["total_reserved_rate_limit"] == 0


def test_an_admin_who_may_use_everything_may_not(deployment: Deployment) -> None:
    """Magento's admin holds all resources, and still no client's token."""
    deployment.register_demo_people()
    signed_in = deployment.invoke("login", load_event("login/admin_json"))
    token = json.loads(signed_in["body"])
    deployment.hidden.append(token)
    assert call(deployment, "GET", PATH, token)["statusCode"] == 403


@pytest.mark.parametrize(
    ("issued_by", "status"), [("elastic_path_implicit", 403), ("", 401), ("elastic_path", 201)]
)
def test_who_may(deployment: Deployment, issued_by: str, status: int) -> None:
    """client_credentials alone; implicit is forbidden, nobody unknown."""
    token = deployment.issue(issued_by) if issued_by else ""
    new = {"type": "application_key", "name": "Import"}
    assert call(deployment, "POST", PATH, token, new)["statusCode"] == status
