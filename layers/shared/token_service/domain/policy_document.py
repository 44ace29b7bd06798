"""Reads policy documents, and refuses broken ones with the place that is wrong.

Several documents are one policy, in their order: the routes of the first come first.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

from token_service.domain.grants import Access, Grant
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.policy import (
    WORDS,
    Caller,
    Policy,
    Refusal,
    Requirement,
    Route,
    is_plain,
)

# An IAM policy would read `?` and `$` as wildcards and variables where decide() does not.
_PATH = re.compile(r"/|(/([^/*?${}]+|\{\w+\}))*(/\*)?")
_RESOURCE = re.compile(r"[A-Za-z0-9_]+::[A-Za-z0-9_]+", re.ASCII)


class PolicyError(ValueError):
    """A document is broken; the message names the document, the place and the reason."""


def read_policy(texts: Mapping[str, str]) -> Policy:
    """One policy of several documents, given as JSON by their names.

    Raises:
        PolicyError: a document is not JSON, or a member is missing, unknown or contradicts another.

    """
    documents = {name: _parse(name, text) for name, text in texts.items()}
    return compose(
        [route for name, document in documents.items() for route in read_routes(document, name)]
    )


def compose(routes: list[Route]) -> Policy:
    """A policy of these routes.

    Raises:
        PolicyError: some routes cannot stand together.

    """
    _check_order(routes)
    return Policy(tuple(routes))


def read_routes(document: object, name: str) -> list[Route]:
    """The routes of one document.

    Raises:
        PolicyError: a member is missing, unknown or not what it must be.

    """
    if not isinstance(document, dict):
        raise PolicyError(f"{name}: an object is needed")
    unknown = set(document) - {"routes"}
    if unknown:
        raise PolicyError(f"{name}: unknown member {min(unknown)}")
    lines = document.get("routes")
    if not isinstance(lines, list) or not lines:
        raise PolicyError(f"{name}: routes: a list with at least one route is needed")
    return [_route(line, f"{name}: routes[{i}]") for i, line in enumerate(lines)]


def _parse(name: str, text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise PolicyError(f"{name}: {where}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{name}: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the member {name} is there twice")
    return dict(pairs)


def _route(line: object, where: str) -> Route:
    if not isinstance(line, dict):
        raise PolicyError(f"{where}: an object is needed")
    unknown = set(line) - {"path", "read", "write", "refusal"}
    if unknown:
        raise PolicyError(f"{where}: unknown member {min(unknown)}")
    path = line.get("path")
    if not isinstance(path, str) or not is_plain(path) or not _PATH.fullmatch(path):
        raise PolicyError(
            f"{where}.path: a plain path from /, exact, with {{name}}, or ending in /*, is needed"
        )
    try:
        refusal = Refusal(line.get("refusal", Refusal.GATEWAY))
    except ValueError as error:
        raise PolicyError(f"{where}.refusal: {error}") from error
    read, write = (_requirement(line.get(name), f"{where}.{name}") for name in ("read", "write"))
    return Route(path, read, write, refusal, where)


def _requirement(value: object, where: str) -> Requirement:
    """A word, or a list of some."""
    if not isinstance(value, list):
        return (_word(value, where),)
    if not value:
        raise PolicyError(f"{where}: a word, or a list with at least one, is needed")
    return tuple(_word(word, f"{where}[{i}]") for i, word in enumerate(value))


def _word(value: object, where: str) -> str:
    if not isinstance(value, str) or not (value in WORDS or _RESOURCE.fullmatch(value)):
        raise PolicyError(f"{where}: one of {', '.join(WORDS)}, or a resource like A::b, is needed")
    return value


def _check_order(routes: list[Route]) -> None:
    for first, second in combinations(routes, 2):
        if first.hides(second):
            raise PolicyError(f"{second.place}: never reached, {first.place} covers {second.path}")
    overlapping = {
        (i, j)
        for (i, first), (j, second) in combinations(enumerate(routes), 2)
        if first.overlaps(second)
    }
    for (i, j), (k, o) in product(sorted(overlapping), repeat=2):
        if j == k:
            _check_nested(routes[i], routes[j], routes[o])


def _check_nested(inner: Route, middle: Route, outer: Route) -> None:
    """In an IAM policy the Deny of the middle would beat the Allow of the inner route."""
    for write in (False, True):
        words = frozenset((*inner.requirement(write=write), *outer.requirement(write=write)))
        for caller in _sorts_of_caller(words):
            allowed = [route.allows(caller, write=write) for route in (inner, middle, outer)]
            if allowed == [True, False, True]:
                raise PolicyError(
                    f"{inner.place}: allows within {middle.place}, which refuses"
                    f" within {outer.place}, which allows"
                )


def _sorts_of_caller(resources: frozenset[str]) -> Iterator[Caller | None]:
    """One of each sort, among them an admin with these resources and no others.

    None calls for a shopper: an IAM policy never speaks of a second token.
    """
    yield None
    yield from (
        Caller(OwnerKind.CLIENT, access, grant=grant)
        for access in Access
        for grant in (None, Grant.CLIENT_CREDENTIALS)
    )
    yield Caller(OwnerKind.CUSTOMER, Access.FULL)
    for held in (frozenset({ALL_RESOURCES}), resources):
        yield Caller(OwnerKind.ADMIN, Access.FULL, held)
