"""IAM's evaluation of a policy document, as far as API Gateway and DynamoDB need it."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.template_parts import logical_id

type Call = tuple[str, str, str]
"""An action, the table, and the partition key of the item (of several: one call each)."""
_WRITES = {"Put": "Item", "Delete": "Key", "Update": "Key", "ConditionCheck": "Key"}


def allows(policy: Mapping[str, Any], arn: str) -> bool:
    """Whether the policy lets this method ARN be invoked: a Deny wins, and silence denies."""
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        if statement["Action"] == "execute-api:Invoke"
        and any(_matches(pattern, arn) for pattern in statement["Resource"])
    }
    return effects == {"Allow"}


def _matches(pattern: str, arn: str) -> bool:
    """In a resource, `*` is any text and `?` any character, slashes included."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), arn, re.DOTALL) is not None


def calls_of(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """What an operation of DynamoDB needs permission for, item by item."""
    if operation == "BatchGetItem":
        for table, asked in parameters["RequestItems"].items():
            yield from (("dynamodb:BatchGetItem", table, _partition(key)) for key in asked["Keys"])
    elif operation == "TransactWriteItems":
        for member in parameters["TransactItems"]:
            for name, action in member.items():
                key = _partition(action[_WRITES[name]])
                yield f"dynamodb:{name}Item", action["TableName"], key
    else:
        item = parameters.get("Key") or parameters["Item"]
        yield f"dynamodb:{operation}", parameters["TableName"], _partition(item)


def _partition(item: Mapping[str, Any]) -> str:
    key: str = (item.get("entity") or item["bucket"])["S"]
    return key


def permits(function: Mapping[str, Any], call: Call) -> bool:
    """Whether a function's own statements allow a call; tables are named by their logical ids."""
    action, table, key = call
    return any(
        action in statement["Action"]
        and table in logical_id(statement["Resource"]).split(" ")
        and any(fnmatchcase(key, pattern) for pattern in _leading_keys(statement))
        for policy in function["Policies"]
        for statement in policy["Statement"]
        if "Fn::If" not in statement
    )


def _leading_keys(statement: Mapping[str, Any]) -> list[str]:
    condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    keys: list[str] = condition.get("dynamodb:LeadingKeys", ["*"])
    return keys
