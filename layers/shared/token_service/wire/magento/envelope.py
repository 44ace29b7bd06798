"""SOAP envelopes, 1.2 and 1.1: requests read by local name, answers in kind.

docs/platforms/magento.md, 3.3 and 3.4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from token_service.wire.magento.documents import UnreadableDocumentError, read_document

_SERVER_ERROR = 500


class Version(Enum):
    """A version of SOAP: its namespace and its media type."""

    SOAP_12 = ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml")
    SOAP_11 = ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml")

    @property
    def namespace(self) -> str:
        """Of its envelope."""
        return self.value[0]

    @property
    def content_type(self) -> str:
        """Of its messages."""
        return f"{self.value[1]}; charset=utf-8"


class InvalidXmlError(ValueError):
    """No envelope; the message is Magento's sentence for why."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the name of its element, and the children's text by local name."""

    version: Version
    element: str
    fields: Mapping[str, str]


def read_call(body: bytes) -> Call:
    """The one call in an envelope; namespaces of its elements are not looked at.

    Raises:
        InvalidXmlError: not XML, with a DOCTYPE, or not an envelope with one call.

    """
    root = _parse(body)
    version = _version(root)
    if version is None:
        raise InvalidXmlError("Invalid XML")
    bodies = [child for child in root if child.tag == f"{{{version.namespace}}}Body"]
    calls = [call for element in bodies for call in element]
    if len(bodies) != 1 or len(calls) != 1:
        raise InvalidXmlError("Invalid XML")
    fields: dict[str, str] = {}
    for child in calls[0]:
        if _local(child) in fields or len(child):
            raise InvalidXmlError("Invalid XML")
        fields[_local(child)] = child.text or ""
    return Call(version, _local(calls[0]), fields)


def version_of(body: bytes) -> Version | None:
    """The version of an envelope, whatever is in it, or None for anything else."""
    try:
        return _version(_parse(body))
    except InvalidXmlError:
        return None


def write_result(version: Version, namespace: str, element: str, result: str) -> str:
    """The answer to a call."""
    return _envelope(
        version,
        f"<ns1:{element} xmlns:ns1={quoteattr(namespace)}>"
        f"<result>{escape(result)}</result></ns1:{element}>",
    )


def write_fault(version: Version, namespace: str, status: int, tree: Mapping[str, Any]) -> str:
    """A refusal: its sentence with placeholders left in, and what stands for them as detail."""
    sender = status < _SERVER_ERROR
    detail = _detail(namespace, tree)
    reason = escape(str(tree["message"]))
    if version is Version.SOAP_11:
        code = "Client" if sender else "Server"
        inner = f"<faultcode>env:{code}</faultcode><faultstring>{reason}</faultstring>"
        detail = detail and f"<detail>{detail}</detail>"
    else:
        code = "Sender" if sender else "Receiver"
        inner = (
            f"<env:Code><env:Value>env:{code}</env:Value></env:Code>"
            f'<env:Reason><env:Text xml:lang="en">{reason}</env:Text></env:Reason>'
        )
        detail = detail and f"<env:Detail>{detail}</env:Detail>"
    return _envelope(version, f"<env:Fault>{inner}{detail}</env:Fault>")


def _parse(body: bytes) -> Element:
    try:
        return read_document(body)
    except UnreadableDocumentError as error:
        doctype = ": Detected use of illegal DOCTYPE" if error.doctype else ""
        raise InvalidXmlError(f"Invalid XML{doctype}") from error


def _version(root: Element) -> Version | None:
    return next((v for v in Version if root.tag == f"{{{v.namespace}}}Envelope"), None)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


# What XML 1.0 has no way to write, not even escaped; a path or a query may hold it.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _envelope(version: Version, content: str) -> str:
    content = _NO_XML.sub("\ufffd", content)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<env:Envelope xmlns:env="{version.namespace}"><env:Body>{content}'
        "</env:Body></env:Envelope>\n"
    )


def _detail(namespace: str, tree: Mapping[str, Any]) -> str:
    parameters = _pairs("m:GenericFaultParameter", tree.get("parameters", {}))
    wrapped = "".join(
        f"<m:WrappedError><m:message>{escape(error['message'])}</m:message>"
        f"<m:parameters>{_pairs('m:parameter', error['parameters'])}</m:parameters>"
        "</m:WrappedError>"
        for error in tree.get("errors", [])
    )
    inner = (parameters and f"<m:Parameters>{parameters}</m:Parameters>") + (
        wrapped and f"<m:WrappedErrors>{wrapped}</m:WrappedErrors>"
    )
    if not inner:
        return ""
    return f"<m:GenericFault xmlns:m={quoteattr(namespace)}>{inner}</m:GenericFault>"


def _pairs(element: str, values: Mapping[str, str]) -> str:
    return "".join(
        f"<{element}><m:key>{escape(key)}</m:key><m:value>{escape(value)}</m:value></{element}>"
        for key, value in values.items()
    )
