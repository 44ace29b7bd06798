"""The template that operators are given, docs/native-authorizer.yaml, deployed beside the service.

The gateway itself fetches our metadata and our keys; nobody else is asked about a token. What the
emulator leaves out: AWS explains a refusal in `www-authenticate` (docs: "Troubleshooting issues
with HTTP API JWT authorizers") and gives up on documents that take longer than 1500 ms.
"""

from pathlib import Path

import boto3
import pytest
import requests

from local.stack import LocalStack
from tests.e2e.deployed import SECONDS, Deployed, NewClient
from tests.e2e.forged import spoilt
from tests.e2e.store import signing_key_of

TEMPLATE = Path(__file__).parents[2] / "docs/native-authorizer.yaml"
NAME = "orders"
UNAUTHORIZED, FORBIDDEN = (401, {"message": "Unauthorized"}), (403, {"message": "Forbidden"})


class Orders:
    """The API behind the built-in authorizer."""

    def __init__(self, url: str, http: requests.Session) -> None:
        """`url` ends in the route's path."""
        self._url = url
        self._http = http

    def call(self, token: str | None, method: str = "GET") -> requests.Response:
        """Call it as a client does."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return self._http.request(method, self._url, headers=headers, timeout=SECONDS)

    def says(self, token: str | None, method: str = "GET") -> tuple[int, object]:
        """The status and the body of an answer."""
        answer = self.call(token, method)
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def orders(stack: LocalStack, aws: boto3.Session, deployed: Deployed) -> Orders:
    """The template as it is, deployed with the service's own outputs as its parameters."""
    cloudformation = aws.client("cloudformation", endpoint_url=stack.endpoint_url)
    given = {
        "Issuer": stack.outputs["IssuerUrl"],
        "Audience": stack.outputs["AudienceName"],
    }
    cloudformation.create_stack(
        StackName=NAME,
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=NAME)
    [made] = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}
    url = f"{stack.endpoint_url}/_aws/execute-api/{outputs['ApiId']}/$default/orders"
    return Orders(url, deployed.http)


def test_a_good_token_and_what_the_backend_learns(orders: Orders, deployed: Deployed) -> None:
    """A token of any dialect is let in, and its claims are there for the backend."""
    for dialect in ("standard", "simple_store", "elastic_path"):
        token = deployed.issue(deployed.client, dialect)
        answer = orders.call(token)
        assert answer.status_code == 200, answer.text
        claims = answer.json()["caller"]["claims"]
        told = deployed.introspect(token)
        assert claims["client_id"] == claims["sub"] == deployed.client.id
        assert (claims["iss"], claims["aud"]) == (deployed.url, told["aud"])
        assert (claims["jti"], claims["exp"]) == (told["jti"], str(told["exp"]))
        assert claims["scope"] == "orders:read orders:write"


def test_no_token_is_refused(orders: Orders) -> None:
    """Neither nothing nor nonsense gets in."""
    for token in (None, "", "nonsense", "a.b.c"):
        assert orders.says(token) == UNAUTHORIZED


def test_a_bad_token_is_refused(
    orders: Orders, deployed: Deployed, stack: LocalStack, aws: boto3.Session
) -> None:
    """Expired, misdirected, tampered, signed by another: 401, and the key is really ours.

    (item 41, item 42, item 48, item 49)
    """
    token = deployed.issue(deployed.client)
    bad = spoilt(token, signing_key_of(stack, aws))
    assert {name: orders.says(each) for name, each in bad.items()} == dict.fromkeys(
        bad, UNAUTHORIZED
    )
    assert orders.call(token).status_code == 200


def test_each_route_wants_its_scope(orders: Orders, deployed: Deployed) -> None:
    """A token without the route's scope is 403; a read-only one has none at all."""
    reading = deployed.issue(deployed.client, scope="orders:read")
    assert [orders.call(reading, method).status_code for method in ("GET", "POST")] == [200, 403]
    writing = deployed.issue(deployed.client, scope="orders:write")
    assert [orders.call(writing, method).status_code for method in ("GET", "POST")] == [403, 200]
    for read_only in (deployed.implicit(deployed.storefront), deployed.implicit(deployed.client)):
        assert orders.says(read_only) == orders.says(read_only, "POST") == FORBIDDEN


def test_an_opaque_token_is_refused(
    orders: Orders, deployed: Deployed, new_client: NewClient
) -> None:
    """Only JWTs say something to a gateway that asks nobody."""
    party = new_client("--format", "opaque", "--scope", "orders:read")
    assert orders.says(deployed.issue(party)) == UNAUTHORIZED


def test_revoking_is_not_noticed_here(orders: Orders, deployed: Deployed) -> None:
    """The price, as the document says: a revoked token lives on until it expires, here alone."""
    token = deployed.issue(deployed.client)
    deployed.revoke(token, deployed.client)
    assert deployed.introspect(token) == {"active": False}
    assert orders.call(token).status_code == 200
