"""Application keys over HTTP: a key's life, and many callers at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.e2e.deployed import SECONDS, Deployed, Party
from tests.e2e.operator import Operator

PATH = "/v2/application-keys"
AT_ONCE = 3
type Send = Callable[..., requests.Response]


@pytest.fixture
def send(deployed: Deployed) -> Send:
    """Sends `data` in the envelope with a client_credentials token."""
    token = deployed.issue(deployed.client, "elastic_path")

    def send(method: str, path: str = PATH, **data: object) -> requests.Response:
        body = {"data": {"type": "application_key", **data}} if data else None
        return requests.request(
            method,
            deployed.url + path,
            json=body,
            headers={"authorization": f"Bearer {token}"},
            timeout=4 * SECONDS,  # each of several at once starts a function of its own
        )

    return send


@pytest.fixture
def make(send: Send, deployed: Deployed) -> Iterator[Callable[..., Any]]:
    """Makes keys, and deletes at the end what is left of them."""
    made: list[str] = []

    def make(**data: object) -> Any:  # noqa: ANN401 - JSON
        answer = send("POST", name="End to end", **data)
        assert answer.status_code == 201, answer.text
        key = answer.json()["data"]
        made.append(key["id"])
        deployed.parties.append(Party(key["client_id"], key["client_secret"]))
        return key

    yield make
    for key_id in made:
        send("DELETE", f"{PATH}/{key_id}")


def test_a_key_and_its_tokens_end_together(
    deployed: Deployed, tokenctl: Operator, send: Send, make: Callable[..., Any]
) -> None:
    """Its credentials work as any client's; deleting it refuses its tokens at the next call."""
    key = make()
    party = Party(key["client_id"], key["client_secret"])
    token = deployed.issue(party, "elastic_path")
    assert deployed.get("/v2/products", token).status_code == 200
    assert tokenctl("clients", "show", party.id)["name"] == "End to end"
    assert send("DELETE", f"{PATH}/{key['id']}").status_code == 204
    assert deployed.get("/v2/products", token).status_code == 401
    assert deployed.introspect(token) == {"active": False}
    assert deployed.ask(party, "elastic_path").status_code == 401


def test_the_operator_s_deletion_gives_the_reservation_back(
    tokenctl: Operator, send: Send, make: Callable[..., Any]
) -> None:
    """The same things, and the same sum."""
    before = send("GET").json()["meta"]["total_reserved_rate_limit"]
    key = make(reserved_rate_limit=3)
    assert send("GET").json()["meta"]["total_reserved_rate_limit"] == before + 3
    tokenctl("clients", "delete", key["client_id"], "--yes")
    assert send("GET").json()["meta"]["total_reserved_rate_limit"] == before


def test_reservations_at_once_never_exceed(send: Send, make: Callable[..., Any]) -> None:
    """Eight ask for 30 of 100, some at once: three get it, the others are told 409 or 503."""
    room = 100 - send("GET").json()["meta"]["total_reserved_rate_limit"]
    keys = [make() for _ in range(8)]

    def reserve(key: Any) -> int:  # noqa: ANN401 - JSON
        return send("PUT", f"{PATH}/{key['id']}", reserved_rate_limit=30).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = Counter(pool.map(reserve, keys))
    assert set(told) <= {200, 409, 503}
    assert told[200] * 30 <= room
    if 503 not in told:
        assert told[200] == room // 30
    found = send("GET").json()["meta"]["total_reserved_rate_limit"]
    assert found == 100 - room + told[200] * 30


def test_updates_at_once_have_clear_losers(send: Send, make: Callable[..., Any]) -> None:
    """Each is a success or the 409 of the contract; the key is as some winner left it."""
    key = make()

    def rename(number: int) -> requests.Response:
        return send("PUT", f"{PATH}/{key['id']}", name=f"Name {number}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(rename, range(8)))
    refusal = {"status": "409", "title": "Conflict", "detail": "Write conflict detected"}
    winners = set()
    for number, answer in enumerate(answers):
        if answer.status_code == 200:
            winners.add(f"Name {number}")
        else:
            assert (answer.status_code, answer.json()) == (409, {"errors": [refusal]})
    assert send("GET", f"{PATH}/{key['id']}").json()["data"]["name"] in winners


def test_no_token_and_too_little(deployed: Deployed) -> None:
    """401 for nobody, 403 for an implicit token, in the envelope, readable for browsers."""
    implicit = deployed.implicit(deployed.storefront)
    for token, status, title in (
        (None, "401", "Unable to validate access token"),
        ("no-such-token", "401", "Unable to validate access token"),
        (implicit, "403", "Forbidden"),
    ):
        for path in (PATH, f"{PATH}/1"):
            answer = deployed.get(path, token)
            assert answer.json() == {"errors": [{"status": status, "title": title}]}
            assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", [PATH, f"{PATH}/00000000-0000-5000-8000-000000000000"])
def test_preflights(deployed: Deployed, path: str) -> None:
    """Without a token."""
    answer = deployed.send("OPTIONS", path, origin="https://shop.example")
    assert (answer.status_code, answer.text) == (204, "")
    assert "PUT" in answer.headers["access-control-allow-methods"]
