"""Magento's token services over SOAP, and the WSDL that describes them.

docs/platforms/magento.md, 3.
"""

import re
from urllib.parse import parse_qsl, quote

from token_service.domain.errors import MethodNotAllowed, PayloadTooLarge, ServiceError
from token_service.domain.limits import LIMITS
from token_service.wire.dialect import NO_STORE
from token_service.wire.dialect import Operation as Kind
from token_service.wire.http import Request, Response
from token_service.wire.magento.dialect import Magento, hints
from token_service.wire.magento.envelope import (
    Call,
    InvalidXmlError,
    Version,
    read_call,
    version_of,
    write_fault,
    write_result,
)
from token_service.wire.magento.errors import BadInput, missing_fields, told
from token_service.wire.magento.people import Done, People
from token_service.wire.magento.services import SERVICES, Operation
from token_service.wire.magento.wsdl import wsdl

_SERVICE_LIST = re.compile(r"[A-Za-z]\w*V\d+(,[A-Za-z]\w*V\d+)*", re.ASCII)


class InvalidXml(ServiceError):
    """The body is no envelope with one call; Magento calls that its own fault, not the sender's."""

    code = "invalid_xml"


class Soap:
    """Reads calls, has them served, and answers in the caller's version of SOAP."""

    def __init__(self, base_url: str, people: People) -> None:
        """`base_url` is what clients see, without a trailing slash."""
        self._base_url = base_url
        self._people = people

    def serve(self, request: Request) -> tuple[Response, Done]:
        """The answer to a call or to a question for the WSDL, and what was done.

        Raises:
            ServiceError: any refusal; `write_error` writes it as a fault.

        """
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        if request.method == "GET" and "wsdl_list" in query:
            return self._list(request), Done("wsdl")
        if request.method == "GET" and "wsdl" in query:
            return self._wsdl(request, query), Done("wsdl")
        if request.method != "POST":
            raise MethodNotAllowed(allow="GET, POST")
        operations = {
            operation.name: operation
            for service in _services(query)
            for operation in SERVICES[service]
        }
        call = _read(request)
        operation = operations.get(call.element.removesuffix("Request"))
        if operation is None or not call.element.endswith("Request"):
            raise BadInput(f"Operation {call.element} is not part of the requested services.")
        result, done = self._call(operation, call, request)
        body = write_result(
            call.version, self._namespace(request), f"{operation.name}Response", result
        )
        return _response(200, body, call.version.content_type), done

    def write_error(self, error: ServiceError, request: Request) -> Response:
        """Any refusal as a fault: status 200 for a call, its own status for the WSDL (3.4)."""
        version = _version_to_answer(request)
        status, tree = told(error, request)
        if isinstance(error, InvalidXml):
            status, tree = 500, {"message": error.public}
        body = write_fault(version, self._namespace(request), status, tree)
        if request.method == "POST":
            return _response(200, body, version.content_type)
        refused = _response(status, body, "text/xml; charset=UTF-8")
        return Response(status, body, {**refused.headers, **hints(error)})

    def _call(self, operation: Operation, call: Call, request: Request) -> tuple[str, Done]:
        if not operation.public:
            return "true", Done(Kind.REVOKE, self._people.revoke(request))
        missing = [field.name for field in operation.fields if not call.fields.get(field.name)]
        if missing:
            raise missing_fields(missing)
        token = self._people.sign_in(
            operation.kind, call.fields["username"], call.fields["password"]
        )
        return token.value, Done(Kind.ISSUE, token.record.owner)

    def _wsdl(self, request: Request, query: dict[str, str]) -> Response:
        """What the caller may call of the requested services."""
        unknown = [name for name in query if name not in ("wsdl", "services")]
        if unknown:
            raise BadInput(
                f"Not allowed parameters: {', '.join(unknown)}. Please use only wsdl and services."
            )
        names = _services(query)
        customer = self._people.customer(request)
        offered = {
            name: [op for op in SERVICES[name] if op.public or customer is not None]
            for name in names
        }
        address = f"{self._url(request)}?services={quote(','.join(names), safe='')}"
        body = wsdl(offered, self._namespace(request), address)
        return _response(200, body, "text/xml; charset=UTF-8")

    def _namespace(self, request: Request) -> str:
        """The endpoint's own URL, its query percent-encoded as Magento's tests have it (3.2)."""
        services = dict(parse_qsl(request.query)).get("services", "")
        return f"{self._url(request)}?{quote(f'services={services}', safe='')}"

    def _url(self, request: Request) -> str:
        return self._base_url + quote(request.path)

    def _list(self, request: Request) -> Response:
        """Every service and where its WSDL is, in the format that the client accepts (3.2)."""
        url = self._url(request)
        services = {name: {"wsdl_endpoint": f"{url}?wsdl&services={name}"} for name in SERVICES}
        return Magento().answer(200, services, request)


def _services(query: dict[str, str]) -> list[str]:
    requested = query.get("services", "")
    if not _SERVICE_LIST.fullmatch(requested):
        raise BadInput("Incorrect format of request URI or Requested services are missing.")
    names = list(dict.fromkeys(requested.split(",")))
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        raise BadInput(f"Requested services are not available: {', '.join(unknown)}")
    return names


def _read(request: Request) -> Call:
    if len(request.body) > LIMITS.body:
        raise PayloadTooLarge
    try:
        return read_call(request.body)
    except InvalidXmlError as error:
        raise InvalidXml(str(error)) from error


def _version_to_answer(request: Request) -> Version:
    """In kind: as the envelope says, or the media type where none can be read."""
    readable = len(request.raw_body) <= LIMITS.body
    version = version_of(request.raw_body) if readable else None
    if version is not None:
        return version
    return Version.SOAP_11 if request.media_type == "text/xml" else Version.SOAP_12


def _response(status: int, body: str, content_type: str) -> Response:
    return Response(status, body, {"content-type": content_type, **NO_STORE})
