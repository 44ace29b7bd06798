"""An IAM policy made of the rules says exactly what the document says (item 75)."""

import re
from functools import cache
from itertools import product
from random import Random

import pytest
from token_service.domain.model import Access
from token_service.domain.policy import (
    READ_METHODS,
    WRITE_METHODS,
    Policy,
    PolicyError,
    Requirement,
    Verdict,
)

CALLERS = (None, *Access)
METHODS = READ_METHODS + WRITE_METHODS
ROUTES = ["/", "/a", "/a/", "/a/b", "/a/b/c", "/b", "/a/*", "/a/b/*", "/a/b/c/*", "/b/*", "/*"]
PATHS = [
    *(r.removesuffix("*") for r in ROUTES),
    "/a/x",
    "/a/b/x",
    "/a/b/c/x/y",
    "/ab",
    "/c",
    "/a.b",
]


@cache
def pattern(resource: str) -> re.Pattern[str]:
    """A resource as IAM reads it: `*` is any text, `?` any character."""
    return re.compile(re.escape(resource).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def iam_allows(policy: Policy, access: Access | None, method: str, path: str) -> bool:
    """IAM's evaluation: a Deny beats every Allow, and what nothing allows is denied."""
    hits = [
        allowed
        for allowed, verb, resource in policy.rules(access)
        if pattern(f"{verb}{resource}").fullmatch(f"{method}{path}")
    ]
    return bool(hits) and all(hits)


def a_policy(seed: int) -> Policy | None:
    """Some routes in some order with some requirements; None if that document is refused."""
    random = Random(seed)  # noqa: S311 - the same documents in every run
    paths = random.sample(ROUTES, random.randint(1, 6))
    if random.random() < 0.8:  # mostly in an order that can be right
        paths.sort(key=lambda path: (path.endswith("*"), -len(path)))
    lines = [
        {
            "path": path,
            "read": random.choice(list(Requirement)),
            "write": random.choice(list(Requirement)),
        }
        for path in paths
    ]
    try:
        return Policy.parse({"routes": lines})
    except PolicyError:
        return None


def check(policy: Policy) -> None:
    """Hold both against each other for every caller, method and path."""
    for access, method, path in product(CALLERS, METHODS, PATHS):
        verdict, _ = policy.decide(access, method, path)
        by_iam = iam_allows(policy, access, method, path)
        assert by_iam == (verdict is Verdict.ALLOWED), (access, method, path, policy.routes)


@pytest.mark.parametrize("seed", range(8))
def test_rules_say_what_decide_says(seed: int) -> None:
    """For many documents, whatever is asked of either, the answer is the same."""
    policies = [a_policy(seed * 1000 + n) for n in range(12)]
    accepted = [policy for policy in policies if policy]
    assert len(accepted) >= 3
    for policy in accepted:
        check(policy)


def test_an_exception_within_a_wider_route_is_spelled_out() -> None:
    """A refusal where a later route would allow becomes a Deny, and only there."""
    policy = Policy.parse(
        {
            "routes": [
                {"path": "/a/secret", "read": "full", "write": "full"},
                {"path": "/b/secret", "read": "full", "write": "full"},
                {"path": "/a/*", "read": "anonymous", "write": "full"},
            ]
        }
    )
    assert [rule for rule in policy.rules(None) if not rule[0]] == [
        (False, method, "/a/secret") for method in READ_METHODS
    ]
    check(policy)


def test_whom_nothing_is_allowed_has_no_rules() -> None:
    """The authorizer then denies everything."""
    policy = Policy.parse({"routes": [{"path": "/*", "read": "read_only", "write": "full"}]})
    assert list(policy.rules(None)) == []


def test_methods_that_no_rule_names_are_denied() -> None:
    """An unknown method never slips through a policy that is cached."""
    policy = Policy.parse({"routes": [{"path": "/*", "read": "read_only", "write": "full"}]})
    assert not iam_allows(policy, Access.FULL, "TRACE", "/a")
    assert not iam_allows(policy, Access.FULL, "CONNECT", "/a")
