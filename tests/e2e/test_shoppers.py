"""Elastic Path's customers and account members over HTTP."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stack import LocalStack
from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.operator import Operator
from tests.e2e.raw import send
from tests.e2e.refusals import ELASTIC_PATH, assert_refusal

CUSTOMERS, MEMBERS = "/v2/customers/tokens", "/v2/account-members/tokens"
TYPE = "account_management_authentication_token"
PASSWORD = "end-to-end-password"
MEGABYTE = 2**20
UNAUTHORIZED = {"errors": [{"status": "401", "title": "Unauthorized"}]}


@dataclass(frozen=True)
class Shop:
    """A storefront that signs shoppers in."""

    deployed: Deployed
    demo: dict[str, str]
    tokenctl: Operator

    @property
    def one_time_passwords(self) -> str:
        """Where one is asked for."""
        realm, profile = self.demo["AUTHENTICATION_REALM_ID"], self.demo["PASSWORD_PROFILE_ID"]
        return (
            f"/v2/authentication-realms/{realm}/password-profiles/{profile}"
            "/one-time-password-token-request"
        )

    def post(
        self, path: str, data: object, bearer: str | None = None, **headers: str
    ) -> requests.Response:
        """POST `data`, with an implicit token unless told otherwise."""
        bearer = self.deployed.implicit(self.deployed.storefront) if bearer is None else bearer
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.deployed.http.post(
            self.deployed.url + path,
            json={"data": data},
            headers={"authorization": f"Bearer {bearer}", **given},
            timeout=SECONDS,
        )

    def member(self, mechanism: str = "password", **fields: str) -> dict[str, str]:
        """What the demo member sends, or somebody else."""
        return {
            "type": TYPE,
            "authentication_mechanism": mechanism,
            "password_profile_id": self.demo["PASSWORD_PROFILE_ID"],
            "username": self.demo["ACCOUNT_MEMBER_USERNAME"],
            **fields,
        }

    def tokens(self, answer: requests.Response) -> list[dict[str, Any]]:
        """The elements of a success, whose tokens nobody may find in the log."""
        assert answer.status_code == 201, answer.text
        elements: list[dict[str, Any]] = answer.json()["data"]
        self.deployed.tokens.extend(element["token"] for element in elements)
        return elements

    def new_member(self, username: str, *accounts: str) -> list[str]:
        """Make a member of new buyer accounts of these names; the accounts' ids."""
        details = ("--name", username, "--email", f"{username}@member.test")
        self.tokenctl("account-members", "create", username, *details, stdin=PASSWORD)
        ids = [self.tokenctl("buyer-accounts", "create", name)["id"] for name in accounts]
        for identifier in ids:
            self.tokenctl("account-members", "join", username, identifier)
        return ids


@pytest.fixture(scope="module")
def shop(deployed: Deployed, demo: dict[str, str], tokenctl: Operator) -> Shop:
    """The deployment for shoppers."""
    return Shop(deployed, demo, tokenctl)


@pytest.mark.parametrize("mechanism", [{}, {"authentication_mechanism": "password"}])
def test_a_customer(shop: Shop, mechanism: dict[str, str]) -> None:
    """The customer of every other dialect, for 24 hours, `expires` a number.

    docs/platforms/elastic-path.md, 3.1.
    """
    email, password = shop.demo["CUSTOMER_EMAIL"], shop.demo["CUSTOMER_PASSWORD"]
    login = {"type": "token", "email": email, "password": password}
    answer = shop.post(CUSTOMERS, login | mechanism)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    data = answer.json()["data"]
    shop.deployed.tokens.append(data["token"])
    told = shop.deployed.introspect(data["token"])
    assert told["sub"] == f"customer:{data['customer_id']}"
    assert data["expires"] == told["exp"] == told["iat"] + 86400
    assert shop.post(CUSTOMERS, login | {"password": "wrong"}).json() == UNAUTHORIZED


def test_a_lock_is_shared_by_the_dialects(shop: Shop) -> None:
    """Guesses in Elastic Path's dialect lock the person out of Magento's, and the other way."""
    name = "locked@customer.example"
    shop.tokenctl("accounts", "create", "customer", name, stdin=PASSWORD)
    login = {"type": "token", "email": name, "password": PASSWORD}
    for _ in range(6):
        assert shop.post(CUSTOMERS, login | {"password": "wrong"}).status_code == 401
    assert shop.post(CUSTOMERS, login).json() == UNAUTHORIZED
    magento = {"username": name, "password": PASSWORD}
    path = f"{shop.deployed.url}/rest/V1/integration/customer/token"
    assert shop.deployed.http.post(path, json=magento, timeout=SECONDS).status_code == 401
    shop.tokenctl("accounts", "unlock", "customer", name)
    assert shop.post(CUSTOMERS, login).status_code == 200


def test_an_account_member(shop: Shop) -> None:
    """One element an account, each bound to it; pages; `meta` and `links`.

    docs/platforms/elastic-path.md, 3.2.
    """
    ids = shop.new_member("pages", "One", "Two", "Three")
    login = shop.member(username="pages", password=PASSWORD)
    answer = shop.post(MEMBERS, login)
    elements = shop.tokens(answer)
    assert [(one["account_id"], one["account_name"]) for one in elements] == list(
        zip(ids, ["One", "Two", "Three"], strict=True)
    )
    for element in elements:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", element["expires"])
        told = shop.deployed.introspect(element["token"])
        assert (told["account"], told["exp"] - told["iat"]) == (element["account_id"], 86400)
    answer = shop.post(f"{MEMBERS}?page%5Boffset%5D=2&page[limit]=2", login)
    assert [one["account_id"] for one in shop.tokens(answer)] == ids[2:]
    meta, links = answer.json()["meta"], answer.json()["links"]
    assert meta["page"] == {"limit": 2, "offset": 2, "current": 2, "total": 2}
    assert meta["results"] == {"total": 3}
    assert links["next"] is None
    previous = shop.deployed.http.post(
        links["prev"],
        json={"data": login},
        headers={"authorization": f"Bearer {shop.deployed.issue(shop.deployed.client)}"},
        timeout=SECONDS,
    )
    assert [one["account_id"] for one in shop.tokens(previous)] == ids[:2]


def test_switching_accounts(shop: Shop) -> None:
    """The old token, in its header, gets new ones; a forged or ended one gets nothing."""
    (identifier,) = shop.new_member("switch", "First")
    (element,) = shop.tokens(shop.post(MEMBERS, shop.member(username="switch", password=PASSWORD)))
    second = shop.tokenctl("buyer-accounts", "create", "Second")["id"]
    shop.tokenctl("account-members", "join", "switch", second)
    body = {"type": TYPE, "authentication_mechanism": TYPE}

    def switch(token: str) -> requests.Response:
        return shop.post(MEMBERS, body, ep_account_management_authentication_token=token)

    elements = shop.tokens(switch(element["token"]))
    assert [one["account_id"] for one in elements] == [identifier, second]
    forged = element["token"][:-4] + ("AAAA" if element["token"][-4:] != "AAAA" else "BBBB")
    for bad in (forged, "no-such-token", shop.deployed.issue(shop.deployed.client)):
        refused = switch(bad)
        assert (refused.status_code, refused.json()) == (401, UNAUTHORIZED)
    shop.tokenctl("account-members", "leave", "switch", second)
    assert switch(element["token"]).status_code == 401
    assert not shop.deployed.introspect(elements[0]["token"])["active"]


def test_sign_ups_at_once_make_one_member(shop: Shop) -> None:
    """Of four who want one name at the same time one gets it; no name is given twice."""
    bearer = shop.deployed.implicit(shop.deployed.storefront)
    new = shop.member(
        "self_signup", username="rush", password=PASSWORD, name="Rush", email="rush@member.test"
    )
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: shop.post(MEMBERS, new, bearer), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    (made,) = (answer.json() for answer in answers if answer.status_code == 201)
    assert made["data"] == []
    assert made["meta"]["results"] == {"total": 0}
    listed = shop.tokenctl("account-members", "list")
    assert [one["username"] for one in listed].count("rush") == 1
    assert shop.post(MEMBERS, shop.member(username="RUSH", password=PASSWORD)).status_code == 201


@contextmanager
def printed(stack: LocalStack) -> Iterator[Iterator[str]]:
    """The lines that functions print from now on, as they come."""
    log = Path(stack.aws.lambda_log)
    with subprocess.Popen(  # noqa: S603 - constants
        ["tail", "-n", "+1", "-F", str(log)],  # noqa: S607 - the system's
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as tail:
        watchdog = threading.Timer(SECONDS, tail.kill)
        watchdog.start()
        try:
            assert tail.stdout
            yield iter(tail.stdout)
        finally:
            watchdog.cancel()
            tail.kill()


def test_one_time_passwords(shop: Shop, stack: LocalStack) -> None:
    """The example sender prints one; used by many at once it works once; nobody gets none."""
    shop.new_member("onetime", "Only")
    asked = {"type": "one_time_password_token_request", "username": "onetime"}
    answers = [
        shop.post(shop.one_time_passwords, asked),
        shop.post(shop.one_time_passwords, asked | {"username": "nobody-at-all"}),
    ]
    assert [(one.status_code, one.json()) for one in answers] == [(202, {}), (202, {})]
    with printed(stack) as lines:
        told = next(line for line in lines if '"onetime"' in line)
    message = json.loads(told[told.index("{") :])
    assert message["email"] == "onetime@member.test"
    login = shop.member(
        "passwordless", username="onetime", one_time_password_token=message["one_time_password"]
    )
    bearer = shop.deployed.implicit(shop.deployed.storefront)
    with ThreadPoolExecutor(3) as pool:
        used = list(pool.map(lambda _: shop.post(MEMBERS, login, bearer), range(3)))
    assert sorted(one.status_code for one in used) == [201, 401, 401]
    for answer in used:
        if answer.status_code == 201:
            assert [one["account_name"] for one in shop.tokens(answer)] == ["Only"]
    assert "nobody-at-all" not in Path(stack.aws.lambda_log).read_text(encoding="utf-8")


ROUTES = (CUSTOMERS, MEMBERS, "one-time password")


@pytest.fixture(params=ROUTES)
def path(request: pytest.FixtureRequest, shop: Shop) -> str:
    """Each route in turn."""
    return shop.one_time_passwords if request.param == ROUTES[2] else str(request.param)


def test_who_may_ask(shop: Shop, path: str) -> None:
    """Nobody without a client's active token, in the words that make SDKs renew it or give up."""
    answer = shop.deployed.http.post(shop.deployed.url + path, json={}, timeout=SECONDS)
    assert answer.json()["errors"][0]["title"] == "Unable to validate access token"
    (element,) = shop.tokens(
        shop.post(MEMBERS, shop.member(password=shop.demo["ACCOUNT_MEMBER_PASSWORD"]))
    )
    for bearer, status in (("no-such-token", 401), (element["token"], 403)):
        refused = shop.post(path, {}, bearer)
        assert refused.status_code == status
        assert_refusal(ELASTIC_PATH, status, refused.headers, refused.text)
    party = shop.deployed.client
    revoked = shop.deployed.issue(party)
    shop.deployed.revoke(revoked, party)
    assert shop.post(path, {}, revoked).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"data": []}', 400),
        (b'{"type": "token"}', 400),
        (b'{"data": {"type": 7}}', 400),
        (b'{"data": {"type": "token", "type": "token"}}', 400),
        (b'{"data": {"type": "\\u0000"}}', 400),
        (b'{"data": {"type": "\\ud800"}}', 400),
        (b'{"a":' * 10_000, 400),
        (b'{"data": "' + b"x" * MEGABYTE + b'"}', 413),
    ],
)
def test_bad_bodies(shop: Shop, path: str, body: bytes, status: int) -> None:
    """Whatever is wrong, the envelope says so."""
    bearer = shop.deployed.implicit(shop.deployed.storefront)
    headers: list[tuple[str, str | bytes]] = [
        ("authorization", f"Bearer {bearer}"),
        ("content-type", "application/json"),
    ]
    answer = send(shop.deployed.url, "POST", path, headers, body)
    assert answer.status == status
    assert_refusal(ELASTIC_PATH, status, answer.headers, answer.text)
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_wrong_methods_and_preflights(shop: Shop, path: str, method: str) -> None:
    """405 names what works; a browser's preflight is answered without a token."""
    answer = shop.deployed.send(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    preflight = shop.deployed.send("OPTIONS", path)
    assert preflight.status_code == 204
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert "ep-account-management-authentication-token" in allowed
