"""The routes of Powertools resolvers, as the resolvers themselves describe them."""

import json
from typing import TYPE_CHECKING, Any, cast

from token_service.wire import openid_profiles
from token_service.wire.elastic_path import application_keys
from token_service.wire.elastic_path.management import ManagementResolver

if TYPE_CHECKING:
    from token_service.domain.application_keys import ApplicationKeys

# Powertools describes refusals of its own, but the dialects refuse in their words.
_OWN_SCHEMAS = {"HTTPValidationError", "ResponseValidationError", "ValidationError"}
_OWN_STATUS = "422"


def resolvers() -> tuple[ManagementResolver, ...]:
    """The resolvers of all functions that have one. They can be described, not called."""
    keys, profiles = ManagementResolver(), ManagementResolver()
    application_keys.add_routes(keys, cast("ApplicationKeys", None), "")
    openid_profiles.add_routes(profiles, "", tuple)
    return keys, profiles


def add_to(document: dict[str, Any]) -> None:
    """Add the resolvers' operations and schemas to the document.

    Raises:
        ValueError: an operation or a schema is described twice.

    """
    components = document["components"]
    for resolver in resolvers():
        described = json.loads(
            resolver.get_openapi_json_schema(
                title="", version="", security_schemes=components["securitySchemes"]
            )
        )
        for path, item in described["paths"].items():
            operations = {method: _operation(one) for method, one in item.items()}
            _add(document["paths"].setdefault(path, {}), operations, path)
        schemas = {
            name: _schema(schema)
            for name, schema in described["components"]["schemas"].items()
            if name not in _OWN_SCHEMAS
        }
        _add(components["schemas"], schemas, "schemas")


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation as this document writes it: answers by status, parameters with an example."""
    answers = sorted(operation["responses"].items())
    operation["responses"] = {
        status: answer if answer["content"] else _without(answer, "content")
        for status, answer in answers
        if status != _OWN_STATUS
    }
    for parameter in operation.get("parameters", []):
        parameter["schema"] = _without(_schema(parameter["schema"]), "description")
        for example in parameter.pop("examples", {}).values():
            parameter["example"] = example["value"]
    return operation


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the titles that pydantic makes of names, and with whole numbers."""
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "properties":
            found[name] = {member: _schema(one) for member, one in value.items()}
        elif isinstance(value, dict):
            found[name] = _schema(value)
        elif isinstance(value, list):
            found[name] = [_schema(one) if isinstance(one, dict) else one for one in value]
        elif isinstance(value, float) and value.is_integer():
            found[name] = int(value)
        elif name != "title":
            found[name] = value
    return found


def _without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def _add(known: dict[str, Any], more: dict[str, Any], where: str) -> None:
    for name, value in more.items():
        if name in known:
            raise ValueError(f"described twice: {name} in {where}")
        known[name] = value
