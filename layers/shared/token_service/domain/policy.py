"""What a token may do, as data: routes, and what reading and writing there require.

The first route whose path fits decides. A path is exact, has `{name}` for any one segment, or ends
in `/*`; a slash at the end of a request's path makes no difference. A route says who refuses: the
gateway (the authorizer denies), or the backend (the authorizer passes the caller on with its
verdict, and the backend answers in its dialect's words).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import product, zip_longest

from token_service.domain.grants import Access, Grant
from token_service.domain.owners import ALL_RESOURCES, Account, Integration, OwnerKind
from token_service.domain.tokens import ActiveToken

READ_METHODS = ("GET", "HEAD", "OPTIONS")
WRITE_METHODS = ("DELETE", "PATCH", "POST", "PUT")

# The least a caller must hold: one of these words, or the name of a Magento resource.
ANONYMOUS = "anonymous"
SELF = "self"
CUSTOMER = "customer"
ACCOUNT = "account"
READ_ONLY = "read_only"
FULL = "full"
CLIENT = "client"
NOBODY = "nobody"
WORDS = (ANONYMOUS, SELF, CUSTOMER, ACCOUNT, READ_ONLY, FULL, CLIENT, NOBODY)

# What some backend may read as another path: an empty segment, what is still encoded, a backslash,
# parameters, and the control characters, which are all that Unicode has.
_AMBIGUOUS = re.compile(r"//|[%\\;\x00-\x1f\x7f-\x9f]")

type Requirement = tuple[str, ...]
"""Words of which any one is enough."""

_SHOPPERS = {CUSTOMER: OwnerKind.CUSTOMER, ACCOUNT: OwnerKind.ACCOUNT_MEMBER}


class Refusal(StrEnum):
    """Who tells a refused caller."""

    GATEWAY = "gateway"
    BACKEND = "backend"


class Verdict(StrEnum):
    """What the authorizer found."""

    ALLOWED = "allowed"
    UNAUTHENTICATED = "unauthenticated"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Caller:
    """What a policy looks at: the owner's kind, the token's access and grant, an admin's resources.

    `shoppers` are the kinds of people on whose behalf a client calls, as a second token proves.
    """

    kind: OwnerKind
    access: Access
    resources: frozenset[str] = frozenset()
    shoppers: frozenset[OwnerKind] = frozenset()
    grant: Grant | None = None

    @classmethod
    def of(cls, token: ActiveToken, shoppers: Iterable[ActiveToken] = ()) -> "Caller":
        """The caller who holds this token, and those of shoppers."""
        owner = token.owner
        resources = owner.resources if isinstance(owner, (Account, Integration)) else ()
        return cls(
            token.record.owner.kind,
            token.record.access,
            frozenset(resources),
            frozenset(shopper.record.owner.kind for shopper in shoppers),
            token.record.grant,
        )

    def meets(self, requirement: str) -> bool:
        """Whether this caller holds what is required.

        Resources: docs/platforms/magento.md, 6.2.

        Nobody calls for a customer and an account member at once
        (docs/platforms/elastic-path.md, 2, "Mixing").
        """
        if requirement == NOBODY or len(self.shoppers) > 1:
            return False
        everything = ALL_RESOURCES in self.resources
        if requirement == SELF:
            return self.kind is OwnerKind.CUSTOMER
        if requirement in _SHOPPERS:
            return self.kind is OwnerKind.CLIENT and _SHOPPERS[requirement] in self.shoppers
        if requirement == READ_ONLY:
            return self.kind is OwnerKind.CLIENT or everything
        is_full_client = self.kind is OwnerKind.CLIENT and self.access is Access.FULL
        if requirement in (CLIENT, FULL):
            is_own = is_full_client and self.grant is Grant.CLIENT_CREDENTIALS
            return is_own if requirement == CLIENT else is_full_client or everything
        return everything or requirement in self.resources


def judge(caller: Caller | None, *words: str) -> Verdict:
    """Hold a caller against a requirement, any word of it; None is nobody."""
    if ANONYMOUS in words:
        return Verdict.ALLOWED
    if caller is None:
        return Verdict.UNAUTHENTICATED
    return Verdict.ALLOWED if any(map(caller.meets, words)) else Verdict.INSUFFICIENT


@dataclass(frozen=True)
class Route:
    """One line of a document; `place` says which."""

    path: str
    read: Requirement
    write: Requirement
    refusal: Refusal
    place: str = field(default="", compare=False)

    @cached_property
    def has_names(self) -> bool:
        """Whether a segment stands for any one."""
        return "{" in self.path

    @property
    def expression(self) -> str:
        """The paths under this route, as a regular expression without groups that capture."""
        stem = self.path.removesuffix("/*")
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", stem)]
        tail = "/?" if stem == self.path else "(?:/.*)?"
        return "[^/]+".join(parts) + tail

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.expression, re.DOTALL)

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

    def requirement(self, *, write: bool) -> Requirement:
        """What this route asks of a reader or a writer."""
        return self.write if write else self.read

    def allows(self, caller: Caller | None, *, write: bool) -> bool:
        """Whether this caller may read or write here."""
        return judge(caller, *self.requirement(write=write)) is Verdict.ALLOWED


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one request, who refuses, and what it would have taken."""

    verdict: Verdict
    refusal: Refusal
    required: str


@dataclass(frozen=True)
class Policy:
    """All routes, in their order."""

    routes: tuple[Route, ...]

    @cached_property
    def _any_route(self) -> re.Pattern[str]:
        """A group for each route. The first that fits matches, whatever the case of letters."""
        groups = (f"({route.expression})" for route in self.routes)
        return re.compile("|".join(groups), re.DOTALL | re.IGNORECASE)

    def decide(self, caller: Caller | None, method: str, path: str) -> Decision:
        """The decision on one request. No route, or a path that could mean another: refused."""
        route = self._route(path) if is_plain(path) else None
        if route is None:
            verdict = Verdict.INSUFFICIENT if caller else Verdict.UNAUTHENTICATED
            return Decision(verdict, Refusal.GATEWAY, "")
        required = route.requirement(write=method not in READ_METHODS)
        return Decision(judge(caller, *required), route.refusal, " or ".join(required))

    def _route(self, path: str) -> Route | None:
        """The first route that fits; none if an earlier one fits but for the case of letters."""
        match = self._any_route.fullmatch(path)
        if match is None or match.lastindex is None:
            return None
        found = self.routes[match.lastindex - 1]
        return found if found.covers(path) else None

    def rules(self, caller: Caller | None) -> Iterator[tuple[bool, str, str]]:
        """The document as (allowed, method, path), true for every route this caller can meet.

        What a wider route says is not said again, since gateways limit the size of an answer. A
        refusal is spelled out only where a later route would allow: in an IAM policy a Deny
        beats every Allow, and what nothing allows is denied anyway. IAM's wildcard runs across the
        slash, so a route with named segments allows nothing here, and refuses more than it covers.
        """
        for write, methods in ((False, READ_METHODS), (True, WRITE_METHODS)):
            allowing = [route for route in self.routes if route.allows(caller, write=write)]
            effective = [
                (route in allowing, route)
                for i, route in enumerate(self.routes)
                if (route in allowing and not route.has_names)
                or (route not in allowing and _overlap(allowing, route, self.routes[i + 1 :]))
            ]
            for allowed, route in effective:
                if not any(
                    said == allowed and other is not route and other.hides(route)
                    for said, other in effective
                ):
                    yield from product((allowed,), methods, route.iam_paths)


def _overlap(allowing: list[Route], route: Route, later: tuple[Route, ...]) -> bool:
    return any(other in allowing and other.overlaps(route) for other in later)


def is_plain(path: str) -> bool:
    """Nothing that a backend may take for another path.

    No dot segments, no empty ones, no backslash, no parameters after a semicolon, no control
    characters, no blanks around a segment, and nothing still encoded: a gateway has decoded
    once, and what a backend makes of the rest is its own affair.
    """
    return (
        path.startswith("/")
        and not _AMBIGUOUS.search(path)
        and not any(
            segment in (".", "..") or segment != segment.strip() for segment in path.split("/")
        )
    )
