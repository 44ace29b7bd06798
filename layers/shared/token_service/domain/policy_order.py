"""Checks that the routes of a policy can stand together, in their order."""

from collections.abc import Iterator
from itertools import combinations, product

from token_service.domain.grants import Access, Grant
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.policy import Caller, Policy, Route


class PolicyError(ValueError):
    """A document is broken; the message names the document, the place and the reason."""


def compose(routes: list[Route]) -> Policy:
    """A policy of these routes.

    Raises:
        PolicyError: some routes cannot stand together.

    """
    _check_order(routes)
    return Policy(tuple(routes))


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
