"""What template.yaml must hold: exact permissions, no surprise."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.template_parts import functions, logical_id, of_type, walk

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))

type Statement = tuple[list[str], str, list[str]] | tuple[list[str], str, list[str], list[str]]
"""Actions, the logical ids of the resources, the leading keys they are confined to, attributes."""

CLIENTS, KEYS = ["client#*"], ["keys#signing"]
PEOPLE = ["admin#*", "customer#*"]
OWNERS = ["account_member#*", "admin#*", "client#*", "customer#*", "integration#*"]
MEMBERS = ["account_member#*", "name#account_member#*", "directory#account_member#*"]
NEW_SHOPPERS = [
    *("account_member#*", "customer#*", "directory#account_member#*", "directory#customer#*"),
    *("name#account_member#*", "name#customer#*"),
]
SENDER = (
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}"
    ":function:${OneTimePasswordSender}"
)
# A condition on leading keys would have to hold for the keys of both tables.
BOTH_AT_ONCE: Statement = (["dynamodb:BatchGetItem"], "ClientsTable TokensTable", [])
# What authenticating a client takes besides reading it.
NOTE_USE: Statement = (["dynamodb:UpdateItem"], "ClientsTable", ["used#client#*"])
COUNT_FAILURES: Statement = (
    ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
    "TokensTable",
    ["failures#*"],
)
USE_UP: Statement = (["dynamodb:PutItem"], "TokensTable", ["nonce#*"])
PERMISSIONS: dict[str, list[Statement]] = {
    "RotateKeysFunction": [
        (["dynamodb:GetItem", "dynamodb:PutItem"], "ClientsTable", KEYS),
        (
            [
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            "SigningSecret",
            [],
        ),
    ],
    "IssueFunction": [
        (["dynamodb:GetItem"], "ClientsTable", CLIENTS + KEYS),
        NOTE_USE,
        (["dynamodb:PutItem"], "TokensTable", []),
        COUNT_FAILURES,
        (["secretsmanager:GetSecretValue"], "SigningSecret", []),
    ],
    "LoginFunction": [
        BOTH_AT_ONCE,
        (
            ["dynamodb:GetItem"],
            "ClientsTable",
            [*OWNERS, "name#*", *KEYS],
        ),
        (
            ["dynamodb:UpdateItem"],
            "ClientsTable",
            ["customer#*"],
            ["entity", "part", "epoch", "version"],
        ),
        (["dynamodb:GetItem", "dynamodb:PutItem"], "TokensTable", []),
        (["dynamodb:DeleteItem", "dynamodb:UpdateItem"], "TokensTable", ["login#*"]),
        (["secretsmanager:GetSecretValue"], "SigningSecret", []),
    ],
    "ShopperLoginFunction": [
        BOTH_AT_ONCE,
        (
            ["dynamodb:GetItem"],
            "ClientsTable",
            [*OWNERS, "name#account_member#*", "name#customer#*", *KEYS],
        ),
        (["dynamodb:PutItem"], "ClientsTable", MEMBERS),
        (["dynamodb:GetItem", "dynamodb:PutItem"], "TokensTable", []),
        (["dynamodb:DeleteItem"], "TokensTable", ["login#*", "one_time_password#*"]),
        (["dynamodb:UpdateItem"], "TokensTable", ["login#*"]),
        (["secretsmanager:GetSecretValue"], "SealingSecret SigningSecret", []),
        (
            ["lambda:InvokeFunction"],
            SENDER,
            [],
        ),
    ],
    "SingleSignOnFunction": [
        (
            ["dynamodb:GetItem"],
            "ClientsTable",
            ["account_member#*", "customer#*", "name#account_member#*", "name#customer#*", "sso#*"],
        ),
        (["dynamodb:PutItem"], "ClientsTable", [*NEW_SHOPPERS, "sso#link#*"]),
        (["dynamodb:PutItem"], "TokensTable", ["nonce#*"]),
        (["secretsmanager:GetSecretValue"], "SealingSecret", []),
    ],
    "SignInProfilesFunction": [(["dynamodb:GetItem"], "ClientsTable", ["sso#providers"])],
    "IntrospectFunction": [
        BOTH_AT_ONCE,
        (["dynamodb:GetItem"], "ClientsTable", OWNERS + KEYS),
        NOTE_USE,
        (["dynamodb:GetItem"], "TokensTable", []),
        COUNT_FAILURES,
        USE_UP,
        (["secretsmanager:GetSecretValue"], "SigningSecret", []),  # see CONDITIONAL
    ],
    "RevokeFunction": [
        (["dynamodb:GetItem"], "ClientsTable", CLIENTS + KEYS),
        NOTE_USE,
        (["dynamodb:UpdateItem"], "TokensTable", []),
        COUNT_FAILURES,
        USE_UP,
    ],
    "AuthorizerFunction": [
        BOTH_AT_ONCE,
        (["dynamodb:GetItem"], "ClientsTable", [*OWNERS, *KEYS, "name#consumer#*"]),
        (["dynamodb:GetItem"], "TokensTable", []),
        USE_UP,
        (["secretsmanager:GetSecretValue"], "SealingSecret", []),
    ],
    "ManageFunction": [
        (
            ["dynamodb:GetItem"],
            "ClientsTable",
            ["client#*", "name#key#*", "sum#reserved_rate_limit"],
        ),
        (["dynamodb:BatchGetItem"], "ClientsTable", [*CLIENTS, "used#client#*"]),
        (["dynamodb:Query"], "ClientsTable", ["directory#client#*"]),
        (
            ["dynamodb:DeleteItem", "dynamodb:PutItem"],
            "ClientsTable",
            ["client#*", "directory#client#*", "name#key#*"],
        ),
        (["dynamodb:DeleteItem"], "ClientsTable", ["used#client#*"]),
        (["dynamodb:UpdateItem"], "ClientsTable", ["sum#reserved_rate_limit"]),
    ],
    "CheckPolicyFunction": [],
    "DiscoveryFunction": [(["dynamodb:GetItem"], "ClientsTable", KEYS)],
    "DocsFunction": [],
    "FallbackFunction": [],
    "SweepFunction": [
        (["dynamodb:BatchWriteItem", "dynamodb:Query"], "TokensTable", []),
        (["dynamodb:GetItem", "dynamodb:UpdateItem"], "TokensTable", ["sweep"]),
    ],
    "ExampleFunction": [],
    "ExampleSenderFunction": [],
}
# Statements that are there only under a condition of the template.
CONDITIONAL = {
    ("IntrospectFunction", "SignsIntrospection", "SigningSecret"),
    ("ShopperLoginFunction", "HasOneTimePasswordSender", SENDER),
}
SECRET_HOLDERS = {
    "SigningSecret": {
        "IntrospectFunction",  # see CONDITIONAL
        "IssueFunction",
        "LoginFunction",
        "RotateKeysFunction",
        "ShopperLoginFunction",
    },
    "SealingSecret": {"AuthorizerFunction", "ShopperLoginFunction", "SingleSignOnFunction"},
}


def read_statement(statement: dict[str, Any]) -> Statement:
    """A statement in the form of the table above; a conditional one as if its condition held."""
    if "Fn::If" in statement:
        _, statement, otherwise = statement["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"}
    assert set(statement) <= {"Effect", "Action", "Resource", "Condition"}
    assert statement["Effect"] == "Allow"
    condition = statement.get("Condition", {})
    leading = condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    confined = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading}} if leading else {}
    if "ForAllValues:StringEquals" in condition:
        attributes = condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]
        only = {"ForAllValues:StringEquals": {"dynamodb:Attributes": attributes}}
        assert condition == confined | only
        return statement["Action"], logical_id(statement["Resource"]), leading, attributes
    assert condition == confined
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

    def test_conditional_permissions(
        self, template: dict[str, Any], resources: dict[str, dict[str, Any]]
    ) -> None:
        """The signing key only where introspection is to sign, a sender only where one is named.

        Neither is so by default.
        """
        found = {
            (name, statement["Fn::If"][0], logical_id(statement["Fn::If"][1]["Resource"]))
            for name, properties in functions(resources).items()
            for policy in properties.get("Policies", [])
            for statement in policy["Statement"]
            if "Fn::If" in statement
        }
        assert found == CONDITIONAL
        told = resources["IntrospectFunction"]["Properties"]["Environment"]["Variables"]
        if_signs, value, otherwise = told["SIGNING_SECRET"]["Fn::If"]
        assert (if_signs, value) == ("SignsIntrospection", {"Ref": "SigningSecret"})
        assert otherwise == {"Ref": "AWS::NoValue"}
        assert template["Conditions"]["SignsIntrospection"] == {
            "Fn::Equals": [{"Ref": "SignedIntrospection"}, "true"]
        }
        assert template["Parameters"]["SignedIntrospection"]["Default"] == "false"
        assert template["Conditions"]["HasOneTimePasswordSender"] == {
            "Fn::Not": [{"Fn::Equals": [{"Ref": "OneTimePasswordSender"}, ""]}]
        }
        assert template["Parameters"]["OneTimePasswordSender"]["Default"] == ""

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

    @pytest.mark.parametrize("secret", SECRET_HOLDERS)
    def test_secrets_are_for_few(self, resources: dict[str, dict[str, Any]], secret: str) -> None:
        """Only who signs is told of the signing key, only who unseals of the other (item 16)."""
        assert set(of_type(resources, "AWS::SecretsManager::Secret")) == set(SECRET_HOLDERS)
        holders = {
            name
            for name, properties in functions(resources).items()
            if secret in json.dumps(properties)
        }
        assert holders == SECRET_HOLDERS[secret]


def _handler(folder: str) -> str:
    return (ROOT / "functions" / folder / "handler.py").read_text(encoding="utf-8")
