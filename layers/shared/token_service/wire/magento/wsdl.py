"""The WSDL 1.1 document of a list of services, document/literal, SOAP 1.2.

docs/platforms/magento.md, 3.2.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from token_service.wire.magento.services import Operation

_FAULT_TYPES = """
      <xsd:element name="GenericFault" type="tns:GenericFault"/>
      <xsd:complexType name="GenericFault"><xsd:sequence>
        <xsd:element name="Trace" type="xsd:string" minOccurs="0"/>
        <xsd:element name="Parameters" type="tns:ArrayOfGenericFaultParameter" minOccurs="0"/>
        <xsd:element name="WrappedErrors" type="tns:ArrayOfWrappedError" minOccurs="0"/>
      </xsd:sequence></xsd:complexType>
      <xsd:complexType name="GenericFaultParameter"><xsd:sequence>
        <xsd:element name="key" type="xsd:string"/>
        <xsd:element name="value" type="xsd:string"/>
      </xsd:sequence></xsd:complexType>
      <xsd:complexType name="ArrayOfGenericFaultParameter"><xsd:sequence>
        <xsd:element name="GenericFaultParameter" type="tns:GenericFaultParameter"
          minOccurs="0" maxOccurs="unbounded"/>
      </xsd:sequence></xsd:complexType>
      <xsd:complexType name="WrappedError"><xsd:sequence>
        <xsd:element name="message" type="xsd:string"/>
        <xsd:element name="parameters" type="tns:ArrayOfGenericFaultParameter" minOccurs="0"/>
      </xsd:sequence></xsd:complexType>
      <xsd:complexType name="ArrayOfWrappedError"><xsd:sequence>
        <xsd:element name="WrappedError" type="tns:WrappedError"
          minOccurs="0" maxOccurs="unbounded"/>
      </xsd:sequence></xsd:complexType>"""


def wsdl(services: Mapping[str, list[Operation]], namespace: str, address: str) -> str:
    """The document; `namespace` is the target namespace, `address` where calls go."""
    operations = [operation for offered in services.values() for operation in offered]
    parts = [
        *(_port_type(name, offered) for name, offered in services.items()),
        *(_binding(name, offered) for name, offered in services.items()),
        *(_service(name, address) for name in services),
        *(_messages(operation) for operation in operations),
        _message("GenericFault"),
    ]
    types = "".join(_types(operation) for operation in operations)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"
  xmlns:xsd="http://www.w3.org/2001/XMLSchema"
  xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
  xmlns:tns={quoteattr(namespace)} name="MagentoWSDL" targetNamespace={quoteattr(namespace)}>
  <types>
    <xsd:schema targetNamespace={quoteattr(namespace)}>{types}{_FAULT_TYPES}
    </xsd:schema>
  </types>
{"".join(parts)}</definitions>
"""


def _types(operation: Operation) -> str:
    request = "".join(_element(field.name, field.type) for field in operation.fields)
    return _type(f"{operation.name}Request", request) + _type(
        f"{operation.name}Response", _element("result", operation.result)
    )


def _type(element: str, content: str) -> str:
    kind = element[0].upper() + element[1:]
    return f"""
      <xsd:element name="{element}" type="tns:{kind}"/>
      <xsd:complexType name="{kind}"><xsd:sequence>{content}
      </xsd:sequence></xsd:complexType>"""


def _element(name: str, kind: str) -> str:
    return f'\n        <xsd:element name="{name}" type="xsd:{kind}" minOccurs="1" maxOccurs="1"/>'


def _port_type(service: str, operations: list[Operation]) -> str:
    inner = "".join(
        f"""
    <operation name="{operation.name}">
      <input message="tns:{operation.name}Request"/>
      <output message="tns:{operation.name}Response"/>
      <fault name="GenericFault" message="tns:GenericFault"/>
    </operation>"""
        for operation in operations
    )
    return f'  <portType name="{service}PortType">{inner}\n  </portType>\n'


def _binding(service: str, operations: list[Operation]) -> str:
    inner = "".join(
        f"""
    <operation name="{operation.name}">
      <soap12:operation soapAction="{operation.name}"/>
      <input><soap12:body use="literal"/></input>
      <output><soap12:body use="literal"/></output>
      <fault name="GenericFault"><soap12:fault use="literal" name="GenericFault"/></fault>
    </operation>"""
        for operation in operations
    )
    return f"""  <binding name="{service}Binding" type="tns:{service}PortType">
    <soap12:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>{inner}
  </binding>
"""


def _service(service: str, address: str) -> str:
    return f"""  <service name="{service}Service">
    <port name="{service}Port" binding="tns:{service}Binding">
      <soap12:address location="{escape(address)}"/>
    </port>
  </service>
"""


def _messages(operation: Operation) -> str:
    return _message(f"{operation.name}Request") + _message(f"{operation.name}Response")


def _message(name: str) -> str:
    part = f'<part name="messageParameters" element="tns:{name}"/>'
    return f'  <message name="{name}">{part}</message>\n'
