"""The OpenAPI document: built from its source, valid, complete, true of the template's routes."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel
from token_service.domain.limits import LIMITS
from token_service.wire.documentation import FILES
from token_service.wire.elastic_path.dialect import ElasticPathTokenRequest
from token_service.wire.elastic_path.sign_in_bodies import (
    AccountMemberSignIn,
    CustomerSignIn,
    OneTimePasswordRequest,
)
from token_service.wire.magento.bodies import MagentoLogin

from openapi import page
from openapi.document import OUTPUT, build, operations, written
from openapi.models import REFERENCE, schemas
from openapi.resolved import resolvers
from tests.template_parts import of_type

ROOT = Path(__file__).parent.parent
EXAMPLE = "Example"
ONE_TIME_PASSWORD = (
    "/v2/authentication-realms/{realm}/password-profiles/{profile}/one-time-password-token-request"
)
# No endpoint: the answer where nothing is, and preflights of the platform's other paths.
NO_ENDPOINT = {"$default", "OPTIONS /v2/{proxy+}"}
DOCUMENT = build()
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, method, operation in operations(DOCUMENT)
]


def covers(route: str, method: str, path: str) -> bool:
    """Whether a route key takes this method and path, whose parameters are any text."""
    wanted, _, pattern = route.partition(" ")
    parts = re.split(r"\{(\w+\+?)\}", pattern)
    regex = "".join(
        re.escape(part) if index % 2 == 0 else (".+" if part.endswith("+") else "[^/]+")
        for index, part in enumerate(parts)
    )
    return wanted in ("ANY", method.upper()) and re.fullmatch(regex, path) is not None


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, or the component that it refers to."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


def test_what_is_committed_is_what_the_source_gives() -> None:
    """`make openapi` would change nothing."""
    assert OUTPUT.read_text("utf-8") == written(DOCUMENT)


def test_the_document_is_valid() -> None:
    """OpenAPI 3.1, by its own schema."""
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(json.loads(OUTPUT.read_text("utf-8")))


def test_it_is_right_for_any_issuer() -> None:
    """The only server is where the document was read, and tokens are asked for there too."""
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]
    flow = DOCUMENT["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/oauth2/token"


def test_every_route_is_described_and_nothing_else(resources: dict[str, dict[str, Any]]) -> None:
    """Each route of the template has an operation, and each operation is below a route.

    Operations of the example are below routes that only the example has, and the other way round.
    """
    routes = {
        properties["RouteKey"]: resources[name].get("Condition") == "HasExample"
        for name, properties in of_type(resources, "AWS::ApiGatewayV2::Route").items()
    }
    described = set()
    for path, method, operation in operations(DOCUMENT):
        example = EXAMPLE in operation["tags"]
        found = {
            route
            for route, of_example in routes.items()
            if of_example == example and covers(route, method, path)
        }
        assert found, f"{method} {path} is no route"
        described |= found
    ours = {route for route, of_example in routes.items() if not of_example}
    assert ours - described - NO_ENDPOINT == set()


def test_resolved_operations_are_the_routes_of_the_resolvers() -> None:
    """Below the resolvers' paths, the document has their routes and preflights, nothing else."""
    routes = {
        (route.openapi_path, route.method.lower())
        for resolver in resolvers()
        for route in (*resolver._static_routes, *resolver._dynamic_routes)  # noqa: SLF001 - no public list
    }
    paths = {path for path, _ in routes}
    described = {
        (path, method)
        for path, method, _ in operations(DOCUMENT)
        if path in paths and method != "options"
    }
    assert len(routes) == 10
    assert described == routes


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_says_all(path: str, method: str, operation: dict[str, Any]) -> None:
    """In words, with a tag that is described, what it needs, and every answer with its sentence."""
    assert operation["summary"]
    assert operation["description"].rstrip().endswith("."), path
    (tag,) = operation["tags"]
    assert tag in {known["name"] for known in DOCUMENT["tags"]}
    assert "security" in operation
    for answer in operation["responses"].values():
        assert answer["description"]
    if method == "post" and tag not in (EXAMPLE, "Magento, SOAP"):
        assert {"500", "503"} <= set(operation["responses"])


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_security_names_known_schemes(path: str, method: str, operation: dict[str, Any]) -> None:
    """Generated clients and the page know how to send what an operation asks for."""
    named = {name for requirement in operation["security"] for name in requirement}
    assert named <= set(DOCUMENT["components"]["securitySchemes"]), (method, path)


def test_operations_have_names_of_their_own() -> None:
    """Generators of clients name functions after them."""
    names = [operation["operationId"] for _, _, operation in operations(DOCUMENT)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_form_field_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    """Each has a sentence, and the limits are those that are enforced."""
    limits = {
        "client_id": LIMITS.client_id,
        "client_secret": LIMITS.client_secret,
        "scope": LIMITS.scope,
    }
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        assert media["examples"], (path, method)
        for name, field in resolved(media["schema"]).get("properties", {}).items():
            assert resolved(field)["description"], name
            assert field.get("maxLength") == limits.get(name, field.get("maxLength")), name


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/oauth/access_token", ElasticPathTokenRequest),
        ("/v2/customers/tokens", CustomerSignIn),
        ("/v2/account-members/tokens", AccountMemberSignIn),
        (ONE_TIME_PASSWORD, OneTimePasswordRequest),
        ("/rest/V1/integration/customer/token", MagentoLogin),
        ("/rest/V1/integration/admin/token", MagentoLogin),
    ],
)
def test_a_body_is_described_by_the_model_that_reads_it(path: str, model: type[BaseModel]) -> None:
    """Every media type has the model's schema, and the model takes every example in JSON."""
    content = DOCUMENT["paths"][path]["post"]["requestBody"]["content"]
    described = resolved(content["application/json"]["schema"])
    schema = model.model_json_schema(ref_template=REFERENCE)
    assert described["required"] == schema["required"]
    assert set(described["properties"]) == set(schema["properties"])
    for media in content.values():
        assert resolved(media["schema"]) == described
    for example in content["application/json"]["examples"].values():
        model.model_validate(example["value"])


def test_references_lead_somewhere() -> None:
    """The models' own parts are components, too."""
    text = written(DOCUMENT)
    names = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert names <= set(DOCUMENT["components"]["schemas"])
    assert set(schemas()) <= names


def test_every_file_of_the_page_is_described() -> None:
    """The list of the page's files is the one that is served."""
    (file,) = DOCUMENT["paths"]["/docs/{file}"]["get"]["parameters"]
    served = {path.removeprefix("/docs/") for path in FILES if path.startswith("/docs/")} - {""}
    assert set(file["schema"]["enum"]) == served


class TestPage:
    """The page's files in the repository."""

    def test_it_loads_its_own_files_only(self) -> None:
        """Every address in the page is one that the function serves; no script is inline."""
        html = (page.SITE / "index.html").read_text("utf-8")
        addresses = set(re.findall(r'(?:href|src)="([^"]+)"', html)) - {"data:,"}
        assert addresses <= set(FILES)
        assert {"/docs/init.js", "/docs/swagger-ui-bundle.js"} <= addresses
        assert "<style" not in html
        assert " style=" not in html
        assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL) == ["", ""]

    def test_swagger_ui_is_the_one_that_is_pinned(self) -> None:
        """The copies are of the version in package.json, which the lock file has by hash."""
        pinned = json.loads((ROOT / "openapi/package.json").read_text("utf-8"))["dependencies"]
        lock = json.loads((ROOT / "openapi/package-lock.json").read_text("utf-8"))["packages"]
        version = pinned["swagger-ui-dist"]
        assert lock["node_modules/swagger-ui-dist"]["version"] == version
        bundle = gzip.decompress((page.SITE / "swagger-ui-bundle.js.gz").read_bytes())
        assert f'PACKAGE_VERSION:"{version}"'.encode() in bundle

    def test_secrets_are_not_kept(self) -> None:
        """Nothing is stored in the browser, and nobody else is asked to validate."""
        script = (page.SITE / "init.js").read_text("utf-8")
        assert "persistAuthorization: false" in script
        assert "validatorUrl: null" in script
        assert "queryConfigEnabled" not in script
        assert not re.search("localStorage|sessionStorage|cookie|innerHTML|https?:", script)

    def test_licences_go_along(self) -> None:
        """Those of Swagger UI and of what is bundled with it."""
        for name in page.LICENCES.values():
            assert (page.SITE / name).read_text("utf-8").strip()
