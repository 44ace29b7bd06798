"""The OpenAPI document as the tests use it, with a deployment's values for its placeholders."""

import re
from collections.abc import Mapping

from local.stack import LocalStack
from openapi.document import build
from tests.e2e.deployed import Deployed

DOCUMENT = build()
_PLACEHOLDER = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")


class Values(dict[str, str]):
    """What stands for each placeholder; a failing test does not print it."""

    def __repr__(self) -> str:
        """The names alone."""
        return f"Values({', '.join(self)})"


def filled[T](value: T, values: Mapping[str, str]) -> T:
    """The same value, each placeholder in its texts replaced by what stands for it."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), value)  # type: ignore[return-value]
    if isinstance(value, dict):
        return {name: filled(member, values) for name, member in value.items()}  # type: ignore[return-value]
    return value


def placeholders(stack: LocalStack, deployed: Deployed) -> Values:
    """What demo.env holds, and live tokens of the demo client: one to spend, one to call with."""
    spent, kept = deployed.issue(deployed.client), deployed.issue(deployed.client)
    return Values({**stack.demo, "ACCESS_TOKEN": spent, "BEARER_TOKEN": kept})
