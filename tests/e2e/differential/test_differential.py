"""Our OAuth 2.0 endpoints beside those of npm's oidc-provider: one corpus, and every difference.

`expected_differences.yaml` says of each why ours is right. Nothing else may differ, and what is
written there must be so. (items 2-14, 19, 20, 27-31, 34, 57-61, 68-70)
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from tests.e2e.deployed import Deployed
from tests.e2e.differential.cast import MAIN, register
from tests.e2e.differential.comparison import (
    Difference,
    differences,
    expected,
    explained,
    explained_everywhere,
    facets,
)
from tests.e2e.differential.corpus import A_TOKEN, CORPUS, GRANT, TOKEN, Request, basic
from tests.e2e.differential.reference import reference
from tests.e2e.endpoints import FORM
from tests.e2e.operator import Operator
from tests.e2e.raw import Answer, send

NAMES = [request.name for request in CORPUS]
ENTRIES = expected()
type Findings = Mapping[str, set[Difference]]


@pytest.fixture(scope="module")
def findings(deployed: Deployed, tokenctl: Operator) -> Findings:
    """Send everything to both servers, once; what differs, by the request's name."""
    register(tokenctl, deployed)
    with reference() as their_url:
        return {
            request.name: differences(
                facets(_answer(deployed.url, request, deployed.tokens.append)),
                facets(_answer(their_url, request, lambda _: None)),
            )
            for request in CORPUS
        }


def _answer(url: str, request: Request, keep: Callable[[str], None]) -> Answer:
    """Send a request, with a fresh token of that server in it.

    The token is asked for each time: a success between failures, so that nobody is slowed.
    """
    issued = send(url, "POST", TOKEN, [FORM, basic(MAIN)], GRANT.encode())
    token: str = json.loads(issued.text)["access_token"]
    keep(token)
    body = request.body.replace(A_TOKEN, token.encode())
    headers: list[tuple[str, str | bytes]] = [
        (name, value.replace(A_TOKEN.decode(), token)) for name, value in request.headers
    ]
    return send(url, request.method, request.path, headers, body)


@pytest.mark.parametrize("name", NAMES)
def test_every_difference_is_explained(findings: Findings, name: str) -> None:
    """What differs is in the file with its reason, and what is in the file does differ."""
    named = set(explained(ENTRIES, name))
    unexplained = findings[name] - named - set(explained_everywhere(ENTRIES))
    gone = named - findings[name]
    assert (unexplained, gone) == (set(), set())


@pytest.mark.parametrize("difference", list(explained_everywhere(ENTRIES)), ids=str)
def test_what_may_differ_anywhere_does_somewhere(
    findings: Findings, difference: Difference
) -> None:
    """An entry for all requests that no request needs any more is to be removed."""
    assert any(difference in found for found in findings.values())


def test_the_file_of_differences_is_in_order() -> None:
    """It names requests that exist, explains no facet of one twice, and always says why."""
    counted = Counter(
        (name, facet)
        for entry in ENTRIES
        for name in entry.requests or ()
        for facet, *_ in entry.differs
    )
    assert {name for name, _ in counted} <= set(NAMES)
    assert [twice for twice, count in counted.items() if count > 1] == []
    assert all(entry.why and entry.source for entry in ENTRIES)


def test_names_are_names() -> None:
    """No two requests share one, and there are enough of them to mean something."""
    assert len(set(NAMES)) == len(NAMES) >= 50
