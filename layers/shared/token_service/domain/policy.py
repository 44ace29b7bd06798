"""What a token may do, as data: a document of routes and what reading and writing there require.

The first route whose path fits decides. A path is exact, has `{name}` for any one segment, or ends
in `/*`; a slash at the end of a request's path makes no difference. A route says who refuses: the
gateway (the authorizer denies), or the backend (the authorizer passes the caller on with its
verdict, and the backend answers in its dialect's words).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import combinations, product, zip_longest
from typing import Any

from token_service.domain.model import (
    ALL_RESOURCES,
    Access,
    Account,
    ActiveToken,
    Integration,
    OwnerKind,
)

READ_METHODS = ("GET", "HEAD", "OPTIONS")
WRITE_METHODS = ("DELETE", "PATCH", "POST", "PUT")

# The least a caller must hold: one of these words, or the name of a Magento resource.
ANONYMOUS = "anonymous"
SELF = "self"
READ_ONLY = "read_only"
FULL = "full"
_RESOURCE = re.compile(r"[A-Za-z0-9_]+::[A-Za-z0-9_]+", re.ASCII)


class Refusal(StrEnum):
    """Who tells a refused caller."""

    GATEWAY = "gateway"
    BACKEND = "backend"


class Verdict(StrEnum):
    """What the authorizer found."""

    ALLOWED = "allowed"
    UNAUTHENTICATED = "unauthenticated"
    INSUFFICIENT = "insufficient"


class PolicyError(ValueError):
    """The document is broken; the message names the place."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What a policy looks at: the kind of owner, the token's access, and an admin's resources."""

    kind: OwnerKind
    access: Access
    resources: frozenset[str] = frozenset()

    @classmethod
    def of(cls, token: ActiveToken) -> "Caller":
        """The caller who holds this token."""
        owner = token.owner
        resources = owner.resources if isinstance(owner, (Account, Integration)) else ()
        return cls(token.record.owner.kind, token.record.access, frozenset(resources))

    def meets(self, requirement: str) -> bool:
        """Whether this caller holds what is required (contracts/magento.md 6.2 for resources)."""
        everything = ALL_RESOURCES in self.resources
        if requirement == SELF:
            return self.kind is OwnerKind.CUSTOMER
        if requirement == READ_ONLY:
            return self.kind is OwnerKind.CLIENT or everything
        if requirement == FULL:
            is_client = self.kind is OwnerKind.CLIENT
            return everything or (is_client and self.access is Access.FULL)
        return everything or requirement in self.resources


def judge(caller: Caller | None, requirement: str) -> Verdict:
    """Hold a caller against a requirement; None is nobody."""
    if requirement == ANONYMOUS:
        return Verdict.ALLOWED
    if caller is None:
        return Verdict.UNAUTHENTICATED
    return Verdict.ALLOWED if caller.meets(requirement) else Verdict.INSUFFICIENT


@dataclass(frozen=True)
class Route:
    """One line of the document."""

    path: str
    read: str
    write: str
    refusal: Refusal

    @cached_property
    def has_names(self) -> bool:
        """Whether a segment stands for any one."""
        return "{" in self.path

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        stem = self.path.removesuffix("/*")
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", stem)]
        return re.compile(
            "[^/]+".join(parts) + ("/?" if stem == self.path else "(/.*)?"), re.DOTALL
        )

    @property
    def iam_paths(self) -> tuple[str, ...]:
        """The paths as IAM resources name them: with and without a slash at the end, too."""
        path = re.sub(r"\{\w+\}", "*", self.path)
        stem = path.removesuffix("/*")
        if path in ("/", "/*"):
            return (path,)
        return (path, f"{path}/" if stem == path else stem)

    def covers(self, path: str) -> bool:
        """Whether a request path falls under this route."""
        return self._pattern.fullmatch(path) is not None

    def hides(self, other: "Route") -> bool:
        """Whether every path of another route falls under this one."""
        stem = other.path.removesuffix("/*") or "/"
        return self.covers(stem) and (self.path.endswith("*") or stem == other.path)

    def overlaps(self, other: "Route") -> bool:
        """Whether some request path falls under both."""
        mine, others = self.path.split("/"), other.path.split("/")
        for one, two in zip_longest(mine, others):
            if "*" in (one, two):
                return True
            if one is None or two is None:
                return False
            named = one.startswith("{") or two.startswith("{")
            if one != two and not (named and one and two):
                return False
        return True

    def requirement(self, *, write: bool) -> str:
        """What this route asks of a reader or a writer."""
        return self.write if write else self.read


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one request, who refuses, and what it would have taken."""

    verdict: Verdict
    refusal: Refusal
    required: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole document."""

    routes: tuple[Route, ...] = field(default=())

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "Policy":
        """Read a document.

        Raises:
            PolicyError: a member is missing, unknown or contradicts another.

        """
        lines = document.get("routes")
        if not isinstance(lines, list) or not lines:
            raise PolicyError("routes: a list with at least one route is needed")
        policy = cls(tuple(_route(line, f"routes[{i}]") for i, line in enumerate(lines)))
        policy._check_order()
        return policy

    def decide(self, caller: Caller | None, method: str, path: str) -> Decision:
        """The decision on one request. No route, or a path that could mean another: refused."""
        plain = _is_plain(path)
        route = next((route for route in self.routes if plain and route.covers(path)), None)
        if route is None:
            verdict = Verdict.INSUFFICIENT if caller else Verdict.UNAUTHENTICATED
            return Decision(verdict, Refusal.GATEWAY, "")
        required = route.requirement(write=method not in READ_METHODS)
        return Decision(judge(caller, required), route.refusal, required)

    def rules(self, caller: Caller | None) -> Iterator[tuple[bool, str, str]]:
        """The document as (allowed, method, path), true for every route this caller can meet.

        A refusal is spelled out only where a later route would allow: in an IAM policy a Deny
        beats every Allow, and what nothing allows is denied anyway. IAM's wildcard runs across the
        slash, so a route with named segments allows nothing here, and refuses more than it covers.
        """
        for i, route in enumerate(self.routes):
            for write, methods in ((False, READ_METHODS), (True, WRITE_METHODS)):
                if _allows(route, caller, write=write):
                    if not route.has_names:
                        yield from ((True, *rule) for rule in product(methods, route.iam_paths))
                elif any(
                    later.overlaps(route) and _allows(later, caller, write=write)
                    for later in self.routes[i + 1 :]
                ):
                    yield from ((False, *rule) for rule in product(methods, route.iam_paths))

    def _check_order(self) -> None:
        for (i, first), (j, second) in combinations(enumerate(self.routes), 2):
            if first.hides(second):
                raise PolicyError(f"routes[{j}]: never reached, routes[{i}] covers {second.path}")
        for (i, inner), (j, middle), (_, outer) in combinations(enumerate(self.routes), 3):
            if not (middle.overlaps(inner) and outer.overlaps(middle)):
                continue
            for write in (False, True):
                ends = frozenset(r.requirement(write=write) for r in (inner, outer))
                for caller in _sorts_of_caller(ends):
                    allowed = [_allows(r, caller, write=write) for r in (inner, middle, outer)]
                    if allowed == [True, False, True]:
                        # The middle route's Deny would beat the inner route's Allow.
                        raise PolicyError(f"routes[{i}]: allows within routes[{j}], which refuses")


def _sorts_of_caller(resources: frozenset[str]) -> Iterator[Caller | None]:
    """One of each sort, among them an admin with these resources and no others."""
    yield None
    yield from (Caller(OwnerKind.CLIENT, access) for access in Access)
    yield Caller(OwnerKind.CUSTOMER, Access.FULL)
    for held in (frozenset({ALL_RESOURCES}), resources):
        yield Caller(OwnerKind.ADMIN, Access.FULL, held)


def _allows(route: Route, caller: Caller | None, *, write: bool) -> bool:
    return judge(caller, route.requirement(write=write)) is Verdict.ALLOWED


def _is_plain(path: str) -> bool:
    """Nothing that a backend may take for another path.

    No dot segments, no empty ones, no backslash, and nothing still encoded: a gateway has decoded
    once, and what a backend makes of the rest is its own affair.
    """
    return (
        path.startswith("/")
        and not any(mark in path for mark in ("//", "%", "\\"))
        and not any(segment in (".", "..") for segment in path.split("/"))
    )


def _route(line: object, where: str) -> Route:
    if not isinstance(line, dict):
        raise PolicyError(f"{where}: an object is needed")
    unknown = set(line) - {"path", "read", "write", "refusal"}
    if unknown:
        raise PolicyError(f"{where}: unknown member {min(unknown)}")
    path = line.get("path")
    # An IAM policy would read `?` and `$` as wildcards and variables where decide() does not.
    if (
        not isinstance(path, str)
        or not _is_plain(path)
        or not re.fullmatch(r"/|(/([^/*?${}]+|\{\w+\}))*(/\*)?", path)
    ):
        raise PolicyError(
            f"{where}.path: a plain path from /, exact, with {{name}}, or ending in /*, is needed"
        )
    try:
        refusal = Refusal(line.get("refusal", Refusal.GATEWAY))
    except ValueError as error:
        raise PolicyError(f"{where}.refusal: {error}") from error
    return Route(
        path, _requirement(line, "read", where), _requirement(line, "write", where), refusal
    )


def _requirement(line: Mapping[str, Any], name: str, where: str) -> str:
    value = line.get(name)
    words = (ANONYMOUS, SELF, READ_ONLY, FULL)
    if not isinstance(value, str) or not (value in words or _RESOURCE.fullmatch(value)):
        raise PolicyError(f"{where}.{name}: one of {', '.join(words)}, or a resource like A::b")
    return value
