"""What a token may do, as data: a document of routes and what reading and writing there require.

The first route whose path fits decides. A path is exact or ends in `/*`. A route says who refuses:
the gateway (the authorizer denies), or the backend (the authorizer passes the caller on with its
verdict, and the backend answers in its dialect's words).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product
from typing import Any

from token_service.domain.model import Access

READ_METHODS = ("GET", "HEAD", "OPTIONS")
WRITE_METHODS = ("DELETE", "PATCH", "POST", "PUT")


class Requirement(StrEnum):
    """Least a caller must hold."""

    ANONYMOUS = "anonymous"
    READ_ONLY = "read_only"
    FULL = "full"


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
class Route:
    """One line of the document."""

    path: str
    read: Requirement
    write: Requirement
    refusal: Refusal

    def covers(self, path: str) -> bool:
        """Whether a request path (or another route's path) falls under this route."""
        if self.path.endswith("/*"):
            return path.startswith(self.path[:-1])
        return path == self.path

    def requirement(self, *, write: bool) -> Requirement:
        """What this route asks of a reader or a writer."""
        return self.write if write else self.read


def is_write(method: str) -> bool:
    """Whether a method changes things; an unknown one is taken to."""
    return method not in READ_METHODS


def judge(access: Access | None, requirement: Requirement) -> Verdict:
    """Hold a caller against a requirement; `access` is None without an active token."""
    if requirement is Requirement.ANONYMOUS:
        return Verdict.ALLOWED
    if access is None:
        return Verdict.UNAUTHENTICATED
    if requirement is Requirement.READ_ONLY or access is Access.FULL:
        return Verdict.ALLOWED
    return Verdict.INSUFFICIENT


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole document."""

    routes: tuple[Route, ...]

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

    def route_for(self, path: str) -> Route | None:
        """The first route that covers a path; None for paths that could mean another one."""
        if not _is_plain(path):
            return None
        return next((route for route in self.routes if route.covers(path)), None)

    def decide(self, access: Access | None, method: str, path: str) -> tuple[Verdict, Refusal]:
        """The verdict on one request and who is to refuse it. No route: the gateway refuses."""
        route = self.route_for(path)
        if route is None:
            return (Verdict.INSUFFICIENT if access else Verdict.UNAUTHENTICATED), Refusal.GATEWAY
        return judge(access, route.requirement(write=is_write(method))), route.refusal

    def rules(self, access: Access | None) -> Iterator[tuple[bool, str, str]]:
        """The document as (allowed, method, path), true for every route this caller can meet.

        A refusal is spelled out only where a later, wider route would allow: in an IAM policy a
        Deny beats every Allow, and what nothing allows is denied anyway.
        """
        for i, route in enumerate(self.routes):
            for write, methods in ((False, READ_METHODS), (True, WRITE_METHODS)):
                if _allows(route, access, write=write):
                    yield from ((True, method, route.path) for method in methods)
                elif any(
                    later.covers(route.path) and _allows(later, access, write=write)
                    for later in self.routes[i + 1 :]
                ):
                    yield from ((False, method, route.path) for method in methods)

    def _check_order(self) -> None:
        for (i, first), (j, second) in combinations(enumerate(self.routes), 2):
            if first.covers(second.path):
                raise PolicyError(f"routes[{j}]: never reached, routes[{i}] covers {second.path}")
        for (i, inner), (j, middle), (_, outer) in combinations(enumerate(self.routes), 3):
            if middle.covers(inner.path) and outer.covers(middle.path):
                for access, write in product((None, *Access), (False, True)):
                    allowed = [_allows(r, access, write=write) for r in (inner, middle, outer)]
                    if allowed == [True, False, True]:
                        # The middle route's Deny would beat the inner route's Allow.
                        raise PolicyError(f"routes[{i}]: allows within routes[{j}], which refuses")


def _allows(route: Route, access: Access | None, *, write: bool) -> bool:
    return judge(access, route.requirement(write=write)) is Verdict.ALLOWED


def _is_plain(path: str) -> bool:
    """No dot segments, no empty ones, nothing encoded that a backend might decode into either."""
    lowered = path.lower()
    return (
        path.startswith("/")
        and "//" not in path
        and not any(text in lowered for text in ("%2e", "%2f", "%5c", "\\"))
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
        or set(path.removesuffix("/*")) & set("*?$")
    ):
        raise PolicyError(f"{where}.path: a plain path from /, exact or ending in /*, is needed")
    try:
        read, write = Requirement(line["read"]), Requirement(line["write"])
        refusal = Refusal(line.get("refusal", Refusal.GATEWAY))
    except KeyError as error:
        raise PolicyError(f"{where}: {error} is missing") from error
    except ValueError as error:
        raise PolicyError(f"{where}: {error}") from error
    return Route(path, read, write, refusal)
