"""Requests and responses as the dialects see them, and how API Gateway's events become them.

HTTP API payload 2.0 (docs/aws.md, 4): header names in lower case, repeated headers joined by a
comma, form bodies in base64.
"""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools.utilities.data_classes.api_gateway_proxy_event import (
    APIGatewayProxyEventV2,
)

from token_service.domain.errors import InvalidRequest

_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `body_error` is set when the body could not be unpacked.

    No client's credentials are read from `query`, only what a browser brings from an OpenID
    provider. `authorizer` is what the gateway's authorizer found.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    raw_body: bytes = field(default=b"", repr=False)
    body_error: bool = False
    id: str = ""
    source_ip: str = ""
    query: str = field(default="", repr=False)
    authorizer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The body's bytes.

        Raises:
            InvalidRequest: the gateway's base64 was broken.

        """
        if self.body_error:
            raise InvalidRequest("the body could not be decoded")
        return self.raw_body

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters, lower case; '' if absent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; the body is text, as every dialect's is."""

    status: int
    body: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(
    status: int, value: object, headers: Mapping[str, str], content_type: str = "application/json"
) -> Response:
    """A compact JSON response."""
    return Response(status, _compact(value), {"content-type": content_type, **headers})


def request_from_event(event: dict[str, Any]) -> Request:
    """Read an HTTP API event (payload 2.0); a missing or odd member becomes empty, no error."""
    read = APIGatewayProxyEventV2(event)
    body, broken = _body(read)
    return Request(
        method=text_of(lambda: read.http_method).upper(),
        path=text_of(lambda: read.raw_path)
        or text_of(lambda: read.request_context.http.path)
        or "/",
        headers=_headers(read),
        query=text_of(lambda: read.raw_query_string),
        raw_body=body,
        body_error=broken,
        id=text_of(lambda: read.request_context.request_id),
        source_ip=text_of(lambda: read.request_context.http.source_ip),
        authorizer=mapping_of(lambda: read.request_context.authorizer.get_lambda),
    )


def request_id(event: dict[str, Any]) -> str | None:
    """The gateway's id of a request, the same in an authorizer's event as in the backend's."""
    read = APIGatewayProxyEventV2(event)
    return text_of(lambda: read.request_context.request_id) or None


def event_from_response(response: Response) -> dict[str, Any]:
    """What API Gateway is given back."""
    headers = dict(response.headers)
    cookie = headers.pop("set-cookie", None)
    return {
        "statusCode": response.status,
        "headers": headers,
        **({"cookies": [cookie]} if cookie else {}),
        "body": response.body,
        "isBase64Encoded": False,
    }


def _headers(event: APIGatewayProxyEventV2) -> dict[str, str]:
    """Headers by lower-case name. Payload 2.0 has cookies in a member of their own."""
    headers = mapping_of(lambda: event.headers)
    found = {name: value for name, value in headers.items() if isinstance(value, str)}
    cookies: object = event.get("cookies")
    if isinstance(cookies, list):
        found["cookie"] = "; ".join(cookie for cookie in cookies if isinstance(cookie, str))
    return found


def _body(event: APIGatewayProxyEventV2) -> tuple[bytes, bool]:
    """The body's bytes, and whether it is broken. A body may be binary, so it is no text here."""
    body: object = event.body
    if not isinstance(body, str):
        return b"", body is not None
    if not event.is_base64_encoded:
        # A lone surrogate cannot be UTF-8; it is kept so that the form reader refuses it.
        return body.encode("utf-8", "surrogatepass"), False
    try:
        return b64decode(body, validate=True), False
    except (Base64Error, ValueError):
        return b"", True


def text_of(read: Callable[[], object]) -> str:
    """A member of an event, or "" if it is missing or no text."""
    value = _member(read)
    return value if isinstance(value, str) else ""


def mapping_of(read: Callable[[], object]) -> Mapping[str, Any]:
    """A member of an event, or an empty mapping if it is missing or no object."""
    value = _member(read)
    return value if isinstance(value, dict) else {}


def _member(read: Callable[[], object]) -> object:
    """What Powertools' data class reads, which raises any of these for an event that is odd."""
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
