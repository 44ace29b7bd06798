"""Finding one's way in template.yaml."""

import re
from collections.abc import Iterator
from typing import Any


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
    """What a Ref, an Arn or an integration's target points at, or each of several."""
    if isinstance(value, list):
        return " ".join(logical_id(member) for member in value)
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
