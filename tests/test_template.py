"""What template.yaml must hold: exact permissions, exact routes, no surprise."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from token_service.wire.dialect import Operation
from token_service.wire.discovery import PATHS
from token_service.wire.registry import dialects

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))

type Statement = tuple[list[str], str, list[str]]
"""Actions, the logical id of the resource, and the leading keys they are confined to."""

OWNERS, KEYS = ["client#*"], ["keys#signing"]
PERMISSIONS: dict[str, list[Statement]] = {
    "RotateKeysFunction": [
        (["dynamodb:GetItem", "dynamodb:PutItem"], "ClientsTable", KEYS),
        (["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], "SigningSecret", []),
    ],
    "IssueFunction": [
        (["dynamodb:GetItem"], "ClientsTable", OWNERS),
        (["dynamodb:PutItem"], "TokensTable", []),
        (["secretsmanager:GetSecretValue"], "SigningSecret", []),
    ],
    "IntrospectFunction": [
        (["dynamodb:BatchGetItem", "dynamodb:GetItem"], "ClientsTable", OWNERS + KEYS),
        (["dynamodb:BatchGetItem", "dynamodb:GetItem"], "TokensTable", []),
    ],
    "RevokeFunction": [
        (["dynamodb:GetItem"], "ClientsTable", OWNERS + KEYS),
        (["dynamodb:UpdateItem"], "TokensTable", []),
    ],
    "AuthorizerFunction": [
        (["dynamodb:BatchGetItem", "dynamodb:GetItem"], "ClientsTable", OWNERS + KEYS),
        (["dynamodb:BatchGetItem", "dynamodb:GetItem"], "TokensTable", []),
    ],
    "DiscoveryFunction": [(["dynamodb:GetItem"], "ClientsTable", KEYS)],
    "FallbackFunction": [],
    "SweepFunction": [
        (["dynamodb:BatchWriteItem", "dynamodb:Query"], "TokensTable", []),
        (["dynamodb:GetItem", "dynamodb:UpdateItem"], "TokensTable", ["sweep"]),
    ],
    "ExampleFunction": [],
}
BY_OPERATION = {
    Operation.ISSUE: "IssueFunction",
    Operation.INTROSPECT: "IntrospectFunction",
    Operation.REVOKE: "RevokeFunction",
}
EXAMPLE_ROUTES = {"GET /v2/products", "POST /v2/products", "GET /example/whoami"}
SECRET_HOLDERS = {"IssueFunction", "RotateKeysFunction"}


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All resources by logical id."""
    found: dict[str, dict[str, Any]] = template["Resources"]
    return found


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == kind
    }


def functions(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The properties of all functions."""
    return of_type(resources, "AWS::Serverless::Function")


def logical_id(value: Any) -> str:  # noqa: ANN401 - any value of a template
    """What a Ref, an Arn or an integration's target points at."""
    if "Ref" in value:
        return str(value["Ref"])
    if "Fn::GetAtt" in value:
        return str(value["Fn::GetAtt"][0])
    return re.sub(r"^integrations/\$\{(\w+)\}$", r"\1", value["Fn::Sub"])


def walk(value: object) -> Iterator[object]:
    """Every node of a document."""
    yield value
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from walk(member)
    elif isinstance(value, list):
        for member in value:
            yield from walk(member)


def read_statement(statement: dict[str, Any]) -> Statement:
    """A statement in the form of the table above."""
    assert set(statement) <= {"Effect", "Action", "Resource", "Condition"}
    assert statement["Effect"] == "Allow"
    condition = statement.get("Condition", {})
    leading = condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    assert condition in ({}, {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading}})
    return statement["Action"], logical_id(statement["Resource"]), leading


class TestFunctions:
    """Each function on its own."""

    def test_permissions(self, resources: dict[str, dict[str, Any]]) -> None:
        """Every function may do exactly what the table says, and no more (item 84)."""
        found = {
            name: [
                read_statement(statement)
                for policy in properties.get("Policies", [])
                for statement in policy["Statement"]
            ]
            for name, properties in functions(resources).items()
        }
        assert found == PERMISSIONS

    def test_no_roles_from_elsewhere(self, resources: dict[str, dict[str, Any]]) -> None:
        """No function brings a role or a boundary that the table does not see."""
        for properties in functions(resources).values():
            assert not {"Role", "AssumeRolePolicyDocument"} & set(properties)
        assert not of_type(resources, "AWS::IAM::Role")
        assert not of_type(resources, "AWS::IAM::Policy")

    def test_nothing_is_granted_on_everything(self, template: dict[str, Any]) -> None:
        """No statement names all resources, all actions, or a Scan."""
        nodes = list(walk(template))
        for node in nodes:
            if isinstance(node, dict) and "Effect" in node:
                assert node["Resource"] != "*"
                assert all(":" in action and "*" not in action for action in node["Action"])
        assert not [node for node in nodes if isinstance(node, str) and node.endswith(":Scan")]

    def test_logs_are_kept_for_a_while(self, resources: dict[str, dict[str, Any]]) -> None:
        """Each function has a log group of its own, which forgets after the chosen days."""
        groups = of_type(resources, "AWS::Logs::LogGroup")
        used = [logical_id(p["LoggingConfig"]["LogGroup"]) for p in functions(resources).values()]
        assert len(set(used)) == len(used)
        assert set(used) <= set(groups)
        for properties in groups.values():
            assert properties == {"RetentionInDays": {"Ref": "LogRetentionDays"}}

    def test_each_folder_is_deployed(self, resources: dict[str, dict[str, Any]]) -> None:
        """A folder under functions/ is a function of its name, with a handler and events."""
        by_folder = {p["CodeUri"]: name for name, p in functions(resources).items()}
        assert sorted(by_folder) == [f"functions/{folder}" for folder in FOLDERS]
        for folder in FOLDERS:
            assert by_folder[f"functions/{folder}"] == f"{folder.title().replace('_', '')}Function"
            assert list((ROOT / "events" / folder).glob("*.json"))
            assert "def lambda_handler" in _handler(folder) or "lambda_handler =" in _handler(
                folder
            )

    def test_dependencies_are_in_the_layer_alone(self) -> None:
        """No function installs anything of its own."""
        for path in ROOT.glob("functions/*/requirements.txt"):
            assert path.read_text(encoding="utf-8").strip() == ""

    def test_environment_is_what_the_code_reads(
        self, template: dict[str, Any], resources: dict[str, dict[str, Any]]
    ) -> None:
        """Every variable that a function is given is read somewhere."""
        runtime = ROOT / "layers/shared/token_service/runtime.py"
        read = set(re.findall(r'env(?:ironment\(\))?\.\w+\(\s*"(\w+)"', runtime.read_text("utf-8")))
        given = {
            name
            for block in (template["Globals"]["Function"], *functions(resources).values())
            for name in block.get("Environment", {}).get("Variables", {})
            if not name.startswith("POWERTOOLS_")
        }
        assert given == read | {"TOKEN_LAYOUTS"}

    def test_secret_is_for_two(self, resources: dict[str, dict[str, Any]]) -> None:
        """Only issuing and rotating are told of the signing secret or may read it (item 16)."""
        holders = {
            name
            for name, properties in functions(resources).items()
            if "SigningSecret" in json.dumps(properties)
        }
        assert holders == SECRET_HOLDERS

    def test_nothing_secret_is_traced(self, template: dict[str, Any]) -> None:
        """The tracer is told to keep answers and exceptions to itself (item 78)."""
        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        assert variables["POWERTOOLS_TRACER_CAPTURE_RESPONSE"] == "false"
        assert variables["POWERTOOLS_TRACER_CAPTURE_ERROR"] == "false"
        assert "POWERTOOLS_LOGGER_LOG_EVENT" not in variables


def _handler(folder: str) -> str:
    return (ROOT / "functions" / folder / "handler.py").read_text(encoding="utf-8")


class TestRoutes:
    """The HTTP API."""

    def test_routes_are_those_of_the_registry(self, resources: dict[str, dict[str, Any]]) -> None:
        """Each path of a dialect or document goes, by any method, to the function for it."""
        integrations = {
            name: logical_id(properties["IntegrationUri"])
            for name, properties in of_type(resources, "AWS::ApiGatewayV2::Integration").items()
        }
        found = {
            properties["RouteKey"]: integrations[logical_id(properties["Target"])]
            for properties in of_type(resources, "AWS::ApiGatewayV2::Route").values()
        }
        expected = {
            f"ANY {path}": BY_OPERATION[operation]
            for dialect in dialects("https://auth.example.test")
            for path, operation in dialect.routes.items()
        }
        expected |= {f"ANY {path}": "DiscoveryFunction" for path in PATHS}
        expected |= {"$default": "FallbackFunction", "OPTIONS /v2/{proxy+}": "FallbackFunction"}
        expected |= dict.fromkeys(EXAMPLE_ROUTES, "ExampleFunction")
        assert found == expected

    def test_each_integration_may_invoke(self, resources: dict[str, dict[str, Any]]) -> None:
        """Every integration speaks payload 2.0, and the gateway may invoke its function."""
        permitted = {
            logical_id(properties["FunctionName"])
            for properties in of_type(resources, "AWS::Lambda::Permission").values()
        }
        for properties in of_type(resources, "AWS::ApiGatewayV2::Integration").values():
            assert properties["PayloadFormatVersion"] == "2.0"
            assert logical_id(properties["IntegrationUri"]) in permitted

    def test_only_this_api_may_invoke(self, resources: dict[str, dict[str, Any]]) -> None:
        """Each permission is bound to our own API."""
        for properties in of_type(resources, "AWS::Lambda::Permission").values():
            assert properties["Principal"] == "apigateway.amazonaws.com"
            assert "${AWS::AccountId}:${Api}/" in properties["SourceArn"]["Fn::Sub"]

    def test_only_the_example_is_authorized(self, resources: dict[str, dict[str, Any]]) -> None:
        """Every example route asks an authorizer; no token endpoint and no preflight does."""
        for properties in of_type(resources, "AWS::ApiGatewayV2::Route").values():
            guarded = (
                properties.get("AuthorizationType") == "CUSTOM" and "AuthorizerId" in properties
            )
            assert guarded is (properties["RouteKey"] in EXAMPLE_ROUTES)

    def test_authorizers_reuse_nothing_too_widely(
        self, resources: dict[str, dict[str, Any]]
    ) -> None:
        """An answer is reused for one route, or not at all (item 75)."""
        for properties in of_type(resources, "AWS::ApiGatewayV2::Authorizer").values():
            assert properties["EnableSimpleResponses"] is True
            if properties["AuthorizerResultTtlInSeconds"] != 0:
                assert "$context.routeKey" in properties["IdentitySource"]
                assert "$request.header.Authorization" in properties["IdentitySource"]

    def test_access_log_holds_no_secret(self, resources: dict[str, dict[str, Any]]) -> None:
        """The access log is JSON, without path, query or headers (items 7, 78)."""
        text = resources["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
        assert json.loads(text)
        for word in ("header", "querystring", "$context.path", "authorizer", "body"):
            assert word not in text
