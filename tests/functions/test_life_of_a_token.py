"""A token's life through the real functions: issued, introspected, authorized, revoked, refused."""

import json
from typing import Any

import pytest

from tests.aws_hooks import items_of
from tests.functions.deployment import ISSUER, Deployment, load_event
from tests.functions.iam import permits

ISSUED_BY = ["elastic_path", "simple_store", "standard"]
DIALECTS = ["simple_store", "standard"]
INACTIVE = '{"active":false}'


def introspect(deployment: Deployment, token: str, dialect: str = "standard") -> dict[str, Any]:
    """What a resource server learns of a token."""
    answer = deployment.invoke("introspect", load_event(f"introspect/{dialect}", token))
    assert answer["statusCode"] == 200
    body: dict[str, Any] = json.loads(answer["body"])
    return body


@pytest.mark.parametrize("issued_by", ISSUED_BY)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_whole_life(either_deployment: Deployment, issued_by: str, dialect: str) -> None:
    """A token of any dialect is known in any other, and dead for all once revoked (item 66)."""
    deployment = either_deployment
    token, other = deployment.issue(issued_by), deployment.issue(issued_by)
    assert introspect(deployment, token, dialect)["client_id"] == "demo-client"
    direct = load_event("authorizer/direct", token)
    assert deployment.invoke("authorizer", direct)["isAuthorized"] is True

    answer = deployment.invoke("revoke", load_event(f"revoke/{dialect}", token))
    assert (answer["statusCode"], answer["body"]) == (200, "")

    assert introspect(deployment, token, dialect) == {"active": False}
    assert deployment.invoke("authorizer", direct)["isAuthorized"] is False
    assert introspect(deployment, other, dialect)["active"] is True


def test_without_records_only_revoking_writes(
    deployment: Deployment, template: dict[str, Any]
) -> None:
    """One item, by no other right than a record's revocation takes (item 84)."""
    deployment.administration.update("demo-client", recorded=False)
    tokens = [deployment.issue(by) for by in (*ISSUED_BY, "elastic_path_implicit")]
    for token in tokens:
        introspect(deployment, token)
        deployment.invoke("authorizer", load_event("authorizer/direct", token))
    assert items_of("TokensTable") == []
    deployment.invoke("revoke", load_event("revoke/standard", tokens[0]))
    (tombstone,) = items_of("TokensTable")
    assert {"revoked_at", "owner", "expires_at"} <= set(tombstone)
    update = ("dynamodb:UpdateItem", "TokensTable", tombstone["bucket"]["S"])
    assert permits(template["Resources"]["RevokeFunction"]["Properties"], update)
    told = [introspect(deployment, token)["active"] for token in tokens]
    assert told == [False, True, True, True]


@pytest.mark.parametrize(("checks", "active"), [("record", "false"), ("signature", "true")])
def test_an_authorizer_may_check_signatures_alone(
    deployment: Deployment, checks: str, active: str
) -> None:
    """AuthorizerChecks: what was revoked is refused at once, or believed until it expires."""
    deployment.values["AUTHORIZER_CHECKS"] = checks
    token = deployment.issue()
    deployment.invoke("revoke", load_event("revoke/standard", token))
    answer = deployment.invoke("authorizer", load_event("authorizer/direct", token))
    assert answer["context"]["active"] == active
    assert introspect(deployment, token)["active"] is False


@pytest.mark.parametrize(
    ("function", "event", "status"),
    [
        ("introspect", "simple_store_refused", 401),
        ("introspect", "standard_refused", 401),
        ("revoke", "simple_store_refused", 400),
        ("revoke", "standard_refused", 401),
    ],
)
def test_refusals(either_deployment: Deployment, function: str, event: str, status: int) -> None:
    """A caller with a wrong secret learns nothing and ends nothing (items 56, 68)."""
    deployment = either_deployment
    token = deployment.issue()
    answer = deployment.invoke(function, load_event(f"{function}/{event}", token))
    assert answer["statusCode"] == status
    assert introspect(deployment, token)["active"] is True


def test_counts(deployment: Deployment) -> None:
    """Introspections and revocations are counted by dialect."""
    token = deployment.issue()
    introspect(deployment, token, "simple_store")
    deployment.invoke("revoke", load_event("revoke/standard", token))
    names = [
        (name, line["dialect"])
        for line in deployment.counts
        for name in ("TokensIssued", "Introspections", "Revocations")
        if name in line
    ]
    assert names == [
        ("TokensIssued", "standard"),
        ("Introspections", "simple_store"),
        ("Revocations", "standard"),
    ]


@pytest.mark.parametrize("event", ["jwks", "jwks_identity_server"])
def test_published_key_is_the_one_that_signs(deployment: Deployment, event: str) -> None:
    """The JWKS has the key made at deploy, public members only (item 54)."""
    answer = deployment.invoke("discovery", load_event(f"discovery/{event}"))
    (key,) = json.loads(answer["body"])["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert answer["headers"]["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("event", ["server_metadata", "openid_configuration"])
def test_metadata(deployment: Deployment, event: str) -> None:
    """The metadata documents name the issuer of the deployment (item 85)."""
    answer = deployment.invoke("discovery", load_event(f"discovery/{event}"))
    assert json.loads(answer["body"])["issuer"] == ISSUER


@pytest.mark.parametrize("page", ["true", "false"])
def test_metadata_names_the_page_where_there_is_one(deployment: Deployment, page: str) -> None:
    """`service_documentation` is not there where DocsPage leaves the page out (item 85)."""
    deployment.values["DOCS_PAGE"] = page
    answer = deployment.invoke("discovery", load_event("discovery/server_metadata"))
    assert ("service_documentation" in json.loads(answer["body"])) is (page == "true")


def test_discovery_method(deployment: Deployment) -> None:
    """Documents are only read."""
    answer = deployment.invoke("discovery", load_event("discovery/method"))
    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("event", "status", "body"),
    [
        ("elastic_path", 404, '{"errors":[{"status":"404","title":"Not Found"}]}'),
        ("simple_store", 404, ""),
        ("standard", 404, '{"error":"not_found"}'),
        ("preflight", 204, ""),
    ],
)
def test_fallback(deployment: Deployment, event: str, status: int, body: str) -> None:
    """Where no route is, the dialect of the path answers; a preflight needs no token."""
    answer = deployment.invoke("fallback", load_event(f"fallback/{event}"))
    assert (answer["statusCode"], answer["body"]) == (status, body)
