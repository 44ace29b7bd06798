"""Unknown client and wrong secret cost the same work, counted and not clocked (item 15)."""

from hmac import compare_digest
from itertools import product

import pytest
from token_service.domain import clients

from tests.wire.api import Api
from tests.wire.demo_clients import (
    CLIENT,
    DISABLED,
    DISABLED_SECRET,
    PUBLIC,
    SECRET,
    SERVER,
    SERVER_SECRET,
)

JUNK = "t"
WRONG = (CLIENT, "wrong")
UNPROVEN = {
    "unknown": ("nobody", SECRET),
    "disabled": (DISABLED, DISABLED_SECRET),
    "public": (PUBLIC, "any"),
}
PATHS = [
    "/oauth/access_token",
    "/connect/token",
    "/connect/introspect",
    "/connect/revocation",
    "/oauth2/token",
    "/oauth2/introspect",
    "/oauth2/revoke",
]


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what was compared in constant time."""
    seen: list[int] = []

    def counted(presented: str, stored: str) -> bool:
        seen.append(len(stored))
        return compare_digest(presented, stored)

    monkeypatch.setattr(clients, "compare_digest", counted)
    return seen


def work(
    api: Api, path: str, who: tuple[str, str], comparisons: list[int], token: str = JUNK
) -> tuple[int, list[int]]:
    """Store reads, writes and comparisons that one refusal costs."""
    client_id, secret = who
    api.service.clients.reads = api.service.client_failures.writes = 0
    comparisons.clear()
    fields = {"grant_type": "client_credentials", "token": token}
    response = api.post(path, fields | {"client_id": client_id, "client_secret": secret})
    assert response.status in (400, 401)
    assert api.service.client_failures.writes == 1
    return api.service.clients.reads, list(comparisons)


# IdentityServer does not look at the secret of a public client: that pair is no refusal.
@pytest.mark.parametrize(
    ("path", "who"), sorted(set(product(PATHS, UNPROVEN)) - {("/connect/token", "public")})
)
def test_same_reads(api: Api, path: str, who: str, comparisons: list[int]) -> None:
    """Every refusal costs exactly one read of the client, and at least one comparison (item 15)."""
    reads, compared = work(api, path, UNPROVEN[who], comparisons)
    assert reads == work(api, path, WRONG, comparisons)[0] == 1
    assert compared
    assert set(compared) == {64}


@pytest.mark.parametrize("path", [path for path in PATHS if "introspect" in path])
@pytest.mark.parametrize("who", UNPROVEN)
def test_same_reads_with_a_token(api: Api, path: str, who: str, comparisons: list[int]) -> None:
    """Where token and caller are read together, too: two clients, whoever is refused (item 15).

    Its own client alone is one and the same as the token's owner, as the token says to anybody.
    """
    token = api.issue(client_id=SERVER, client_secret=SERVER_SECRET)
    reads, compared = work(api, path, UNPROVEN[who], comparisons, token)
    assert (reads, compared) == work(api, path, WRONG, comparisons, token)
    assert reads == 2
    own = api.issue(client_id=CLIENT, client_secret=SECRET)
    assert work(api, path, WRONG, comparisons, own) == (1, compared)


@pytest.mark.parametrize("path", PATHS)
def test_same_comparisons(api: Api, path: str, comparisons: list[int]) -> None:
    """An unknown client costs as many constant-time comparisons as a wrong secret (item 16)."""
    assert work(api, path, UNPROVEN["unknown"], comparisons) == work(api, path, WRONG, comparisons)


@pytest.mark.parametrize("path", PATHS)
def test_same_answer(api: Api, path: str) -> None:
    """And both get the same answer, byte for byte."""
    fields = {"grant_type": "client_credentials", "token": JUNK}
    answers = {
        api.post(path, fields | {"client_id": client_id, "client_secret": secret}).body
        for client_id, secret in (WRONG, UNPROVEN["unknown"], UNPROVEN["disabled"])
    }
    assert len(answers) == 1
