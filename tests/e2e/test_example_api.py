"""What a protected backend lets in: by its own refusals, by HTTP APIs, REST APIs, and Lambdas."""

import json
from typing import Any

import boto3
import pytest
import requests

from local.stack import LocalStack
from tests.e2e.deployed import SECONDS, Deployed

UNAUTHENTICATED = {"errors": [{"status": "401", "title": "Unable to validate access token"}]}
FORBIDDEN = {"errors": [{"status": "403", "title": "Forbidden"}]}


def test_products_know_the_caller_and_never_the_token(deployed: Deployed) -> None:
    """`/v2/products` answers with data and who asked; the token is nowhere in it."""
    for method, status in (("GET", 200), ("POST", 201)):
        token = deployed.issue(deployed.client)
        answer = deployed.send(method, "/v2/products", token)
        assert answer.status_code == status
        assert answer.json()["meta"]["caller"] == {
            "kind": "client",
            "client_id": deployed.client.id,
            "subject": deployed.client.id,
            "grant": "client_credentials",
            "access": "full",
            "scope": "orders:read orders:write",
            "shopper": "",
            "account": "",
        }
        assert answer.json()["data"]
        parts = token.split(".")
        assert not any(part in answer.text + str(answer.headers) for part in parts)


def test_implicit_tokens_read_and_do_not_write(deployed: Deployed) -> None:
    """An implicit token lists products; a POST with it is 403 Forbidden in the envelope."""
    for party in (deployed.storefront, deployed.client):
        token = deployed.implicit(party)
        listing = deployed.get("/v2/products", token)
        assert listing.json()["meta"]["caller"]["access"] == "read_only"
        refused = deployed.send("POST", "/v2/products", token)
        assert (refused.status_code, refused.json()) == (403, FORBIDDEN)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer no-such-token",
        "Bearer " + "0" * 40,
        "Bearer a.b.c",
        "Bearer a b",
        "Basic dXNlcjpwYXNz",
        "Bearer " + "x" * 9000,
        "\u00e9",
    ],
)
def test_no_usable_token_is_401_in_the_envelope(
    deployed: Deployed, method: str, header: str | None
) -> None:
    """Whatever is not an active token is the 401 that Elastic Path's clients renew on."""
    headers = {} if header is None else {"authorization": header.encode("latin-1")}
    answer = deployed.http.request(
        method, f"{deployed.url}/v2/products", headers=headers, timeout=SECONDS
    )
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)


def test_a_token_in_the_query_is_not_read(deployed: Deployed) -> None:
    """RFC 6750 section 2.3 is not offered: a token in the URL opens nothing."""
    token = deployed.issue(deployed.client)
    assert deployed.get(f"/v2/products?access_token={token}").status_code == 401


def test_a_bare_token_works(deployed: Deployed) -> None:
    """Elastic Path's PHP client sends its token without the word Bearer."""
    token = deployed.issue(deployed.client)
    assert deployed.get("/v2/products", authorization=token).status_code == 200


def test_whoami_sits_behind_a_denying_authorizer(deployed: Deployed) -> None:
    """The gateway itself refuses: 401 without a token, 403 for a bad one; a good one gets in."""
    token = deployed.implicit(deployed.storefront)
    answer = deployed.get("/example/whoami", token)
    caller = answer.json()["caller"]
    assert (caller["client_id"], caller["access"]) == (deployed.storefront.id, "read_only")
    assert token not in answer.text
    assert deployed.get("/example/whoami").status_code == 401
    assert deployed.get("/example/whoami", "no-such-token").status_code == 403


@pytest.mark.parametrize("path", ["/oauth/access_token", "/v2/products", "/v2/carts/1"])
def test_browsers_may_call_elastic_path(deployed: Deployed, path: str) -> None:
    """A preflight needs no token and allows what the SDKs send; answers name the origin."""
    answer = deployed.send(
        "OPTIONS",
        path,
        origin="https://shop.example",
        access_control_request_method="POST",
        access_control_request_headers="authorization,content-type,x-moltin-sdk-version",
    )
    assert (answer.status_code, answer.text) == (204, "")
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    for header in (
        "authorization",
        "content-type",
        "x-moltin-sdk-language",
        "x-moltin-sdk-version",
        "x-moltin-application",
        "x-moltin-currency",
        "x-moltin-language",
        "x-moltin-customer-token",
        "x-moltin-auth-store",
        "ep-account-management-authentication-token",
    ):
        assert header in allowed
    assert "POST" in answer.headers["access-control-allow-methods"]
    for reply in (answer, deployed.get(path)):
        assert reply.headers["access-control-allow-origin"] == "*"


def test_answers_to_browsers_carry_cors_headers(deployed: Deployed) -> None:
    """Successes and refusals of every kind can be read by a browser's script."""
    token = deployed.implicit(deployed.storefront)
    answers = [
        deployed.ask(deployed.client, "elastic_path"),
        deployed.ask(deployed.client, "elastic_path", client_secret="wrong"),
        deployed.get("/v2/products", token),
        deployed.send("POST", "/v2/products", token),
        deployed.get("/v2/products"),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 200, 403, 401]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("way", ["by-token", "by-request"])
def test_a_rest_api_behind_the_authorizer(deployed: Deployed, stack: LocalStack, way: str) -> None:
    """TOKEN and REQUEST authorizers let a good token in and nothing else; implicit only reads."""
    api = stack.outputs["ExampleRestApiId"]
    url = f"{stack.endpoint_url}/_aws/execute-api/{api}/example/whoami/{way}"

    def call(method: str, token: str | None) -> requests.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return deployed.http.request(method, url, headers=headers, timeout=SECONDS)

    full, implicit = deployed.issue(deployed.client), deployed.implicit(deployed.storefront)
    good = call("GET", full)
    assert (good.status_code, good.json()["caller"]["client_id"]) == (200, deployed.client.id)
    assert full not in good.text
    assert call("POST", full).status_code == 200
    assert call("GET", implicit).json()["caller"]["access"] == "read_only"
    assert call("POST", implicit).status_code == 403
    assert call("GET", "no-such-token").status_code == 403
    assert call("GET", None).status_code in {401, 403}
    deployed.revoke(full, deployed.client)
    assert call("GET", full).status_code == 403


def test_another_lambda_asks_directly(
    deployed: Deployed, stack: LocalStack, aws: boto3.Session
) -> None:
    """The documented DIRECT event is answered with a verdict and the caller, never the token."""
    function = aws.client("lambda", endpoint_url=stack.endpoint_url)

    def ask(**event: str) -> dict[str, Any]:
        answer = function.invoke(
            FunctionName=stack.outputs["AuthorizerFunctionArn"],
            Payload=json.dumps({"type": "DIRECT", **event}),
        )
        assert "FunctionError" not in answer
        reply: dict[str, Any] = json.loads(answer["Payload"].read())
        return reply

    token = deployed.implicit(deployed.storefront)
    reading = ask(token=token, method="GET", path="/orders")
    assert reading["isAuthorized"] is True
    assert reading["context"]["client_id"] == deployed.storefront.id
    assert token not in json.dumps(reading)
    writing = ask(token=token, method="POST", path="/orders")
    assert (writing["isAuthorized"], writing["context"]["verdict"]) == (False, "insufficient")
    for nobody in ({"token": "no-such-token"}, {"token": ""}, {}):
        refused = ask(method="GET", path="/orders", **nobody)
        assert refused["isAuthorized"] is False
        assert refused["context"] == {
            "verdict": "unauthenticated",
            "required": "read_only",
            "active": "false",
        }
