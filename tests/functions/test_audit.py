"""Every outcome is an audit event: who, when, from where, what, and how it ended (item 79)."""

from hashlib import sha256
from typing import Any

import pytest
from token_service.domain.owners import OwnerKind

from tests.functions.deployment import Deployment, load_event
from tests.wire.demo_clients import ADMIN, CLIENT, CUSTOMER, SERVER

EVENTS = [
    ("issue/elastic_path", "ok", CLIENT),
    ("issue/elastic_path_implicit", "ok", CLIENT),
    ("issue/simple_store", "ok", CLIENT),
    ("issue/standard", "ok", CLIENT),
    ("introspect/simple_store", "ok", SERVER),
    ("introspect/standard", "ok", SERVER),
    ("revoke/simple_store", "ok", CLIENT),
    ("revoke/standard", "ok", CLIENT),
    ("issue/elastic_path_refused", "invalid_client", None),
    ("issue/simple_store_refused", "invalid_client", None),
    ("issue/standard_refused", "invalid_client", None),
    ("introspect/simple_store_refused", "invalid_client", None),
    ("introspect/standard_refused", "invalid_client", None),
    ("revoke/simple_store_refused", "invalid_client", None),
    ("revoke/standard_refused", "invalid_client", None),
]

PEOPLE = (OwnerKind.ADMIN, OwnerKind.CUSTOMER)


@pytest.fixture
def people(deployment: Deployment) -> Deployment:
    """A deployment with the accounts that the events name."""
    deployment.register_demo_people()
    return deployment


def line_of(deployment: Deployment, name: str) -> dict[str, Any]:
    """What one event leaves in the log."""
    deployment.printed.clear()
    deployment.invoke(name.split("/", 1)[0], load_event(name))
    (line,) = deployment.logs
    return line


def digest(text: str) -> str:
    """What an operator computes who looks for somebody."""
    return sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize(("name", "result", "client_id"), EVENTS)
def test_clients(deployment: Deployment, name: str, result: str, client_id: str | None) -> None:
    """A client is named once it has proved itself; until then there is a digest (items 78, 79)."""
    line = line_of(deployment, name)
    assert line["source"] == "203.0.113.7"
    assert line["timestamp"]
    assert line["correlation_id"]
    assert (line["operation"], line["result"]) == (name.split("/", 1)[0], result)
    assert line["dialect"] in name
    assert line.get("client_id") == client_id
    if client_id is None:
        assert line["claimed"] in {digest(known) for known in (CLIENT, SERVER)}
        assert "demo-" not in str(line)
    else:
        assert "claimed" not in line


def test_any_text_as_a_client_id(deployment: Deployment) -> None:
    """Whatever was typed there leaves its digest and nothing else (items 78, 81)."""
    event = load_event("issue/standard_body")
    event["body"] = "grant_type=x&client_id=nobody%0D%0A&client_secret=x"
    event["isBase64Encoded"] = False
    deployment.printed.clear()
    deployment.invoke("issue", event)
    assert deployment.logs[0]["claimed"] == digest("nobody\r\n")


@pytest.mark.parametrize("name", ["admin_json", "customer_xml", "soap_admin", "soap_customer"])
def test_people(people: Deployment, name: str) -> None:
    """An account is named by its kind and id (item 79)."""
    line = line_of(people, f"login/{name}")
    assert (line["operation"], line["result"], line["source"]) == ("issue", "ok", "203.0.113.7")
    assert line["client_id"].startswith(("admin:", "customer:"))
    assert ADMIN not in str(line)
    assert CUSTOMER not in str(line)


@pytest.mark.parametrize("name", ["refused_json", "refused_xml", "soap_refused"])
def test_a_wrong_password(people: Deployment, name: str) -> None:
    """An account that somebody tries to get into is found by its id, not its name (item 79)."""
    line = line_of(people, f"login/{name}")
    assert (line["result"], line["source"]) == ("invalid_grant", "203.0.113.7")
    accounts = [account for kind in PEOPLE for account in people.accounts.list(kind)]
    assert line["claimed"] in {digest(account.ref.subject) for account in accounts}


def test_an_unknown_name(deployment: Deployment) -> None:
    """What is no account's name may be a password, and leaves not even a digest (item 78)."""
    line = line_of(deployment, "login/refused_json")
    assert line["result"] == "invalid_grant"
    assert "claimed" not in line


@pytest.mark.parametrize(
    "name", ["authorizer/http_v2", "authorizer/rest_token", "authorizer/appsync"]
)
def test_authorizations(deployment: Deployment, name: str) -> None:
    """Who may go on, and who not; the address is in the gateway's log, by the same id (item 79)."""
    token = deployment.issue()
    for pasted, subject in ((token, CLIENT), ("dead", None)):
        deployment.printed.clear()
        deployment.invoke("authorizer", load_event(name, pasted))
        (line,) = deployment.logs
        assert line.get("client_id") == subject
        assert line["timestamp"]
        assert line["kind"]
        assert (line["verdict"] == "allowed") is (subject is not None)


@pytest.mark.parametrize("name", ["discovery/jwks", "discovery/method", "fallback/standard"])
def test_the_rest(deployment: Deployment, name: str) -> None:
    """Documents and unknown routes are about nobody."""
    line = line_of(deployment, name)
    assert line["source"] == "203.0.113.7"
    assert not {"client_id", "claimed"} & set(line)
