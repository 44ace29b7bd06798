"""The rest of template.yaml: parameters, layer, tables, schedule, example."""

import re
from pathlib import Path
from typing import Any

import pytest
from token_service.domain.account_members import MemberSettings
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.limits import HOUR, JWT_MAX_LIFETIME, MIN_LIFETIME
from token_service.domain.login import LoginSettings
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.store.tokens import to_item
from token_service.wire.authorizer import AuthorizerSettings

from tests.template_parts import walk

ROOT = Path(__file__).parent.parent


def record() -> TokenRecord:
    """Any token."""
    return TokenRecord(
        handle="a",
        layout=8,
        owner=OwnerRef(OwnerKind.CLIENT, "demo-client"),
        epoch="0011223344556677",
        issued_at=1_800_000_000,
        expires_at=1_800_000_000 + HOUR,
        grant=Grant.IMPLICIT,
        access=Access.READ_ONLY,
    )


def test_every_parameter_is_used(template: dict[str, Any]) -> None:
    """A parameter that changes nothing would mislead."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    for name, parameter in template["Parameters"].items():
        assert re.search(rf"!Ref {name}\b|\${{{name}}}", text), name
        assert parameter["Description"]
        assert "Default" in parameter


STARTED_EARLY = ("IssueFunction", "IntrospectFunction", "AuthorizerFunction")


@pytest.mark.parametrize("name", STARTED_EARLY)
def test_what_is_started_early_is_called_by_its_alias(
    template: dict[str, Any], resources: dict[str, dict[str, Any]], name: str
) -> None:
    """SnapStart and provisioned concurrency are of published versions: $LATEST has neither.

    A change of the layer alone publishes one too.
    """
    properties = resources[name]["Properties"]
    assert properties["AutoPublishAlias"] == "live"
    assert properties["AutoPublishAliasAllProperties"] is True
    assert properties["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    assert "ProvisionedConcurrency" in str(properties["ProvisionedConcurrencyConfig"])
    text = str({key: value for key, value in resources.items() if key != name})
    assert f"{name}.Alias" in text
    assert f"'{name}'" not in text
    assert f"{name}', 'Arn'" not in text
    assert f"{name}.Arn" not in text
    assert template["Parameters"]["SnapStart"]["Default"] == "None"
    assert template["Parameters"]["ProvisionedConcurrency"]["Default"] == 0


def test_layer(template: dict[str, Any], resources: dict[str, dict[str, Any]]) -> None:
    """SAM builds the layer for the functions' architecture, from pinned and hashed packages."""
    layer = resources["SharedLayer"]
    assert layer["Metadata"] == {
        "BuildMethod": "makefile",
        "BuildArchitecture": {"Ref": "Architecture"},
        "WorkingDirectory": {"Fn::Sub": "layers/shared/platforms/${Architecture}"},
    }
    offered = template["Parameters"]["Architecture"]["AllowedValues"]
    assert {path.name for path in (ROOT / "layers/shared/platforms").iterdir()} == set(offered)
    folder = ROOT / layer["Properties"]["ContentUri"]
    text = (folder / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.\[\]-]+==\S+", line), line
        assert "--hash=sha256:" in line, line
    assert "://" not in text


@pytest.mark.parametrize("table", ["TokensTable", "ClientsTable"])
def test_tables(resources: dict[str, dict[str, Any]], table: str) -> None:
    """Tables survive their stack, are encrypted, can be restored, and have no index to pay for."""
    resource = resources[table]
    properties = resource["Properties"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} & set(properties)


@pytest.mark.parametrize("table", ["Tokens", "Clients"])
def test_warm_throughput_is_a_choice(template: dict[str, Any], table: str) -> None:
    """AWS's own until two numbers are given: it costs money, and cannot be taken back."""
    parameter, condition = f"{table}WarmThroughput", f"Warms{table}"
    assert template["Parameters"][parameter]["Default"] == "0,0"
    assert template["Conditions"][condition] == {
        "Fn::Not": [
            {"Fn::Equals": [{"Fn::Join": [",", {"Ref": parameter}]}, "0,0"]},
        ]
    }
    reads, writes = ({"Fn::Select": [number, {"Ref": parameter}]} for number in (0, 1))
    assert template["Resources"][f"{table}Table"]["Properties"]["WarmThroughput"] == {
        "Fn::If": [
            condition,
            {"ReadUnitsPerSecond": reads, "WriteUnitsPerSecond": writes},
            {"Ref": "AWS::NoValue"},
        ]
    }


def test_lambda_itself_says_little(template: dict[str, Any]) -> None:
    """By default nothing of calls that went well: every byte of a log is paid for."""
    logging = template["Globals"]["Function"]["LoggingConfig"]
    # Lambda knows levels in this format only.
    assert logging == {"LogFormat": "JSON", "SystemLogLevel": {"Ref": "SystemLogLevel"}}
    assert template["Parameters"]["SystemLogLevel"]["Default"] == "WARN"


def test_keys_and_expiry_are_what_the_store_writes(resources: dict[str, dict[str, Any]]) -> None:
    """TTL looks at the attribute that the store writes, in seconds; the keys are its keys."""
    properties = resources["TokensTable"]["Properties"]
    item = to_item(record())
    ttl = properties["TimeToLiveSpecification"]
    assert ttl["Enabled"] is True
    assert item[ttl["AttributeName"]] == {"N": str(1_800_000_000 + HOUR)}
    for key in properties["KeySchema"]:
        assert key["AttributeName"] in item


def test_nothing_is_reached_but_by_tls(
    template: dict[str, Any], resources: dict[str, dict[str, Any]]
) -> None:
    """The HTTP API is the only way in: AWS serves none but TLS there, ours is 1.2 (item 1)."""
    assert resources["ApiDomain"]["Properties"]["DomainNameConfigurations"] == [
        {
            "CertificateArn": {"Ref": "CertificateArn"},
            "EndpointType": "REGIONAL",
            "SecurityPolicy": "TLS_1_2",
        }
    ]
    # Where there is a domain of one's own, the API's own address is closed.
    closed = resources["Api"]["Properties"]["DisableExecuteApiEndpoint"]
    assert closed == {"Fn::If": ["HasDomain", True, False]}
    other_ways_in = ("AWS::Lambda::Url", "AWS::ElasticLoadBalancingV2", "AWS::EC2", "AWS::AppSync")
    assert not [r for r in resources.values() if r["Type"].startswith(other_ways_in)]
    assert not [node for node in walk(template) if node == "FunctionUrlConfig"]


def test_guessing_is_throttled(
    template: dict[str, Any], resources: dict[str, dict[str, Any]]
) -> None:
    """Every route has the rate that an operator sets, and there is always one (item 65)."""
    assert resources["ApiStage"]["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
        "ThrottlingBurstLimit": {"Ref": "RequestsBurst"},
    }
    assert "RouteSettings" not in resources["ApiStage"]["Properties"]
    assert template["Parameters"]["RequestsPerSecond"]["Default"] == 1000


@pytest.mark.parametrize(("function", "work"), [("Sweep", "Sweep"), ("RotateKeys", "Rotation")])
def test_failed_runs_are_kept(
    resources: dict[str, dict[str, Any]], function: str, work: str
) -> None:
    """What a schedule cannot deliver and what its function fails at land in a queue of its own."""
    properties = resources[f"{function}Function"]["Properties"]
    queue = {"Fn::GetAtt": [f"{work}DeadLetters", "Arn"]}
    schedule = properties["Events"]["Hourly"]["Properties"]
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    assert schedule["DeadLetterConfig"] == {"Arn": queue}
    assert schedule["RetryPolicy"]["MaximumRetryAttempts"] > 0
    failed = properties["EventInvokeConfig"]
    assert failed["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}
    assert failed["MaximumRetryAttempts"] <= 2
    alarm = resources[f"{work}FailedAlarm"]["Properties"]
    assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": [f"{work}DeadLetters", "QueueName"]}


def test_example_is_a_choice(resources: dict[str, dict[str, Any]]) -> None:
    """Without DeployExample nothing of the example is there, and nothing else depends on it."""
    example = {name for name, r in resources.items() if r.get("Condition") == "HasExample"}
    assert {name for name in resources if "Example" in name} <= example
    for name, resource in resources.items():
        if name not in example:
            references = set(re.findall(r"\w+", str(resource)))
            assert not references & example, name


def test_a_rest_api_reuses_no_answer_to_a_proof(resources: dict[str, dict[str, Any]]) -> None:
    """A reused answer would let a bound token pass without a new proof (item 75).

    Only authorizers of the kind TOKEN see no proof: they refuse bound tokens, and may be reused.
    """
    authorizers = resources["ExampleRestApi"]["Properties"]["Auth"]["Authorizers"]
    seeing = [a for a in authorizers.values() if a["FunctionPayloadType"] != "TOKEN"]
    assert seeing
    assert [a["Identity"]["ReauthorizeEvery"] for a in seeing] == [0] * len(seeing)


def test_the_page_is_a_choice(resources: dict[str, dict[str, Any]]) -> None:
    """Without DocsPage neither the page nor its document is there, nor anything made for them."""
    documentation = {name for name, r in resources.items() if r.get("Condition") == "HasDocs"}
    assert {name for name in resources if "Docs" in name or "OpenApi" in name} == documentation
    assert len(documentation) == 7


def test_keys_are_made_before_the_sweep_needs_their_age(
    resources: dict[str, dict[str, Any]],
) -> None:
    """The custom resource calls the function that answers it, and gives the sweep its beginning."""
    keys = resources["SigningKeys"]["Properties"]
    assert keys["ServiceToken"] == {"Fn::GetAtt": ["RotateKeysFunction", "Arn"]}
    assert keys["Algorithm"] == {"Ref": "SigningAlgorithm"}
    variables = resources["SweepFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["TOKENS_SINCE"] == {"Fn::GetAtt": ["SigningKeys", "Since"]}


def test_no_authorizer_obeys_a_policy_that_was_not_checked(
    resources: dict[str, dict[str, Any]],
) -> None:
    """The authorizer's documents are those that were read; a changed layer has them read again."""
    check = resources["PolicyCheck"]["Properties"]
    assert check["ServiceToken"] == {"Fn::GetAtt": ["CheckPolicyFunction", "Arn"]}
    assert check["Layer"] == {"Ref": "SharedLayer"}
    authorizer = resources["AuthorizerFunction"]["Properties"]["Environment"]["Variables"]
    assert authorizer["POLICY"] == {"Fn::GetAtt": ["PolicyCheck", "Documents"]}
    checking = resources["CheckPolicyFunction"]["Properties"]["Environment"]["Variables"]
    assert checking["POLICY"] == check["Documents"] == {"Fn::Join": [",", {"Ref": "Policy"}]}


def test_people_s_parameters_default_to_the_rules(template: dict[str, Any]) -> None:
    """What a deployment does unless told otherwise is what the rules do by themselves."""
    found = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    settings = LoginSettings()
    assert found["AccountTokenFormat"] == settings.form
    assert found["AdminTokenLifetime"] == settings.admin_lifetime
    assert found["CustomerTokenLifetime"] == settings.customer_lifetime
    assert found["LoginMaxFailures"] == settings.lock_out.max_failures
    assert found["LoginLockSeconds"] == settings.lock_out.seconds
    assert found["ShopperMaxFailures"] == settings.lock_out.max_failures
    assert found["ShopperLockSeconds"] == settings.lock_out.seconds
    members = MemberSettings()
    assert found["AccountMemberTokenLifetime"] == found["ShopperTokenLifetime"] == members.lifetime
    assert (found["EnableSelfSignup"] == "true") is members.self_signup
    assert found["OneTimePasswordSender"] == ""
    assert set(template["Parameters"]["AccountTokenFormat"]["AllowedValues"]) == set(TokenFormat)
    assert AuthorizerSettings("").integration_bearer is (found["IntegrationBearer"] == "true")
    assert found["OAuth1AllowSha1"] == "false"


@pytest.mark.parametrize(
    "name",
    [
        "TokenLifetime",
        "AdminTokenLifetime",
        "CustomerTokenLifetime",
        "ShopperTokenLifetime",
        "AccountMemberTokenLifetime",
    ],
)
def test_lifetimes_are_those_that_every_format_allows(template: dict[str, Any], name: str) -> None:
    """A lifetime that would be cut short is refused before it is deployed."""
    parameter = template["Parameters"][name]
    assert (parameter["MinValue"], parameter["MaxValue"]) == (MIN_LIFETIME, JWT_MAX_LIFETIME)


def test_sealing_key_is_long_and_random(resources: dict[str, dict[str, Any]]) -> None:
    """Secrets Manager makes it, out of sight of the template: 64 letters and digits."""
    properties = resources["SealingSecret"]["Properties"]
    assert set(properties) == {"Description", "GenerateSecretString"}
    assert properties["GenerateSecretString"] == {"PasswordLength": 64, "ExcludePunctuation": True}


def test_secret_is_never_in_the_template(resources: dict[str, dict[str, Any]]) -> None:
    """CloudFormation neither holds nor generates the private key."""
    assert set(resources["SigningSecret"]["Properties"]) == {"Description"}
