"""Settings: what each function reads is what the template gives it, and every fault is told."""

from typing import Any

import pytest
from token_service.runtime.authorizer import AuthorizerVariables
from token_service.runtime.check_policy import CheckPolicyVariables
from token_service.runtime.discovery import DiscoveryVariables
from token_service.runtime.example import ExampleVariables
from token_service.runtime.fallback import FallbackVariables
from token_service.runtime.introspect import IntrospectVariables, SignedIntrospectVariables
from token_service.runtime.issue import IssueVariables
from token_service.runtime.login import LoginVariables
from token_service.runtime.manage import ManageVariables
from token_service.runtime.revoke import RevokeVariables
from token_service.runtime.rotation import RotationVariables
from token_service.runtime.shoppers import ShopperVariables
from token_service.runtime.sign_in_profiles import ProfileVariables
from token_service.runtime.sign_on import SingleSignOnVariables
from token_service.runtime.sweep import SweepVariables
from token_service.settings import SettingError, Settings, load

from tests.functions.deployment import VALUES
from tests.template_parts import functions

# The models that each function loads; the signing secret is for introspection that is signed.
MODELS: dict[str, list[type[Settings]]] = {
    "AuthorizerFunction": [AuthorizerVariables],
    "CheckPolicyFunction": [CheckPolicyVariables],
    "DiscoveryFunction": [DiscoveryVariables],
    "DocsFunction": [],
    "ExampleFunction": [ExampleVariables],
    "ExampleSenderFunction": [],
    "FallbackFunction": [FallbackVariables],
    "IntrospectFunction": [IntrospectVariables, SignedIntrospectVariables],
    "IssueFunction": [IssueVariables],
    "LoginFunction": [LoginVariables],
    "ManageFunction": [ManageVariables],
    "RevokeFunction": [RevokeVariables],
    "RotateKeysFunction": [RotationVariables],
    "ShopperLoginFunction": [ShopperVariables],
    "SignInProfilesFunction": [ProfileVariables],
    "SingleSignOnFunction": [SingleSignOnVariables],
    "SweepFunction": [SweepVariables],
}
OF_ANY_FUNCTION = [model for models in MODELS.values() for model in models]
# Read by the handlers' logging and by the AWS client.
READ_ELSEWHERE = {"SERVICE_NAME", "SUCCESS_LOG_SAMPLE"}


def variables_of(block: dict[str, Any]) -> set[str]:
    """The variables that a part of the template gives."""
    return set(block.get("Environment", {}).get("Variables", {}))


def read_by(models: list[type[Settings]]) -> set[str]:
    """The variables that functions with these models read."""
    return {str(field.alias) for model in models for field in model.model_fields.values()}


class TestEnvironmentMatchesTheModels:
    """Neither has a variable that the other does not know."""

    def test_every_function_has_its_models(self, resources: dict[str, dict[str, Any]]) -> None:
        """The table above is complete."""
        assert set(MODELS) == set(functions(resources))

    @pytest.mark.parametrize("function", MODELS)
    def test_a_function_reads_all_that_it_is_given(
        self, resources: dict[str, dict[str, Any]], function: str
    ) -> None:
        """No variable of a single function is dead."""
        given = variables_of(functions(resources)[function])
        assert given - read_by(MODELS[function]) - READ_ELSEWHERE == set()

    @pytest.mark.parametrize("function", MODELS)
    def test_a_function_is_given_all_that_it_reads(
        self, template: dict[str, Any], resources: dict[str, dict[str, Any]], function: str
    ) -> None:
        """No model has a variable that the template does not set."""
        given = variables_of(functions(resources)[function])
        shared = variables_of(template["Globals"]["Function"])
        assert read_by(MODELS[function]) - given - shared == set()

    def test_some_function_reads_each_shared_variable(self, template: dict[str, Any]) -> None:
        """No variable of all functions is dead."""
        shared = variables_of(template["Globals"]["Function"])
        assert shared - read_by(OF_ANY_FUNCTION) - READ_ELSEWHERE == set()


@pytest.mark.parametrize("model", OF_ANY_FUNCTION, ids=lambda model: model.__name__)
def test_a_deployment_s_variables_are_read(model: type[Settings]) -> None:
    """Values as CloudFormation gives them, beside others that nobody asks for."""
    settings = load(model, VALUES | {"PATH": "/usr/bin"})
    assert hash(settings) == hash(load(model, VALUES))


@pytest.mark.parametrize("model", OF_ANY_FUNCTION, ids=lambda model: model.__name__)
@pytest.mark.parametrize("value", [None, ""])
def test_every_missing_variable_is_named(model: type[Settings], value: str | None) -> None:
    """All at once, one line each; an empty variable counts as missing."""
    names = read_by([model])
    variables = {} if value is None else dict.fromkeys(names, value)
    with pytest.raises(SettingError) as told:
        load(model, variables)
    assert set(str(told.value).splitlines()) == {
        f"the environment variable {name} is not set"
        for name in names - {"ONE_TIME_PASSWORD_SENDER"}
    }


@pytest.mark.parametrize(
    ("model", "name", "value", "reason"),
    [
        *(
            (IssueVariables, "TOKEN_LIFETIME", value, "not a whole number")
            for value in ("-1", "1.5", "1_000", " 5", "5 ", "+5", "1e3", "an hour")
        ),
        *(
            (AuthorizerVariables, "INTEGRATION_BEARER", value, "neither true nor false")
            for value in ("True", "yes", "1", "on", "true ")
        ),
        *(
            (AuthorizerVariables, "POLICY", value, "no list of names")
            for value in (",", "a,", "a b", "../a", "a.json", "é")
        ),
        *(
            (SweepVariables, "TOKEN_LAYOUTS", value, "no list of whole numbers up to 14")
            for value in ("8,", "15", "-1", "8;12", "a")
        ),
        (AuthorizerVariables, "AUTHORIZER_CHECKS", "all", "none of 'record' or 'signature'"),
        (IssueVariables, "DPOP_NONCES", "on", "none of 'off' or 'required'"),
        (LoginVariables, "ACCOUNT_TOKEN_FORMAT", "JWT", "none of 'jwt', 'opaque' or 'base36'"),
    ],
)
def test_a_malformed_variable_is_told_with_its_value(
    model: type[Settings], name: str, value: str, reason: str
) -> None:
    """No value is guessed at."""
    with pytest.raises(SettingError) as told:
        load(model, VALUES | {name: value})
    assert str(told.value) == f"the environment variable {name} is {reason}: {value}"


def test_all_faults_are_told_at_once() -> None:
    """An operator does not find them one deployment after the other."""
    variables = VALUES | {"TOKEN_LIFETIME": "long", "ISSUER": "", "DPOP_NONCES": "on"}
    with pytest.raises(SettingError) as told:
        load(IssueVariables, variables)
    assert sorted(str(told.value).splitlines()) == [
        "the environment variable DPOP_NONCES is none of 'off' or 'required': on",
        "the environment variable ISSUER is not set",
        "the environment variable TOKEN_LIFETIME is not a whole number: long",
    ]


def test_lists_are_read() -> None:
    """Names and layouts stand between commas."""
    assert load(AuthorizerVariables, VALUES | {"POLICY": "a,b_2,c-3"}).policy == (
        "a",
        "b_2",
        "c-3",
    )
    assert load(SweepVariables, VALUES | {"TOKEN_LAYOUTS": "8,12"}).token_layouts == (8, 12)
