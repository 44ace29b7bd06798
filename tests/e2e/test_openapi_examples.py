"""The page and its document as deployed: all it loads is there, and every example in it works."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from local.stack import LocalStack
from openapi.document import operations
from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.described import DOCUMENT, Values, filled, placeholders

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Example:
    """One example of a request's body."""

    path: str
    operation: dict[str, Any]
    media_type: str
    value: Any

    def encoded(self, values: Values) -> str:
        """The body as it is sent, with a deployment's values in it."""
        body = filled(self.value, values)
        if self.media_type == FORM:
            return urlencode(body)
        return body if isinstance(body, str) else json.dumps(body)

    def url_path(self, values: Values) -> str:
        """The path with the example of each of its parameters."""
        path = self.path.replace("{store}", "default")
        for parameter in self.operation.get("parameters", []):
            if parameter.get("in") == "path":
                path = path.replace(
                    f"{{{parameter['name']}}}", filled(parameter["example"], values)
                )
        return path

    def authorization(self, values: Values) -> dict[str, str]:
        """A client's token, where a token is needed."""
        needed = {"accessToken": []} in self.operation["security"]
        return {"authorization": f"Bearer {values['BEARER_TOKEN']}"} if needed else {}

    @property
    def success(self) -> int:
        """The only status below 300 that the document has."""
        (status,) = (int(status) for status in self.operation["responses"] if status < "300")
        return status

    @property
    def query(self) -> dict[str, str]:
        """The example of each parameter."""
        parameters = self.operation.get("parameters", [])
        return {p["name"]: p["example"] for p in parameters if p.get("in") == "query"}


EXAMPLES = [
    pytest.param(
        Example(path, operation, media_type, example["value"]), id=f"{path} {media_type} {name}"
    )
    for path, method, operation in operations(DOCUMENT)
    if method == "post"
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items()
    for name, example in media["examples"].items()
]


@pytest.fixture(scope="module")
def values(stack: LocalStack, deployed: Deployed) -> Values:
    """The demo clients' and people's own."""
    return placeholders(stack, deployed)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_works(deployed: Deployed, values: Values, example: Example) -> None:
    """With the demo clients' values in it, each succeeds as the document says; none is a fault."""
    answer = deployed.http.post(
        deployed.url + example.url_path(values),
        params=example.query,
        data=example.encoded(values),
        headers={"content-type": example.media_type, **example.authorization(values)},
        timeout=SECONDS,
    )
    assert answer.status_code == example.success
    assert "Fault" not in answer.text


def test_all_that_the_page_loads_is_there(deployed: Deployed) -> None:
    """The page, and every address in it, of this origin: labelled, compressed, under its policy."""
    html = deployed.get("/docs")
    addresses = set(re.findall(r'(?:href|src)="(/[^"]*)"', html.text))
    assert len(addresses) == 5
    for address in addresses:
        answer = deployed.get(address, accept_encoding="gzip")
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.text == deployed.get(address, accept_encoding="identity").text
    assert "frame-ancestors 'none'" in html.headers["content-security-policy"]
    assert deployed.get("/openapi.json").json() == DOCUMENT
    assert deployed.send("HEAD", "/docs").status_code == 200
    assert deployed.send("POST", "/docs").status_code == 405
    assert deployed.get("/docs/nothing").status_code == 404


def test_the_page_gets_a_token_and_uses_it(deployed: Deployed) -> None:
    """What its Authorize dialog sends, and the next call, where the document says."""
    document = deployed.get("/openapi.json").json()
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    # Swagger UI sends Basic, and a scope without a value when no box is ticked.
    fields = {"grant_type": "client_credentials", "scope": ""}
    answer = deployed.post(flow["tokenUrl"], fields, deployed.client)
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    deployed.tokens.append(token)
    takers = [
        path
        for path, method, operation in operations(document)
        if method == "get" and {"oauth2": []} in operation["security"] and "{" not in path
    ]
    assert takers
    for path in takers:
        assert deployed.get(path, token).status_code == 200
