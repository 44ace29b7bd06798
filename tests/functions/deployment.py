"""The functions as deployed: each with the environment template.yaml gives it, over moto."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from secrets import token_bytes
from types import ModuleType
from typing import Any

import pytest
import token_service.runtime
from token_service.domain.account_administration import AccountAdministration
from token_service.domain.administration import ClientAdministration
from token_service.domain.buyer_accounts import BuyerAccountAdministration
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.passwords import CHEAPEST, PasswordHasher
from token_service.runtime.callers import clients
from token_service.runtime.environment import dynamodb
from token_service.store.accounts import DynamoAccounts
from token_service.store.buyer_accounts import DynamoBuyerAccounts
from token_service.store.login_failures import DynamoLoginFailures
from token_service.system import now, pause

from tests.wire.demo_clients import (
    ADMIN,
    ADMIN_PASSWORD,
    CUSTOMER,
    CUSTOMER_PASSWORD,
    MEMBER,
    MEMBER_PASSWORD,
    SECRETS,
    WRONG_PASSWORD,
    register,
)

ROOT = Path(__file__).parent.parent.parent
EVENTS = ROOT / "events"
ISSUER = "https://auth.example.test"
PLACEHOLDER = "REPLACE-WITH-A-TOKEN"

type Event = dict[str, Any]

# What CloudFormation would put into each variable.
VALUES = {
    "ACCOUNT_MEMBER_TOKEN_LIFETIME": "86400",
    "ACCOUNT_TOKEN_FORMAT": "jwt",
    "ADMIN_TOKEN_LIFETIME": "14400",
    "CUSTOMER_TOKEN_LIFETIME": "3600",
    "ENABLE_SELF_SIGNUP": "true",
    "INTEGRATION_BEARER": "true",
    "LOGIN_LOCK_SECONDS": "1800",
    "LOGIN_MAX_FAILURES": "6",
    "OAUTH1_ALLOW_SHA1": "false",
    "ONE_TIME_PASSWORD_SENDER": "sender",
    "SEALING_SECRET": "SealingSecret",
    "SHOPPER_LOCK_SECONDS": "1800",
    "SHOPPER_MAX_FAILURES": "6",
    "SHOPPER_TOKEN_LIFETIME": "86400",
    "AUDIENCE": ISSUER,
    "AUTHORIZER_CHECKS": "record",
    "CLIENT_AUTH_FAILURE_SECONDS": "60",
    "CLIENT_AUTH_MAX_FAILURES": "10",
    "CLIENTS_TABLE": "ClientsTable",
    "DOCS_PAGE": "true",
    "DPOP_NONCES": "off",
    "CORS_ALLOW_ORIGIN": "*",
    "ELASTIC_PATH_REPEAT_DATA": "true",
    "ISSUER": ISSUER,
    "KEY_ROTATION_DAYS": "90",
    "OWNER_CACHE_SECONDS": "0",
    "POLICY": "elastic_path,magento,default",
    "POWERTOOLS_SERVICE_NAME": "token-service",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "SIGNED_INTROSPECTION": "false",
    "SIGNING_ALGORITHM": "ES256",
    "SIGNING_SECRET": "SigningSecret",
    "STORE_RATE_LIMIT": "100",
    "SUCCESS_LOG_SAMPLE": "100",
    "SWEEP_AT_ONCE": "3",
    "SWEEP_GRACE_SECONDS": "0",
    "TOKEN_LAYOUTS": "2",
    "TOKEN_LIFETIME": "3600",
    "TOKENS_NOT_BEFORE": "0",
    "TOKENS_SINCE": "0",
    "TOKENS_TABLE": "TokensTable",
    "VERIFIER_HOLD_SECONDS": "0",
}


def load_event(name: str, token: str = PLACEHOLDER) -> Event:
    """An event of events/, by folder and name, with a token pasted in."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    event: Event = json.loads(text.replace(PLACEHOLDER, token))
    return event


def read_line(text: str) -> dict[str, Any]:
    """A printed line, which must be JSON. Powertools lists a metric's values; each has one here."""
    line: dict[str, Any] = json.loads(text)
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
        for metric in directive["Metrics"]:
            (line[metric["Name"]],) = line[metric["Name"]]
    return line


def load_handler(name: str) -> ModuleType:
    """functions/<name>/handler.py, imported as Lambda would."""
    spec = spec_from_file_location(f"handler_of_{name}", ROOT / "functions" / name / "handler.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variables_of(
    template: dict[str, Any], name: str, values: Mapping[str, str] = VALUES
) -> dict[str, str]:
    """The environment that the template gives a function, where CloudFormation has these values."""
    resource = f"{name.title().replace('_', '')}Function"
    own = template["Resources"][resource]["Properties"].get("Environment", {"Variables": {}})
    variables = template["Globals"]["Function"]["Environment"]["Variables"] | own["Variables"]
    return {
        variable: values[variable]
        for variable, value in variables.items()
        if _is_given(value, values)
    }


def _is_given(value: object, values: Mapping[str, str]) -> bool:
    """Whether the one condition on a variable holds."""
    condition = value.get("Fn::If", [""])[0] if isinstance(value, dict) else ""
    return condition != "SignsIntrospection" or values["SIGNED_INTROSPECTION"] == "true"


@dataclass
class Context:
    """What a function sees of Lambda."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"
    milliseconds_left: int = 900_000

    def get_remaining_time_in_millis(self) -> int:
        """As much as the test says, for ever."""
        return self.milliseconds_left


def forget() -> None:
    """Make the composition root build everything anew, as a cold start does."""
    root = (
        f"token_service.runtime.{found.name}"
        for found in iter_modules(token_service.runtime.__path__)
    )
    for module in map(import_module, (*root, "token_service.observability")):
        for member in vars(module).values():
            if hasattr(member, "cache_clear"):
                member.cache_clear()


def forget_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Powertools set up the service's logger anew, on the present standard output."""
    service = logging.getLogger(VALUES["POWERTOOLS_SERVICE_NAME"])
    service.handlers.clear()
    for mark in ("init", "powertools_handler"):
        vars(service).pop(mark, None)
    monkeypatch.setattr("aws_lambda_powertools.logging.logger.is_cold_start", True)


class Deployment:
    """Invokes functions, and listens to all that they print."""

    def __init__(
        self,
        template: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Nothing is invoked yet."""
        self._template = template
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.values = dict(VALUES)
        self.hidden = [*SECRETS, ADMIN_PASSWORD, CUSTOMER_PASSWORD, MEMBER_PASSWORD, WRONG_PASSWORD]
        self.printed: list[str] = []

    @property
    def administration(self) -> ClientAdministration:
        """What an operator's tool would use."""
        self.become("issue")
        return ClientAdministration(clients("ClientsTable"), now, token_bytes)

    def register_demo_clients(self) -> None:
        """The clients that the events name."""
        register(self.administration)

    @property
    def accounts(self) -> AccountAdministration:
        """What an operator's tool would use; its passwords are as quick to check as any can be."""
        return AccountAdministration(
            accounts={
                kind: DynamoAccounts(dynamodb(), "ClientsTable", pause, kind)
                for kind in (OwnerKind.ADMIN, OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER)
            },
            failures=DynamoLoginFailures(dynamodb(), "TokensTable"),
            hasher=PasswordHasher(CHEAPEST, token_bytes),
            now=now,
            random=token_bytes,
        )

    def register_demo_people(self) -> None:
        """The accounts that the events name."""
        self.become("login")
        self.accounts.create(OwnerKind.ADMIN, ADMIN, ADMIN_PASSWORD, (ALL_RESOURCES,))
        self.accounts.create(OwnerKind.CUSTOMER, CUSTOMER, CUSTOMER_PASSWORD)

    def register_demo_member(self) -> None:
        """The account member that the events name, of two buyer accounts."""
        self.become("shopper_login")
        self.accounts.create(
            OwnerKind.ACCOUNT_MEMBER,
            MEMBER,
            MEMBER_PASSWORD,
            name="Demo Member",
            email="demo@member.example",
        )
        buyers = BuyerAccountAdministration(
            registry=DynamoBuyerAccounts(dynamodb(), "ClientsTable", pause),
            members=DynamoAccounts(dynamodb(), "ClientsTable", pause, OwnerKind.ACCOUNT_MEMBER),
            now=now,
            random=token_bytes,
        )
        for name in ("First company", "Second company"):
            buyers.join(MEMBER, buyers.create(name).id)

    def become(self, name: str) -> None:
        """Take on a function's environment, and nothing besides."""
        for variable in VALUES:
            self._monkeypatch.delenv(variable, raising=False)
        for variable, value in variables_of(self._template, name, self.values).items():
            self._monkeypatch.setenv(variable, value)
        forget()
        forget_logger(self._monkeypatch)

    def invoke(self, name: str, event: Event, context: Context | None = None) -> Any:  # noqa: ANN401 - each function answers in its own shape
        """A cold start of the function, and one event; what it prints must hold nothing secret."""
        self.become(name)
        handler = load_handler(name).lambda_handler
        self._capsys.readouterr()
        try:
            return handler(event, context or Context())
        finally:
            out, err = self._capsys.readouterr()
            self.printed.extend(out.splitlines())
            self._check_nothing_secret(out + err, event)

    def issue(self, name: str = "standard") -> str:
        """A token, by one of the events for issuing."""
        token: str = json.loads(self.invoke("issue", load_event(f"issue/{name}"))["body"])[
            "access_token"
        ]
        self.hidden.append(token)
        return token

    @property
    def logs(self) -> list[dict[str, Any]]:
        """All log lines so far, most of which count, too; every line printed must be JSON."""
        return [line for line in map(read_line, self.printed) if "message" in line]

    @property
    def counts(self) -> list[dict[str, Any]]:
        """All metrics so far, in CloudWatch's embedded metric format."""
        return [line for line in map(read_line, self.printed) if "_aws" in line]

    def _check_nothing_secret(self, output: str, event: Event) -> None:
        headers = event.get("headers")
        headers = headers if isinstance(headers, dict) else {}
        authorization = headers.get("authorization") or headers.get("Authorization")
        body = event.get("body")
        for secret in (*self.hidden, authorization, body, "rawPath", "authorizationToken"):
            assert not secret or secret not in output
