"""The WSDL, and a real SOAP client that knows nothing else of the service.

Numbers are sections of docs/platforms/magento.md.
"""

import json
from typing import Any

import pytest
import zeep
from defusedxml.ElementTree import fromstring
from zeep.exceptions import Fault
from zeep.transports import Transport

from tests.service import ISSUER
from tests.wire.magento.envelopes import (
    ADMINS,
    BOTH,
    CREATE_ADMIN,
    CREATE_CUSTOMER,
    CUSTOMERS,
    NAMESPACE,
    QUERY,
    REVOKE,
    fault_of,
)
from tests.wire.magento.in_process import session
from tests.wire.magento.world import (
    ADMIN,
    ADMIN_PASSWORD,
    CUSTOMER,
    CUSTOMER_PASSWORD,
    DENIED,
    REQUIRED,
    SIGN_IN,
    World,
)

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
PATH = "/soap/default"


def client(
    world: World, services: str = BOTH, token: str | None = None, path: str = PATH
) -> zeep.Client:
    """A zeep client that loads the WSDL from the endpoint."""
    transport = Transport(session=session(world, token))  # type: ignore[no-untyped-call]
    url = f"{ISSUER}{path}?wsdl&services={services}"
    return zeep.Client(url, transport=transport)  # type: ignore[no-untyped-call]


def service(made: zeep.Client, name: str) -> Any:  # noqa: ANN401 - zeep makes it of the WSDL
    """The operations of one service."""
    return made.bind(f"{name}Service", f"{name}Port")


def names(made: zeep.Client, of: str) -> list[str]:
    """The operations that a service offers."""
    return sorted(
        operation
        for service in made.wsdl.services.values()
        if service.name == f"{of}Service"
        for port in service.ports.values()
        for operation in port.binding.all()
    )


@pytest.mark.parametrize("path", ["/soap/default", "/soap/all", "/soap/", "/soap"])
def test_a_soap_client_logs_in(world: World, path: str) -> None:
    """Admins and customers get tokens from operations that zeep found in the WSDL."""
    made = client(world, path=path)
    tokens = {
        "admin": getattr(service(made, ADMINS), CREATE_ADMIN)(ADMIN, ADMIN_PASSWORD),
        "customer": getattr(service(made, CUSTOMERS), CREATE_CUSTOMER)(
            username=CUSTOMER, password=CUSTOMER_PASSWORD
        ),
    }
    for kind, token in tokens.items():
        active = world.service.validator.validate(token)
        assert active is not None
        assert active.record.owner.kind == kind


@pytest.mark.parametrize("services", [CUSTOMERS, BOTH, f"{CUSTOMERS},{ADMINS}"])
def test_a_soap_client_revokes(world: World, services: str) -> None:
    """With a token on WSDL and call, the customer's tokens end; the result is a boolean."""
    token = world.customer_token()
    revoke = getattr(service(client(world, services, token), CUSTOMERS), REVOKE)
    assert revoke(customerId=0) is True
    assert world.service.validator.validate(token) is None
    with pytest.raises(Fault, match=f"^{DENIED}$"):
        revoke(customerId=0)


def test_a_soap_client_reads_faults(world: World) -> None:
    """A refusal is a Fault with Magento's sentence; details are elements that zeep can find."""
    log_in = getattr(service(client(world), ADMINS), CREATE_ADMIN)
    with pytest.raises(Fault) as wrong:
        log_in(ADMIN, "wrong")
    assert (wrong.value.message, wrong.value.code) == (SIGN_IN, "env:Sender")
    assert wrong.value.detail is None
    with pytest.raises(Fault) as missing:
        log_in(ADMIN, "")
    assert missing.value.message == REQUIRED
    keys = [element.text for element in missing.value.detail.iter(f"{{{NAMESPACE}}}key")]
    assert keys == ["fieldName"]


def test_the_wsdl_offers_what_the_caller_may_call(world: World) -> None:
    """3.2: guests and admins see the logins; revoking is for whoever shows a customer's token."""
    everybody = [CREATE_CUSTOMER]
    assert names(client(world), ADMINS) == [CREATE_ADMIN]
    assert names(client(world), CUSTOMERS) == everybody
    assert names(client(world, token="nonsense"), CUSTOMERS) == everybody
    assert names(client(world, token=world.admin_token()), CUSTOMERS) == everybody
    customer = client(world, token=world.customer_token())
    assert names(customer, CUSTOMERS) == [CREATE_CUSTOMER, REVOKE]


def test_the_document(world: World) -> None:
    """3.1 and 3.2: the names of everything, document/literal over SOAP 1.2, and where to call."""
    answer = world.send("GET", PATH, query=f"wsdl&{QUERY}", token=world.customer_token())
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=UTF-8")
    root = fromstring(answer.body)
    assert root.tag == f"{WSDL}definitions"
    assert root.attrib == {"name": "MagentoWSDL", "targetNamespace": NAMESPACE}
    operations = [CREATE_ADMIN, CREATE_CUSTOMER, REVOKE]
    messages = [f"{name}{kind}" for name in operations for kind in ("Request", "Response")]
    found = {tag: [e.get("name") for e in root.iter(tag)] for tag in {e.tag for e in root.iter()}}
    for tag in ("portType", "binding", "service"):
        suffix = tag[0].upper() + tag[1:]
        assert found[WSDL + tag] == [ADMINS + suffix, CUSTOMERS + suffix]
    assert found[f"{WSDL}port"] == [f"{ADMINS}Port", f"{CUSTOMERS}Port"]
    assert found[f"{WSDL}message"] == [*messages, "GenericFault"]
    assert set(found[f"{WSDL}part"]) == {"messageParameters"}
    types = [name[0].upper() + name[1:] for name in messages]
    assert [name for name in found[f"{XSD}complexType"] if name in types] == types
    schema = root.find(f"{WSDL}types/{XSD}schema")
    assert schema is not None
    assert schema.attrib == {"targetNamespace": NAMESPACE}  # children stay unqualified
    bindings = list(root.iter(f"{SOAP}binding"))
    transport = "http://schemas.xmlsoap.org/soap/http"
    assert [b.attrib for b in bindings] == [{"style": "document", "transport": transport}] * 2
    assert {e.get("use") for e in root.iter(f"{SOAP}body")} == {"literal"}
    assert [e.get("soapAction") for e in root.iter(f"{SOAP}operation")] == operations
    url = f"{ISSUER}{PATH}?services={ADMINS}%2C{CUSTOMERS}"
    assert [e.get("location") for e in root.iter(f"{SOAP}address")] == [url] * 2


def test_the_types_of_the_fields(world: World) -> None:
    """3.1: strings in order and once each; revoking asks for an int and answers a boolean."""
    answer = world.send("GET", PATH, query=f"wsdl&{QUERY}", token=world.customer_token())
    found = {
        kind.get("name"): [
            (e.get("name"), e.get("type"), e.get("minOccurs"), e.get("maxOccurs"))
            for e in kind.iter(f"{XSD}element")
        ]
        for kind in fromstring(answer.body).iter(f"{XSD}complexType")
    }
    login = [(name, "xsd:string", "1", "1") for name in ("username", "password")]
    revoke = f"I{REVOKE[1:]}"
    assert found[f"I{CREATE_ADMIN[1:]}Request"] == login
    assert found[f"I{CREATE_CUSTOMER[1:]}Request"] == login
    assert found[f"I{CREATE_ADMIN[1:]}Response"] == [("result", "xsd:string", "1", "1")]
    assert found[f"{revoke}Request"] == [("customerId", "xsd:int", "1", "1")]
    assert found[f"{revoke}Response"] == [("result", "xsd:boolean", "1", "1")]


@pytest.mark.parametrize("flag", ["wsdl", "wsdl=", "wsdl=1"])
def test_how_the_wsdl_is_asked_for(world: World, flag: str) -> None:
    """3.2: a bare key, or any value, before or after the services."""
    for query in (f"{flag}&{QUERY}", f"{QUERY}&{flag}", f"{flag}&services={ADMINS}%2C{CUSTOMERS}"):
        assert world.send("GET", PATH, query=query).status == 200


REFUSED = {
    "no services": (
        "wsdl",
        400,
        "Incorrect format of request URI or Requested services are missing.",
    ),
    "a bad list": (
        "wsdl&services=a;b",
        400,
        "Incorrect format of request URI or Requested services are missing.",
    ),
    "a parameter too many": (
        f"wsdl&{QUERY}&x=1",
        400,
        "Not allowed parameters: x. Please use only wsdl and services.",
    ),
    "unknown services": (
        "wsdl&services=aV1,bV1",
        400,
        "Requested services are not available: aV1, bV1",
    ),
    "no wsdl": (QUERY, 405, "The GET HTTP method is not supported."),
    "markup": (
        f"wsdl&{QUERY}&%3Ca%3E=1",
        400,
        "Not allowed parameters: <a>. Please use only wsdl and services.",
    ),
    "what XML cannot say": (
        f"wsdl&{QUERY}&%01=1",
        400,
        "Not allowed parameters: \ufffd. Please use only wsdl and services.",
    ),
}


@pytest.mark.parametrize(("query", "status", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_wsdl_that_cannot_be_had(world: World, query: str, status: int, reason: str) -> None:
    """3.2 and 3.4: a fault that is well-formed whatever was sent, with a status of its own."""
    answer = world.send("GET", PATH, query=query)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/xml; charset=UTF-8")
    fault = fault_of(answer)
    assert (fault.code, fault.reason) == ("env:Sender", reason)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_other_methods(world: World, method: str) -> None:
    """A WSDL is got and a call is posted; anything else is told what works."""
    answer = world.send(method, PATH, query=QUERY)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


def test_a_path_that_xml_cannot_say(world: World) -> None:
    """The document names its own address, and stays well-formed."""
    answer = world.send("GET", "/soap/a\x01<&", query=f"wsdl&{QUERY}")
    assert answer.status == 200
    assert "/soap/a%01%3C%26?" in fromstring(answer.body).attrib["targetNamespace"]


def test_the_list_of_services(world: World) -> None:
    """3.2: every service and where its WSDL is, in the format that is accepted."""
    answer = world.send("GET", PATH, query="wsdl_list=1")
    assert answer.status == 200
    listed = json.loads(answer.body)
    assert set(listed) == {ADMINS, CUSTOMERS}
    assert listed[ADMINS] == {"wsdl_endpoint": f"{ISSUER}{PATH}?wsdl&services={ADMINS}"}
