"""What of two answers is compared, and how the file of expected differences is read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.raw import Answer

EXPECTED = Path(__file__).with_name("expected_differences.yaml")
_HEADERS = ("cache-control", "pragma", "content-type", "allow")

type Facets = Mapping[str, str | int | bool | None]
type Difference = tuple[str, str | int | bool | None, str | int | bool | None]
"""A facet, what ours says, and what theirs says."""


def facets(answer: Answer) -> Facets:
    """What is compared of an answer; nothing that names a server, a moment or a token.

    Of a challenge it is the scheme, of a token its scope, of an introspection whether it is active.
    """
    body: Any = json.loads(answer.text) if answer.text.startswith("{") else {}
    challenge = answer.headers.get("www-authenticate")
    return {
        "status": answer.status,
        "error": body.get("error"),
        "scope": body.get("scope") if "access_token" in body else None,
        "active": body.get("active"),
        "refresh_token": "refresh_token" in body,
        "www-authenticate": challenge.partition(" ")[0] if challenge else None,
        **{name: answer.headers.get(name) for name in _HEADERS},
    }


def differences(ours: Facets, theirs: Facets) -> set[Difference]:
    """Every facet in which two answers differ."""
    return {(name, ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}


@dataclass(frozen=True)
class Explained:
    """An entry of the file: these differences, at these requests (None: wherever they occur)."""

    requests: tuple[str, ...] | None
    differs: frozenset[Difference]
    why: str
    source: str


def expected() -> Sequence[Explained]:
    """All entries of the file."""
    return [_entry(**entry) for entry in yaml.safe_load(EXPECTED.read_text())]


def _entry(requests: Any, differs: dict[str, dict[str, Any]], why: str, source: str) -> Explained:  # noqa: ANN401 - YAML
    return Explained(
        None if requests == "everywhere" else tuple(requests),
        frozenset((facet, said["ours"], said["theirs"]) for facet, said in differs.items()),
        why,
        source,
    )


def explained(entries: Sequence[Explained], request: str) -> Iterator[Difference]:
    """The differences that the file expects of a request by its name."""
    for entry in entries:
        if entry.requests is not None and request in entry.requests:
            yield from entry.differs


def explained_everywhere(entries: Sequence[Explained]) -> Iterator[Difference]:
    """The differences that the file lets pass at any request."""
    for entry in entries:
        if entry.requests is None:
            yield from entry.differs
