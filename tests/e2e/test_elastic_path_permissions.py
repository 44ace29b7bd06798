"""What each token may do, row by row over HTTP (docs/platforms/elastic-path.md, 2)."""

import boto3
import pytest
import requests

from local.stack import LocalStack
from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.store import account_member_token
from tests.elastic_path_permissions import COLUMNS, ROWS

CUSTOMER_HEADER = "X-Moltin-Customer-Token"
ACCOUNT_HEADER = "EP-Account-Management-Authentication-Token"
FORBIDDEN = {"errors": [{"status": "403", "title": "Forbidden"}]}
UNAUTHENTICATED = {"errors": [{"status": "401", "title": "Unable to validate access token"}]}
type Headers = dict[str, str]


@pytest.fixture(scope="session")
def columns(deployed: Deployed, stack: LocalStack, aws: boto3.Session) -> dict[str, Headers]:
    """The headers of each column's caller."""
    people = {
        "username": stack.demo["CUSTOMER_EMAIL"],
        "password": stack.demo["CUSTOMER_PASSWORD"],
    }
    path = "/rest/V1/integration/customer/token"
    customer = deployed.http.post(deployed.url + path, json=people, timeout=SECONDS).json()
    member = account_member_token(stack, aws)
    deployed.tokens += [customer, member]
    implicit = {"authorization": f"Bearer {deployed.implicit(deployed.storefront)}"}
    full = {"authorization": f"Bearer {deployed.issue(deployed.client)}"}
    headers = (
        implicit,
        implicit | {ACCOUNT_HEADER: member},
        implicit | {CUSTOMER_HEADER: customer},
        full,
    )
    return dict(zip(COLUMNS, headers, strict=True))


def call(deployed: Deployed, method: str, path: str, headers: Headers) -> requests.Response:
    """A request without a body."""
    return deployed.http.request(method, deployed.url + path, headers=headers, timeout=SECONDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_every_row(
    deployed: Deployed, columns: dict[str, Headers], row: tuple[str, str, bool, bool]
) -> None:
    """Reading and writing: the backend is reached, or 403 in the envelope."""
    path, column, read, write = row
    for method, may in (("GET", read), ("POST", write)):
        answer = call(deployed, method, path, columns[column])
        if may and path == "/v2/application-keys":
            # Reached, and not satisfied with a body that is none.
            assert answer.status_code == (200 if method == "GET" else 400)
        elif may:
            assert answer.status_code == (200 if method == "GET" else 201)
            assert "shopper" in answer.json()["meta"]["caller"]
        else:
            assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


def test_the_backend_learns_for_whom_it_is_asked(
    deployed: Deployed, columns: dict[str, Headers]
) -> None:
    """The subject of the shopper, beside the client's."""
    for column, kind in (("customer", "customer:"), ("account", "account_member:")):
        caller = call(deployed, "GET", "/v2/orders", columns[column]).json()["meta"]["caller"]
        assert caller["client_id"] == deployed.storefront.id
        assert caller["shopper"].startswith(kind)


@pytest.mark.parametrize("path", ["/v2/orders", "/v2/products", "/catalog/products", "/pcm/jobs"])
def test_bad_second_tokens(deployed: Deployed, columns: dict[str, Headers], path: str) -> None:
    """A forged one and one of another kind are 401, wherever they are sent."""
    implicit, customer = columns["implicit"], columns["customer"][CUSTOMER_HEADER]
    bad: list[Headers] = [
        {},
        implicit | {CUSTOMER_HEADER: customer[:-4] + "AAAA"},
        implicit | {ACCOUNT_HEADER: customer},
        implicit | {ACCOUNT_HEADER: "no-such-token"},
        {CUSTOMER_HEADER: customer},
    ]
    for headers in bad:
        answer = call(deployed, "GET", path, headers)
        assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)


def test_two_shoppers_at_once(deployed: Deployed, columns: dict[str, Headers]) -> None:
    """403: nobody calls for both."""
    answer = call(deployed, "GET", "/v2/orders", columns["customer"] | columns["account"])
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


def test_methods_that_products_do_not_have(deployed: Deployed, columns: dict[str, Headers]) -> None:
    """405 with Allow, once the caller may do such a thing at all."""
    answer = call(deployed, "DELETE", "/v2/products", columns["client_credentials"])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert answer.json()["errors"][0]["title"] == "Method Not Allowed"
    assert call(deployed, "DELETE", "/v2/products", columns["implicit"]).status_code == 403
