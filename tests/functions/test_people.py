"""The function that signs people in, with its events: Magento's tokens in JSON, XML and SOAP."""

import json
import re
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.functions.deployment import Deployment, Event, load_event
from tests.wire.demo_clients import ADMIN, ADMIN_PASSWORD, CUSTOMER, CUSTOMER_PASSWORD

JSON, XML = "application/json; charset=utf-8", "application/xml; charset=utf-8"
SOAP = "application/soap+xml; charset=utf-8"
SUCCESSES = [
    ("admin_json", "admin", JSON),
    ("admin_xml", "admin", XML),
    ("customer_json", "customer", JSON),
    ("customer_xml", "customer", XML),
    ("customer_index_php", "customer", JSON),
    ("soap_admin", "admin", SOAP),
    ("soap_customer", "customer", SOAP),
]
REFUSALS = [("refused_json", 401, JSON), ("refused_xml", 401, XML), ("soap_refused", 200, SOAP)]
DENIED = {
    "message": "The consumer isn't authorized to access %resources.",
    "parameters": {"resources": "self"},
}


@pytest.fixture
def people(deployment: Deployment) -> Deployment:
    """A deployment with the accounts that the events name."""
    deployment.register_demo_people()
    deployment.printed.clear()
    return deployment


def token_in(answer: dict[str, Any]) -> str:
    """The token of a success answer, whatever its format."""
    if answer["headers"]["content-type"] == JSON:
        token = json.loads(answer["body"])
        assert isinstance(token, str)
        return token
    document = fromstring(answer["body"])  # noqa: S314 - our own
    (token,) = (element.text or "" for element in document.iter() if not len(element))
    return token


def sign_in(people: Deployment, event: str = "customer_json") -> str:
    """A token by one of the events."""
    answer = people.invoke("login", load_event(f"login/{event}"))
    assert answer["statusCode"] == 200
    token = token_in(answer)
    people.hidden.append(token)
    return token


def is_active(people: Deployment, token: str) -> bool:
    """What a resource server is told."""
    answer = people.invoke("introspect", load_event("introspect/standard", token))
    return bool(json.loads(answer["body"])["active"])


@pytest.mark.parametrize(("event", "kind", "content_type"), SUCCESSES)
def test_success(people: Deployment, event: str, kind: str, content_type: str) -> None:
    """Each success event gets a token in the format asked for, one log line and one count."""
    answer = people.invoke("login", load_event(f"login/{event}"))
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, content_type)
    assert answer["headers"]["cache-control"] == "no-store"
    token = token_in(answer)
    assert token not in "".join(people.printed)
    (line,) = people.logs
    assert (line["level"], line["operation"], line["result"]) == ("INFO", "issue", "ok")
    assert (line["dialect"], line["grant"]) == ("magento", "password")
    assert re.fullmatch(f"{kind}:[0-9a-f-]{{36}}", line["client_id"])
    (count,) = people.counts
    assert count["TokensIssued"] == 1
    assert (count["dialect"], count["grant"]) == ("magento", "password")
    assert is_active(people, token)


@pytest.mark.parametrize(("event", "status", "content_type"), REFUSALS)
def test_refusal(people: Deployment, event: str, status: int, content_type: str) -> None:
    """A wrong password gets Magento's sentence, a warning and a count by reason, and no name."""
    answer = people.invoke("login", load_event(f"login/{event}"))
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (status, content_type)
    assert "The account sign-in was incorrect or your account is disabled" in answer["body"]
    (line,) = people.logs
    assert (line["level"], line["result"]) == ("WARNING", "invalid_grant")
    assert "client_id" not in line
    assert CUSTOMER not in "".join(people.printed)
    (count,) = people.counts
    assert count["Refusals"] == 1
    assert (count["operation"], count["reason"]) == ("login", "invalid_grant")


@pytest.mark.parametrize("token_format", ["jwt", "base36", "opaque"])
@pytest.mark.parametrize(("event", "lifetime"), [("admin_json", 14400), ("customer_json", 7200)])
def test_format_and_lifetimes_are_parameters(
    people: Deployment, token_format: str, event: str, lifetime: int
) -> None:
    """Tokens are what AccountTokenFormat says, and live as long as their kind's do."""
    people.values |= {"ACCOUNT_TOKEN_FORMAT": token_format, "CUSTOMER_TOKEN_LIFETIME": "7200"}
    token = sign_in(people, event)
    shapes = {"jwt": r"[\w-]+(\.[\w-]+){2}", "base36": "[0-9a-z]{32}", "opaque": "[0-9a-f]{40}"}
    assert re.fullmatch(shapes[token_format], token)
    answer = people.invoke("introspect", load_event("introspect/standard", token))
    told = json.loads(answer["body"])
    assert told["exp"] - told["iat"] == lifetime
    assert told["sub"] == told["client_id"]


def test_lock_out_is_a_parameter(people: Deployment) -> None:
    """After so many failures the right password is refused in the same words, until unlocked."""
    people.values["LOGIN_MAX_FAILURES"] = "2"
    refused = [people.invoke("login", load_event("login/refused_json")) for _ in range(2)]
    locked = people.invoke("login", load_event("login/customer_json"))
    assert locked == refused[0] == refused[1]
    assert sign_in(people, "admin_json")


@pytest.mark.parametrize("event", ["revoke_customer", "soap_revoke"])
def test_a_customer_ends_all_its_tokens(people: Deployment, event: str) -> None:
    """Every token of the customer is dead for all; an admin's lives; the next login works."""
    tokens = [sign_in(people) for _ in range(2)]
    admin = sign_in(people, "admin_json")
    people.printed.clear()
    answer = people.invoke("login", load_event(f"login/{event}", tokens[0]))
    assert answer["statusCode"] == 200
    assert answer["body"] == "true" or ">true<" in answer["body"]
    (line,) = people.logs
    assert (line["operation"], line["result"]) == ("revoke", "ok")
    assert line["client_id"].startswith("customer:")
    assert people.counts[0]["Revocations"] == 1
    assert [is_active(people, token) for token in (*tokens, admin)] == [False, False, True]
    assert is_active(people, sign_in(people))


@pytest.mark.parametrize("issued_by", ["customer_json", "admin_json", "client", "none"])
def test_only_a_live_customer_ends_tokens(people: Deployment, issued_by: str) -> None:
    """A dead token, an admin's, a client's and none at all are told Magento's words.

    docs/platforms/magento.md, 6.3.
    """
    if issued_by == "client":
        token = people.issue()
    else:
        token = "x" if issued_by == "none" else sign_in(people, issued_by)
    if issued_by == "customer_json":
        people.invoke("login", load_event("login/revoke_customer", token))
    answer = people.invoke("login", load_event("login/revoke_customer", token))
    assert (answer["statusCode"], json.loads(answer["body"])) == (401, DENIED)


def test_wsdl(people: Deployment) -> None:
    """The description names the deployment's own address, and what needs a token only with one."""
    nobody = people.invoke("login", load_event("login/wsdl"))
    event = load_event("login/wsdl")
    event["headers"]["authorization"] = f"Bearer {sign_in(people)}"
    customer = people.invoke("login", event)
    for answer in (nobody, customer):
        assert answer["statusCode"] == 200
        assert answer["headers"]["content-type"] == "text/xml; charset=UTF-8"
        assert "https://auth.example.test/soap/default?services=" in answer["body"]
    assert "RevokeCustomerAccessToken" in customer["body"]
    assert "RevokeCustomerAccessToken" not in nobody["body"]
    assert people.logs[0]["operation"] == "wsdl"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/rest/V1/integration/admin/token", 404),
        ("PATCH", "/rest/V1/integration/admin/token", 405),
        ("POST", "/rest/V1/no/such/route", 404),
        ("POST", "/index.php/nothing", 404),
    ],
)
def test_no_route(people: Deployment, method: str, path: str, status: int) -> None:
    """Below the routes that the gateway sends here, Magento's own words say what is not there."""
    event = load_event("login/admin_json") | {"rawPath": path}
    event["requestContext"]["http"]["method"] = method
    answer = people.invoke("login", event)
    assert answer["statusCode"] == status
    assert set(json.loads(answer["body"])) == {"message"}


@pytest.mark.parametrize("kind", ["admin", "customer"])
def test_behind_the_real_authorizer(people: Deployment, kind: str) -> None:
    """A customer reads itself and no others; an admin the others, and no self."""
    token = sign_in(people, f"{kind}_json")
    found = {
        path: reach(people, f"/rest/V1/customers/{path}", token)["statusCode"]
        for path in ("me", "7")
    }
    assert found == {"admin": {"me": 401, "7": 200}, "customer": {"me": 200, "7": 401}}[kind]


def reach(people: Deployment, path: str, token: str) -> dict[str, Any]:
    """The example backend behind its authorizer, as the gateway has them."""
    asked = read_event("authorizer/http_v2", path, token)
    verdict = people.invoke("authorizer", asked)
    assert verdict["isAuthorized"] is True
    called = read_event("example/products", path, token)
    called["requestContext"]["authorizer"] = {"lambda": verdict["context"]}
    answer: dict[str, Any] = people.invoke("example", called)
    return answer


def read_event(name: str, path: str, token: str) -> Event:
    """An event for another path."""
    event: Event = json.loads(json.dumps(load_event(name, token)).replace("/v2/products", path))
    return event


@pytest.mark.parametrize(
    "text",
    [
        "{password}",
        "%7Busername%7D={username}&password={password}",
        '{"username": "{username}", "password": "{password}"',
        '{"{password}": "{username}"}',
        '{"username": "{password}", "password": "{username}"}',
        "<login><username>{username}</username><password>{password}</passw>",
        '<!DOCTYPE a [<!ENTITY p "{password}">]><a><username>{username}</username>&p;</a>',
    ],
)
@pytest.mark.parametrize("event", ["customer_json", "customer_xml", "soap_customer"])
def test_passwords_in_wrong_places_are_not_logged(
    people: Deployment, event: str, text: str
) -> None:
    """Whatever is wrong with a body, neither password nor name reaches the log (item 78)."""
    body = text.replace("{username}", CUSTOMER).replace("{password}", CUSTOMER_PASSWORD)
    people.hidden.append(CUSTOMER)
    answer = people.invoke("login", load_event(f"login/{event}") | {"body": body})
    assert answer["statusCode"] in (200, 400, 401)
    assert CUSTOMER_PASSWORD not in answer["body"]
    (line,) = people.logs
    assert line["level"] == "WARNING"


def test_credentials_in_a_query_are_never_read(people: Deployment) -> None:
    """Where logs of gateways and proxies keep them, they are as good as absent."""
    query = f"username={ADMIN}&password={ADMIN_PASSWORD}"
    event = load_event("login/admin_json") | {"rawQueryString": query, "body": "{}"}
    answer = people.invoke("login", event)
    assert answer["statusCode"] == 400
    assert [error["parameters"]["fieldName"] for error in json.loads(answer["body"])["errors"]] == [
        "username",
        "password",
    ]
