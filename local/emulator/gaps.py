"""Where MiniStack answers otherwise than AWS does, put right. The rest is in ../README.md.

Wraps private functions of MiniStack, whose version requirements/emulator.txt pins; one that a
later version no longer has stops the emulator at its start, by name.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.services import apigateway, lambda_svc, secretsmanager
from ministack.services.cloudformation import provisioners

# Not the method that MiniStack looks for, until it is stripped.
ROUTED_OPTIONS = "OPTIONS "


def close(lambda_log: Path) -> None:
    """Put all of it right, and copy what the functions print to `lambda_log`."""
    _route_options()
    _leave_new_secrets_empty()
    _ask_authorizers_about_guests()
    _keep_lambda_output(lambda_log)


def _route_options() -> None:
    """Without CORS settings an HTTP API routes OPTIONS as any method; MiniStack answers 403."""
    execute = apigateway._handle_execute_in_scope

    async def execute_options(api_id: str, stage: str, path: str, method: str, *rest: Any) -> Any:
        api = apigateway._apis.get(api_id) or {}
        if method == "OPTIONS" and not api.get("corsConfiguration"):
            method = ROUTED_OPTIONS
        return await execute(api_id, stage, path, method, *rest)

    apigateway._handle_execute_in_scope = execute_options
    for name, position in (
        ("_match_route", 1),
        ("_authorize_request_v2", 3),
        ("_invoke_lambda_proxy", 4),
    ):
        function = getattr(apigateway, name)
        setattr(apigateway, name, _stripping_argument(function, position))


def _stripping_argument(function: Callable[..., Any], position: int) -> Callable[..., Any]:
    def stripped(*arguments: Any, **named: Any) -> Any:
        given = list(arguments)
        given[position] = given[position].strip()
        return function(*given, **named)

    return stripped


def _leave_new_secrets_empty() -> None:
    """A secret that a template gives no value has no version at all; MiniStack makes it ''."""
    resource = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create = resource["create"]

    def create_empty(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        name, attributes = create(logical_id, properties, stack_name)
        if not properties.keys() & {"SecretString", "GenerateSecretString"}:
            secretsmanager._secrets[name]["Versions"].clear()
        return name, attributes

    resource["create"] = create_empty


def _ask_authorizers_about_guests() -> None:
    """Without an identity source a Lambda authorizer is asked about every request, guests too.

    MiniStack takes the Authorization header for the default and answers 401 by itself.
    """
    resource = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Authorizer"]
    create = resource["create"]

    def create_without_default(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        return create(logical_id, {"IdentitySource": [], **properties}, stack_name)

    resource["create"] = create_without_default


def _keep_lambda_output(lambda_log: Path) -> None:
    """MiniStack shows what functions print in its CloudWatch Logs API alone."""
    emit = lambda_svc._emit_lambda_logs

    def emit_and_keep(
        func: dict[str, Any], request_id: str, text: str, *rest: Any, **named: Any
    ) -> None:
        if text:
            name = func.get("config", func).get("FunctionName")
            with lambda_log.open("a") as log:
                log.write(f"--- {name} {request_id}\n{text}\n")
        emit(func, request_id, text, *rest, **named)

    lambda_svc._emit_lambda_logs = emit_and_keep
