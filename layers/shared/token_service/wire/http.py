"""Requests and responses as the dialects see them, and how API Gateway's events become them.

HTTP API payload 2.0 (aws-facts 1 and 5): header names in lower case, repeated headers joined by a
comma, form bodies in base64.
"""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


def request_from_event(event: Mapping[str, Any]) -> Request:
    """Read an HTTP API event (payload 2.0); what is missing or odd becomes empty, no error."""
    context = as_mapping(event.get("requestContext"))
    http = as_mapping(context.get("http"))
    body, broken = _body(event)
    return Request(
        method=_text(http.get("method")).upper(),
        path=_text(event.get("rawPath")) or _text(http.get("path")) or "/",
        headers=_headers(event),
        query=_text(event.get("rawQueryString")),
        raw_body=body,
        body_error=broken,
        id=_text(context.get("requestId")),
        source_ip=_text(http.get("sourceIp")),
        authorizer=as_mapping(as_mapping(context.get("authorizer")).get("lambda")),
    )


def request_id(event: Mapping[str, Any]) -> str | None:
    """The gateway's id of a request, the same in an authorizer's event as in the backend's."""
    return _text(as_mapping(event.get("requestContext")).get("requestId")) or None


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


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Header names in lower case; payload 2.0 hands cookies over apart from them."""
    headers = as_mapping(event.get("headers"))
    read = {name.lower(): value for name, value in headers.items() if isinstance(value, str)}
    cookies = event.get("cookies")
    if isinstance(cookies, list):
        read["cookie"] = "; ".join(cookie for cookie in cookies if isinstance(cookie, str))
    return read


def _body(event: Mapping[str, Any]) -> tuple[bytes, bool]:
    body = event.get("body")
    if not isinstance(body, str):
        return b"", body is not None
    if not event.get("isBase64Encoded"):
        # A lone surrogate cannot be UTF-8; it is kept so that the form reader refuses it.
        return body.encode("utf-8", "surrogatepass"), False
    try:
        return b64decode(body, validate=True), False
    except (Base64Error, ValueError):
        return b"", True


def as_mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
