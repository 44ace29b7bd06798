"""Magento's token service over HTTP: JSON, XML, the lock, revocation, and the table of 6.4.

Numbers are sections of docs/platforms/magento.md.
"""

import re

import pytest

from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.magento import (
    ADMIN_TOKEN,
    CONFIGS,
    CUSTOMER_TOKEN,
    CUSTOMERS,
    ME,
    OTHER,
    PASSWORD,
    REVOKE,
    SIGN_IN,
    STORE,
    Magento,
)
from tests.e2e.operator import Operator

OK = None
JSON, XML = {"content-type": "application/json"}, {"content-type": "application/xml"}


@pytest.fixture(scope="module")
def magento(deployed: Deployed, demo: dict[str, str], tokenctl: Operator) -> Magento:
    """The deployment for people."""
    return Magento(deployed, demo, tokenctl)


@pytest.mark.parametrize("prefix", ["/rest", "/rest/default", "/rest/all", "/index.php/rest"])
@pytest.mark.parametrize("kind", ["admin", "customer"])
def test_json_logins(magento: Magento, prefix: str, kind: str) -> None:
    """1.1 and 1.3: a bare JSON string under every form of the URL."""
    demo = magento.demo
    name = demo["ADMIN_USERNAME" if kind == "admin" else "CUSTOMER_EMAIL"]
    path = f"{prefix}/V1/integration/{kind}/token"
    answer = magento.ask(path, name, demo[f"{kind.upper()}_PASSWORD"])
    assert answer.status_code == 200
    assert answer.text == f'"{answer.json()}"'
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    told = magento.deployed.introspect(answer.json())
    assert told["sub"].startswith(f"{kind}:")
    assert told["exp"] - told["iat"] == (14400 if kind == "admin" else 3600)


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8"])
def test_xml_logins(magento: Magento, content_type: str) -> None:
    """1.2 and 1.3: XML in; JSON for curl's Accept, XML for whoever asks for it."""
    email, password = magento.demo["CUSTOMER_EMAIL"], magento.demo["CUSTOMER_PASSWORD"]
    body = f"<login><username>{email}</username><password>{password}</password></login>"
    http, address = magento.deployed.http, magento.url + CUSTOMER_TOKEN
    for accept, shape in (
        ("*/*", r'"([\w.-]+)"'),
        ("application/xml", r'<\?xml version="1\.0"\?>\n<response>([\w.-]+)</response>\n'),
    ):
        headers = {"content-type": content_type, "accept": accept}
        answer = http.post(address, data=body, headers=headers, timeout=SECONDS)
        found = re.fullmatch(shape, answer.text)
        assert found
        assert magento.deployed.introspect(found[1])["active"] is True


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "text"),
    [
        ("POST", CUSTOMER_TOKEN, {}, b"{}", 400, "Content-Type header is empty."),
        ("POST", CUSTOMER_TOKEN, {"content-type": "text/plain"}, b"x", 400, "cannot understand"),
        (
            "POST",
            CUSTOMER_TOKEN,
            {"content-type": "application/json"},
            b"{",
            400,
            "Decoding error.",
        ),
        (
            "POST",
            CUSTOMER_TOKEN,
            {"content-type": "application/xml"},
            b"<a",
            400,
            "Decoding error.",
        ),
        (
            "POST",
            CUSTOMER_TOKEN,
            {"content-type": "application/xml"},
            b"<!DOCTYPE a><a/>",
            400,
            "Decoding error.",
        ),
        ("POST", CUSTOMER_TOKEN, {}, b"", 400, "One or more input exceptions have occurred."),
        ("GET", CUSTOMER_TOKEN, {}, b"", 404, "Request does not match any route."),
        ("POST", "/rest/V1/nowhere", {}, b"", 404, "Request does not match any route."),
        ("POST", "/index.php/nowhere", {}, b"", 404, "Request does not match any route."),
        ("PATCH", CUSTOMER_TOKEN, {}, b"", 405, "The PATCH HTTP method is not supported."),
        ("POST", CUSTOMER_TOKEN, {"accept": "text/plain"}, b"", 406, "Server cannot match any"),
        ("POST", REVOKE, {}, b"", 401, "isn't authorized"),
    ],
)
def test_errors(  # noqa: PLR0913, PLR0917 - one row of a table
    magento: Magento,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
    text: str,
) -> None:
    """1.5: each row that a gateway could spoil, through the gateway."""
    answer = magento.deployed.http.request(
        method, magento.url + path, data=body, headers=headers, timeout=SECONDS
    )
    assert answer.status_code == status, answer.text
    assert text in answer.text


def test_credentials_in_the_query_are_not_read(magento: Magento) -> None:
    """1.1: they would end in logs."""
    demo = magento.demo
    query = f"?username={demo['ADMIN_USERNAME']}&password={demo['ADMIN_PASSWORD']}"
    assert magento.deployed.send("POST", ADMIN_TOKEN + query).status_code == 400


def test_a_bad_token_does_no_harm_where_none_is_needed(magento: Magento) -> None:
    """6.1: a login with a token that means nothing is a login."""
    answer = magento.deployed.http.post(
        magento.url + CUSTOMER_TOKEN,
        json={
            "username": magento.demo["CUSTOMER_EMAIL"],
            "password": magento.demo["CUSTOMER_PASSWORD"],
        },
        headers={"authorization": "Bearer nonsense"},
        timeout=SECONDS,
    )
    assert answer.status_code == 200


def test_the_lock(magento: Magento) -> None:
    """1.7: five bad and a good one; six bad, and the good one is refused until it is unlocked."""
    email = "locked@example.com"
    magento.new("customer", email)

    def attempts(*passwords: str) -> list[int]:
        return [magento.ask(CUSTOMER_TOKEN, email, one).status_code for one in passwords]

    assert attempts(*["x"] * 5, PASSWORD) == [401] * 5 + [200]
    assert attempts(*["x"] * 6, PASSWORD) == [401] * 7
    refused = magento.ask(CUSTOMER_TOKEN, email.upper(), PASSWORD)
    assert (refused.status_code, refused.json()) == (401, SIGN_IN)
    assert refused.text == magento.ask(CUSTOMER_TOKEN, "nobody@example.com", "x").text
    magento.tokenctl("accounts", "unlock", "customer", email)
    assert attempts(PASSWORD) == [200]


def test_revoking(magento: Magento) -> None:
    """4.4: all of that customer's tokens end, nobody else's, and a new one lives at once."""
    email = "revoking@example.com"
    tokens = [magento.new("customer", email), magento.token(CUSTOMER_TOKEN, email, PASSWORD)]
    others = magento.customer()
    answer = magento.deployed.send("POST", REVOKE, tokens[0])
    assert (answer.status_code, answer.text) == (200, "true")
    after = magento.token(CUSTOMER_TOKEN, email, PASSWORD)
    assert [magento.lacks(ME, token) for token in tokens] == ["self", "self"]
    assert [magento.lacks(ME, token) for token in (others, after)] == [OK, OK]


@pytest.mark.parametrize(
    "command", [("disable",), ("delete", "--yes"), ("revoke-tokens",), ("set-password",)]
)
def test_what_an_operator_ends(magento: Magento, command: tuple[str, ...]) -> None:
    """7, testUseAdminAccessTokenInactiveAdmin: the next call is refused."""
    name = f"ended by {command[0]}"
    token = magento.new("admin", name, "--all-resources")
    assert magento.lacks(CONFIGS, token) is OK
    verb, *options = command
    magento.tokenctl("accounts", verb, "admin", name, *options, stdin="another password")
    assert magento.lacks(CONFIGS, token) == STORE
    answer = magento.ask(ADMIN_TOKEN, name, PASSWORD)
    assert answer.status_code == (200 if verb == "revoke-tokens" else 401)


# Rows of 6.4: what a guest, a customer, an admin for customers and one for everything lack.
TABLE = {
    "GET /V1/customers/me": ["self", OK, "self", "self"],
    "PUT /V1/customers/me": ["self", OK, "self", "self"],
    "GET /V1/customers/2": [CUSTOMERS, CUSTOMERS, OK, OK],
    "GET /V1/store/storeConfigs": [STORE, STORE, STORE, OK],
    "GET /V1/store/websites": [STORE, STORE, STORE, OK],
}


@pytest.fixture(scope="module")
def clerk(magento: Magento) -> str:
    """A token of an admin for customers."""
    return magento.new("admin", "clerk", "--resource", CUSTOMERS)


@pytest.mark.parametrize(("call", "expected"), TABLE.items())
@pytest.mark.parametrize("prefix", ["/rest", "/rest/default"])
def test_the_table_of_6_4(
    magento: Magento, clerk: str, prefix: str, call: str, expected: list[str | None]
) -> None:
    """6.4: everybody gets through or is told what it would take; a bad token is a guest's."""
    method, path = call.split(" ")
    callers = [None, magento.customer(), clerk, magento.admin()]
    found = [magento.lacks(prefix + path, token, method) for token in callers]
    assert found == expected
    assert magento.lacks(prefix + path, "nonsense", method) == expected[0]


def test_own_record_and_another_s(magento: Magento) -> None:
    """6.4: `me` is whoever calls, an id is whoever is asked for; codes and index.php as well."""
    token = magento.customer()
    subject = magento.deployed.introspect(token)["sub"]
    for path in (ME, "/rest/default/V1/customers/me", "/rest/all/V1/customers/me"):
        assert magento.deployed.get(path, token).json()["id"] == subject.partition(":")[2]
    assert magento.deployed.get(OTHER, magento.admin()).json()["id"] == "2"


def test_refusals_of_the_example_in_xml(magento: Magento) -> None:
    """2.2: the backend refuses in the format that is asked for."""
    answer = magento.deployed.get(CONFIGS, accept="application/xml")
    assert answer.status_code == 401
    assert f"<resources>{STORE}</resources>" in answer.text
