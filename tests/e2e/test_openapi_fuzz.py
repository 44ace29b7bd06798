"""Schemathesis sends what the OpenAPI document allows and what it does not.

Whatever is sent, no answer is a 5xx, and each is one that the document has: its status, content
type, headers and schema. The same requests are sent in every run.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.stack import LocalStack
from tests.e2e.deployed import SECONDS, Deployed, NewClient
from tests.e2e.described import DOCUMENT, Values, filled, placeholders
from tests.e2e.operator import Operator

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A call takes the emulator 12 to 60 ms.
EXAMPLES = 12
PASSWORD = "fuzzed-by-the-tests"
SCHEMA = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=SchemathesisConfig.from_dict(
        {"generation": {"deterministic": True, "database": "none", "mode": "all"}}
    ),
).exclude(  # the same at other addresses, which test_magento_rest.py tries
    path_regex="^/index.php/|/{store}",
)


@pytest.fixture(scope="module")
def values(
    stack: LocalStack, deployed: Deployed, new_client: NewClient, tokenctl: Operator
) -> Values:
    """Parties of these tests' own: what is sent may lock a name or slow a client."""
    client = new_client("--scope", "orders:read", "--introspection", "any")
    names = {"ADMIN_USERNAME": "fuzzed", "CUSTOMER_EMAIL": "fuzzed@customer.example"}
    for kind, name in zip(("admin", "customer"), names.values(), strict=True):
        tokenctl("accounts", "create", kind, name, stdin=PASSWORD + "\n")
    details = ("--name", "Fuzzed", "--email", "fuzzed@member.example")
    tokenctl("account-members", "create", "fuzzed-member", *details, stdin=PASSWORD + "\n")
    key_id = deployed.http.post(
        f"{deployed.url}/v2/application-keys",
        json={"data": {"type": "application_key", "name": "Fuzzed"}},
        headers={"authorization": f"Bearer {deployed.issue(deployed.client)}"},
        timeout=SECONDS,
    ).json()["data"]["id"]
    names |= {"ACCOUNT_MEMBER_USERNAME": "fuzzed-member", "APPLICATION_KEY_ID": key_id}
    return Values(
        placeholders(stack, deployed)
        | names
        | dict.fromkeys(("CLIENT_ID", "RESOURCE_SERVER_ID"), client.id)
        | dict.fromkeys(("CLIENT_SECRET", "RESOURCE_SERVER_SECRET"), client.secret)
        | dict.fromkeys(
            ("ACCOUNT_MEMBER_PASSWORD", "ADMIN_PASSWORD", "CUSTOMER_PASSWORD"), PASSWORD
        )
    )


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_those_of_the_document(
    deployed: Deployed, values: Values, case: "schemathesis.Case[Any]"
) -> None:
    """For good data, of a client that exists, and for bad."""
    problem = ""
    generated = case.body, case.path_parameters
    case.body = filled(_with_credentials(case), values)
    case.path_parameters = filled(_with_ids(case), values)
    try:
        answer = case.call(
            base_url=deployed.url,
            session=deployed.http,
            headers=_authorization(case, values),
            timeout=SECONDS,
        )
        case.validate_response(answer, checks=CHECKS)
    except (Failure, FailureGroup) as failure:
        problem = _without_secrets(failure, values)
    finally:
        case.body, case.path_parameters = generated  # which is what may be printed
    if problem:  # told here, since the failure itself would be printed with what was sent
        pytest.fail(problem, pytrace=False)


def _with_credentials(case: "schemathesis.Case[Any]") -> Any:  # noqa: ANN401 - a body is anything
    """Good data is that of a client that exists, so that more than its name is looked at."""
    if not _is_good(case) or not isinstance(case.body, dict):
        return case.body
    if case.body.keys() & {"client_id", "client_secret"}:
        return {**case.body, "client_id": "CLIENT_ID", "client_secret": "CLIENT_SECRET"}
    data = case.body.get("data")
    if isinstance(data, dict) and "password_profile_id" in data:
        return {**case.body, "data": {**data, "password_profile_id": "PASSWORD_PROFILE_ID"}}
    return case.body


def _with_ids(case: "schemathesis.Case[Any]") -> dict[str, Any]:
    """Good data is of a key, a realm and a profile that exist."""
    ids = {
        "id": "APPLICATION_KEY_ID",
        "realm": "AUTHENTICATION_REALM_ID",
        "profile": "PASSWORD_PROFILE_ID",
    }
    # Deleting it would leave nothing for the other operations.
    known = ids if _is_good(case) and case.method != "DELETE" else {}
    return {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}


def _authorization(case: "schemathesis.Case[Any]", values: Values) -> dict[str, str]:
    """A client's token where one is needed, so that more than the token is looked at."""
    needed = {"accessToken": []} in case.operation.definition.raw["security"]
    return {"authorization": f"Bearer {values['BEARER_TOKEN']}"} if needed else {}


def _is_good(case: "schemathesis.Case[Any]") -> bool:
    """Whether the data is what the document allows."""
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def _without_secrets(failure: Failure | FailureGroup, values: Values) -> str:
    """What went wrong, without the values that were filled in."""
    failures = getattr(failure, "exceptions", (failure,))
    text = "\n".join(f"{type(each).__name__}: {each}" for each in failures)
    for name, value in values.items():
        if name != "BASE_URL":
            text = text.replace(value, name)
    return text
