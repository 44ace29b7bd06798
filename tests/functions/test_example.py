"""The example backend: what it receives of the caller, and how it refuses."""

import json
from typing import Any

import pytest
from token_service.domain.policy import Verdict

from tests.functions.deployment import Deployment, Event, load_event

CALLER = {
    "shopper": "",
    "account": "",
    "kind": "client",
    "client_id": "demo-client",
    "subject": "demo-client",
    "grant": "client_credentials",
    "access": "full",
    "scope": "orders:read",
}


@pytest.mark.parametrize(("event", "status"), [("products", 200), ("create_product", 201)])
def test_products(deployment: Deployment, event: str, status: int) -> None:
    """An allowed caller gets products and reads who it is, without its token."""
    answer = deployment.invoke("example", load_event(f"example/{event}"))
    assert answer["statusCode"] == status
    body = json.loads(answer["body"])
    assert body["data"][0]["name"] == "Linen shirt"
    assert body["meta"] == {"caller": CALLER}
    assert "REPLACE" not in answer["body"]


@pytest.mark.parametrize(
    ("event", "status", "title"),
    [
        ("products_bad_token", 401, "Unable to validate access token"),
        ("create_product_read_only", 403, "Forbidden"),
    ],
)
def test_refuses_in_elastic_paths_words(
    deployment: Deployment, event: str, status: int, title: str
) -> None:
    """A bad token is 401 and a missing right 403, in the envelope that the SDKs read."""
    answer = deployment.invoke("example", load_event(f"example/{event}"))
    assert answer["statusCode"] == status
    assert json.loads(answer["body"]) == {"errors": [{"status": str(status), "title": title}]}
    assert answer["headers"]["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("issued_by", ["standard", "elastic_path_implicit", ""])
def test_behind_the_real_authorizer(deployment: Deployment, method: str, issued_by: str) -> None:
    """Authorizer and backend together: 200 and 201, 403 for a read-only writer, 401 for nobody."""
    token = deployment.issue(issued_by) if issued_by else ""
    question = json.loads(
        json.dumps(load_event("authorizer/http_v2", token)).replace("GET", method)
    )
    verdict = deployment.invoke("authorizer", question)
    assert verdict["isAuthorized"] is True
    event = load_event("example/products" if method == "GET" else "example/create_product", token)
    answer = deployment.invoke("example", with_context(event, verdict["context"]))
    expected = {
        "standard": {"GET": 200, "POST": 201},
        "elastic_path_implicit": {"GET": 200, "POST": 403},
        "": {"GET": 401, "POST": 401},
    }
    assert answer["statusCode"] == expected[issued_by][method]


def with_context(event: Event, context: dict[str, Any]) -> Event:
    """The event as API Gateway passes it on after asking the authorizer."""
    event["requestContext"]["authorizer"] = {"lambda": context}
    return event


@pytest.mark.parametrize("context", [{}, {"verdict": "yes"}, {"verdict": "", "active": "true"}])
def test_closed_without_a_verdict(deployment: Deployment, context: dict[str, Any]) -> None:
    """A route that lost its authorizer lets nobody in."""
    event = with_context(load_event("example/products"), context)
    assert deployment.invoke("example", event)["statusCode"] == 401
    del event["requestContext"]["authorizer"]
    assert deployment.invoke("example", event)["statusCode"] == 401


@pytest.mark.parametrize("event", ["whoami", "whoami_rest"])
def test_whoami(deployment: Deployment, event: str) -> None:
    """Both kinds of API show what the authorizer said, and only that."""
    answer = deployment.invoke("example", load_event(f"example/{event}"))
    caller = json.loads(answer["body"])["caller"]
    assert answer["statusCode"] == 200
    assert (caller["client_id"], caller["verdict"]) == ("demo-client", Verdict.ALLOWED)
    assert "REPLACE" not in answer["body"]


def test_magento_formats_nobody_writes(deployment: Deployment) -> None:
    """A backend's answer in a format that cannot be written is 406, not a crash.

    docs/platforms/magento.md, 1.4.
    """
    event = load_event("example/products")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/rest/V1/customers"
    event["headers"]["accept"] = "image/png"
    answer = deployment.invoke("example", with_context(event, {"verdict": "allowed"}))
    assert answer["statusCode"] == 406
    assert json.loads(answer["body"])["messages"]["error"][0]["code"] == 406
