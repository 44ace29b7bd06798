"""IAM's evaluation of a policy document, as far as API Gateway needs it."""

import re
from collections.abc import Mapping
from typing import Any


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
