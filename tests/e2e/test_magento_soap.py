"""Magento's SOAP service over HTTP, with zeep, which knows it from its WSDL alone."""

from typing import Any

import pytest
import requests
import zeep
from zeep.exceptions import Fault, TransportError
from zeep.transports import Transport

from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.magento import ME, PASSWORD, SIGN_IN, Magento
from tests.e2e.operator import Operator

ADMINS, CUSTOMERS = "integrationAdminTokenServiceV1", "integrationCustomerTokenServiceV1"


@pytest.fixture(scope="module")
def magento(deployed: Deployed, demo: dict[str, str], tokenctl: Operator) -> Magento:
    """The deployment for people."""
    return Magento(deployed, demo, tokenctl)


def load(magento: Magento, token: str | None = None) -> Any:  # noqa: ANN401 - zeep has no types
    """A client of both services."""
    session = requests.Session()
    session.trust_env = False
    if token:
        session.headers["authorization"] = f"Bearer {token}"
    transport: Any = Transport(session=session)  # type: ignore[no-untyped-call]
    url = f"{magento.url}/soap/default?wsdl&services={ADMINS},{CUSTOMERS}"
    return zeep.Client(url, transport=transport)  # type: ignore[no-untyped-call]


def operation(client: Any, service: str, name: str) -> Any:  # noqa: ANN401 - zeep has no types
    """One operation."""
    return client.bind(f"{service}Service", f"{service}Port")[service + name]


def test_zeep_logs_in(magento: Magento) -> None:
    """Both services give tokens that open what REST's do."""
    client, demo = load(magento), magento.demo
    admin = operation(client, ADMINS, "CreateAdminAccessToken")
    customer = operation(client, CUSTOMERS, "CreateCustomerAccessToken")
    tokens = [
        admin(demo["ADMIN_USERNAME"], demo["ADMIN_PASSWORD"]),
        customer(username=demo["CUSTOMER_EMAIL"], password=demo["CUSTOMER_PASSWORD"]),
    ]
    magento.deployed.tokens.extend(tokens)
    assert [magento.lacks(ME, token) for token in tokens] == ["self", None]


def test_zeep_revokes(magento: Magento) -> None:
    """With a customer's token the WSDL has the operation, and it ends the customer's tokens."""
    token = magento.new("customer", "soap@example.com")
    revoke = operation(load(magento, token), CUSTOMERS, "RevokeCustomerAccessToken")
    assert revoke(customerId=0) is True
    assert magento.lacks(ME, token) == "self"
    with pytest.raises(Fault, match="isn't authorized"):
        revoke(customerId=0)
    with pytest.raises(AttributeError):
        operation(load(magento), CUSTOMERS, "RevokeCustomerAccessToken")


def test_zeep_reads_a_fault(magento: Magento) -> None:
    """A refusal is a Fault, with status 200 as Magento has it."""
    log_in = operation(load(magento), CUSTOMERS, "CreateCustomerAccessToken")
    with pytest.raises(Fault) as refused:
        log_in("nobody@example.com", PASSWORD)
    assert (refused.value.message, refused.value.code) == (SIGN_IN["message"], "env:Sender")


@pytest.mark.parametrize(
    ("content_type", "namespace"),
    [
        ("application/soap+xml; charset=utf-8", "http://www.w3.org/2003/05/soap-envelope"),
        ("text/xml; charset=utf-8", "http://schemas.xmlsoap.org/soap/envelope/"),
    ],
)
def test_either_version_is_answered_in_kind(
    magento: Magento, content_type: str, namespace: str
) -> None:
    """An envelope as a script might write it: success, fault and nonsense in its own version."""
    url = f"{magento.url}/soap/default?services={CUSTOMERS}"
    call = f"{CUSTOMERS}CreateCustomerAccessTokenRequest"

    def post(password: str, end: str = "</e:Envelope>") -> requests.Response:
        body = (
            f'<e:Envelope xmlns:e="{namespace}"><e:Body><x:{call} xmlns:x="urn:any">'
            f"<username>{magento.demo['CUSTOMER_EMAIL']}</username>"
            f"<password>{password}</password></x:{call}></e:Body>{end}"
        )
        headers = {"content-type": content_type}
        return magento.deployed.http.post(url, data=body, headers=headers, timeout=SECONDS)

    for answer, text in (
        (post(magento.demo["CUSTOMER_PASSWORD"]), "<result>"),
        (post("wrong"), SIGN_IN["message"]),
        (post("wrong", end=""), "Invalid XML"),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
        assert namespace in answer.text
        assert text in answer.text


def test_a_wsdl_that_cannot_be_had(magento: Magento) -> None:
    """docs/platforms/magento.md, 3.4: a fault with a status of its own."""
    answer = magento.deployed.get("/soap/default?wsdl")
    assert answer.status_code == 400
    assert "Requested services are missing" in answer.text
    transport: Any = Transport(session=magento.deployed.http)  # type: ignore[no-untyped-call]
    with pytest.raises((TransportError, requests.HTTPError)):
        zeep.Client(f"{magento.url}/soap/default?wsdl", transport=transport)  # type: ignore[no-untyped-call]
