"""An IAM policy made of the rules says exactly what the document says (item 75)."""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest
from token_service.domain.grants import Access, Grant
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.policy import (
    READ_METHODS,
    WRITE_METHODS,
    Caller,
    Policy,
    Verdict,
)
from token_service.domain.policy_order import PolicyError, compose
from token_service.wire.policy_document import read_routes

A, B = "M_A::a", "M_B::b"
WORDS = [
    "anonymous",
    "self",
    "customer",
    "read_only",
    "full",
    "nobody",
    "client",
    ["account", "full"],
    A,
    B,
]
FULL_CLIENT = Caller(OwnerKind.CLIENT, Access.FULL)
CALLERS = (
    None,
    Caller(OwnerKind.CLIENT, Access.READ_ONLY),
    FULL_CLIENT,
    Caller(OwnerKind.CLIENT, Access.FULL, grant=Grant.CLIENT_CREDENTIALS),
    Caller(OwnerKind.CUSTOMER, Access.FULL),
    Caller(OwnerKind.ADMIN, Access.FULL, frozenset({ALL_RESOURCES})),
    Caller(OwnerKind.ADMIN, Access.FULL, frozenset({A})),
    Caller(OwnerKind.ADMIN, Access.FULL, frozenset({A, B})),
    Caller(OwnerKind.INTEGRATION, Access.FULL, frozenset({B})),
    Caller(OwnerKind.INTEGRATION, Access.FULL),
)
METHODS = READ_METHODS + WRITE_METHODS
ROUTES = ["/", "/a", "/a/b", "/a/b/c", "/b", "/a/*", "/a/b/*", "/a/b/c/*", "/b/*", "/*"]
NAMED = ["/{x}", "/a/{x}", "/a/{x}/c", "/{x}/b/*", "/a/{x}/*", "/{x}/b/{y}"]
PATHS = [
    *(r.removesuffix("*") for r in ROUTES),
    "/a/x",
    "/a/x/",
    "/a/b/",
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


def iam_allows(policy: Policy, caller: Caller | None, method: str, path: str) -> bool:
    """IAM's evaluation: a Deny beats every Allow, and what nothing allows is denied."""
    hits = [
        allowed
        for allowed, verb, resource in policy.rules(caller)
        if pattern(f"{verb}{resource}").fullmatch(f"{method}{path}")
    ]
    return bool(hits) and all(hits)


def parse(lines: list[dict[str, Any]]) -> Policy:
    """A document of these routes."""
    return compose(read_routes({"routes": lines}, "document"))


def policies(routes: list[str], seed: int, count: int) -> list[Policy]:
    """Some routes in some order with some requirements; refused documents are left out."""
    random = Random(seed)  # noqa: S311 - the same documents in every run
    found = []
    for _ in range(count):
        paths = random.sample(routes, random.randint(1, 6))
        if random.random() < 0.8:  # mostly in an order that can be right
            paths.sort(key=lambda path: (path.endswith("*"), "{" in path, -len(path)))
        lines = [
            {"path": path, "read": random.choice(WORDS), "write": random.choice(WORDS)}
            for path in paths
        ]
        with suppress(PolicyError):
            found.append(parse(lines))
    return found


def disagreements(policy: Policy) -> Iterator[tuple[Caller | None, str, str, bool]]:
    """Hold both against each other for every caller, method and path; last, what IAM says."""
    for caller, method, path in product(CALLERS, METHODS, PATHS):
        verdict = policy.decide(caller, method, path).verdict
        by_iam = iam_allows(policy, caller, method, path)
        if by_iam != (verdict is Verdict.ALLOWED):
            yield caller, method, path, by_iam


@pytest.mark.parametrize("seed", range(8))
def test_rules_say_what_decide_says(seed: int) -> None:
    """For many documents, whatever is asked of either, the answer is the same."""
    accepted = policies(ROUTES, seed, 12)
    assert len(accepted) >= 3
    for policy in accepted:
        assert list(disagreements(policy)) == [], policy.routes


@pytest.mark.parametrize("seed", range(8))
def test_with_names_rules_never_allow_more(seed: int) -> None:
    """IAM cannot say "one segment": what it says instead is refused, and only about such routes."""
    accepted = [p for p in policies(ROUTES + NAMED, seed, 40) if any(r.has_names for r in p.routes)]
    assert len(accepted) >= 3
    for policy in accepted:
        wide = [path for r in policy.routes if r.has_names for path in r.iam_paths]
        for _, _, path, by_iam in disagreements(policy):
            assert not by_iam, policy.routes
            assert any(pattern(resource).fullmatch(path) for resource in wide), policy.routes


def test_a_refusal_that_overlaps_a_later_route_is_spelled_out() -> None:
    """Neither of two routes is within the other, and still the first one's refusal holds."""
    policy = parse(
        [
            {"path": "/a/{x}/c", "read": "full", "write": "full"},
            {"path": "/a/b/*", "read": "anonymous", "write": "anonymous"},
        ]
    )
    assert not iam_allows(policy, None, "GET", "/a/b/c")
    assert iam_allows(policy, None, "GET", "/a/b/d")


def test_an_exception_within_a_wider_route_is_spelled_out() -> None:
    """A refusal where a later route would allow becomes a Deny, and only there."""
    policy = parse(
        [
            {"path": "/a/secret", "read": "full", "write": "full"},
            {"path": "/b/secret", "read": "full", "write": "full"},
            {"path": "/a/*", "read": "anonymous", "write": "full"},
        ]
    )
    assert [rule for rule in policy.rules(None) if not rule[0]] == [
        (False, method, path) for method in READ_METHODS for path in ("/a/secret", "/a/secret/")
    ]
    assert list(disagreements(policy)) == []


def test_whom_nothing_is_allowed_has_no_rules() -> None:
    """The authorizer then denies everything."""
    policy = parse([{"path": "/*", "read": "read_only", "write": "full"}])
    assert list(policy.rules(None)) == []


def test_methods_that_no_rule_names_are_denied() -> None:
    """An unknown method never slips through a policy that is cached."""
    policy = parse([{"path": "/*", "read": "read_only", "write": "full"}])
    assert not iam_allows(policy, FULL_CLIENT, "TRACE", "/a")
    assert not iam_allows(policy, FULL_CLIENT, "CONNECT", "/a")
