"""SOAP messages as clients write them, and their answers taken apart."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring
from token_service.wire.http import Response

from tests.service import ISSUER

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
ADMINS, CUSTOMERS = "integrationAdminTokenServiceV1", "integrationCustomerTokenServiceV1"
BOTH = f"{ADMINS},{CUSTOMERS}"
CREATE_ADMIN = f"{ADMINS}CreateAdminAccessToken"
CREATE_CUSTOMER = f"{CUSTOMERS}CreateCustomerAccessToken"
REVOKE = f"{CUSTOMERS}RevokeCustomerAccessToken"
PATH, QUERY = "/soap/default", f"services={BOTH}"
NAMESPACE = f"{ISSUER}/soap/default?services%3D{ADMINS}%2C{CUSTOMERS}"
CONTENT_TYPES = {SOAP_12: "application/soap+xml; charset=utf-8", SOAP_11: "text/xml; charset=utf-8"}


def fields(**values: str) -> str:
    """Unqualified children."""
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in values.items())


def envelope(
    operation: str, children: str = "", *, version: str = SOAP_12, namespace: str = NAMESPACE
) -> str:
    """A call, as PHP's SoapClient writes it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<env:Envelope xmlns:env="{version}" xmlns:ns1="{namespace}"><env:Body>'
        f"<ns1:{operation}Request>{children}</ns1:{operation}Request></env:Body></env:Envelope>"
    )


@dataclass(frozen=True)
class Fault:
    """What a fault says; `parameters` of the error itself, and of each wrapped one."""

    code: str
    reason: str
    parameters: dict[str, str]
    wrapped: list[tuple[str, dict[str, str]]]


def fault_of(response: Response, version: str = SOAP_12) -> Fault:
    """The fault in a response, which must be one of this version."""
    root = fromstring(response.body)
    assert root.tag == f"{{{version}}}Envelope"
    fault = root.find(f"{{{version}}}Body/{{{version}}}Fault")
    assert fault is not None, response.body
    if version == SOAP_12:
        code = fault.findtext(f"{{{version}}}Code/{{{version}}}Value")
        text = fault.find(f"{{{version}}}Reason/{{{version}}}Text")
        assert text is not None
        assert text.attrib == {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
        reason, detail = text.text, fault.find(f"{{{version}}}Detail")
    else:
        code, reason = fault.findtext("faultcode"), fault.findtext("faultstring")
        detail = fault.find("detail")
    parameters, wrapped = {}, []
    if detail is not None:
        space = "{" + detail[0].tag[1:].partition("}")[0] + "}"
        assert detail[0].tag == f"{space}GenericFault"
        for pair in detail.iterfind(f".//{space}GenericFaultParameter"):
            parameters[str(pair[0].text)] = str(pair[1].text)
        for one in detail.iterfind(f".//{space}WrappedError"):
            pairs = one.iterfind(f".//{space}parameter")
            wrapped.append(
                (str(one[0].text), {str(pair[0].text): str(pair[1].text) for pair in pairs})
            )
    return Fault(str(code), str(reason), parameters, wrapped)


def result_of(response: Response, operation: str, version: str = SOAP_12) -> str:
    """The result of a call that succeeded, in the one shape that it has."""
    assert response.status == 200
    assert response.headers["content-type"] == CONTENT_TYPES[version]
    root = fromstring(response.body)
    answer = root.find(f"{{{version}}}Body")
    assert answer is not None, response.body
    assert [child.tag for child in answer] == [f"{{{NAMESPACE}}}{operation}Response"]
    assert [child.tag for child in answer[0]] == ["result"]
    return str(answer[0][0].text)
