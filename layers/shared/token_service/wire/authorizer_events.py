"""What asks an authorizer: every event it can be sent, read into one question (aws-facts 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from token_service.domain.model import OwnerKind
from token_service.wire.bearer import read_bearer
from token_service.wire.http import as_mapping
from token_service.wire.magento.paths import canonical

# Where a client says for which shopper it calls (contracts/elastic-path.md section 3).
_SHOPPER_HEADERS = {
    OwnerKind.CUSTOMER: "x-moltin-customer-token",
    OwnerKind.ACCOUNT_MEMBER: "ep-account-management-authentication-token",
}
_DIRECT_SHOPPERS = {
    OwnerKind.CUSTOMER: "customer_token",
    OwnerKind.ACCOUNT_MEMBER: "account_token",
}

# arn:partition:execute-api:region:account:api/stage/METHOD/path
_ARN_PARTS = 4


class Kind(StrEnum):
    """Who asks."""

    HTTP_V2 = "http_v2"
    POLICY = "policy"
    WEBSOCKET = "websocket"
    APPSYNC = "appsync"
    DIRECT = "direct"


class UnknownEventError(ValueError):
    """The event is not one that an authorizer is sent; the caller is misconfigured."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What an OAuth 1.0a signature covers; a body that is no form is not part of it (RFC 5849)."""

    method: str
    url: str
    authorization: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One authorization question, whoever asks; `arn` is the method's, for policy answers.

    `shoppers` are the second tokens, by the kind of owner that each must have; None is no token.
    """

    kind: Kind
    token: str | None = field(repr=False)
    shoppers: Mapping[OwnerKind, str | None] = field(default_factory=dict, repr=False)
    method: str = ""
    path: str = ""
    arn: str = ""
    graphql: str = field(default="", repr=False)
    signed: SignedRequest | None = None
    admits_guests: bool = False


def read_question(event: Mapping[str, Any]) -> Question:
    """Read any event an authorizer can be sent.

    Raises:
        UnknownEventError: none of the known shapes. The caller sees a fault, never an answer.

    """
    context = as_mapping(event.get("requestContext"))
    if event.get("version") == "2.0":
        http = as_mapping(context.get("http"))
        raw_path = str(event.get("rawPath") or "")
        path = _without_stage(raw_path, str(context.get("stage")))
        method = _upper(http.get("method"))
        signed = _signed(event, method, raw_path, str(event.get("rawQueryString") or ""))
        return Question(
            Kind.HTTP_V2,
            _header_token(event, scheme_required=canonical(path) is not None),
            _shoppers(event),
            method=method,
            path=path,
            signed=signed,
            # A route that declares an identity source expects this function to refuse.
            admits_guests=not event.get("identitySource"),
        )
    if event.get("type") in ("TOKEN", "REQUEST"):
        return _read_method_question(event)
    if event.get("type") == "DIRECT":
        token = event.get("token")
        return Question(
            Kind.DIRECT,
            read_bearer(token if isinstance(token, str) else None),
            {
                kind: read_bearer(_text(event[name]))
                for kind, name in _DIRECT_SHOPPERS.items()
                if event.get(name) is not None
            },
            method=_upper(event.get("method")),
            path=str(event.get("path") or ""),
        )
    if "queryString" in context:
        return Question(
            Kind.APPSYNC,
            read_bearer(_text(event.get("authorizationToken"))),
            graphql=str(context.get("queryString") or ""),
        )
    raise UnknownEventError("not an authorizer event")


def _read_method_question(event: Mapping[str, Any]) -> Question:
    """REST TOKEN and REQUEST, HTTP API 1.0, and WebSocket, which differ by their ARN."""
    arn = _text(event.get("methodArn")) or _text(event.get("routeArn")) or ""
    token = (
        read_bearer(_text(event.get("authorizationToken")))
        if event.get("type") == "TOKEN"
        else _header_token(event)
    )
    if arn.count(":") < _ARN_PARTS + 1 or "/" not in arn:
        raise UnknownEventError("the event names no method ARN")
    # By the whole of what follows the stage: a path may end in anything its caller likes.
    kind = Kind.WEBSOCKET if arn.split("/")[2:] == ["$connect"] else Kind.POLICY
    query = as_mapping(event.get("multiValueQueryStringParameters"))
    # With the stage, as the client called it.
    path = str(as_mapping(event.get("requestContext")).get("path") or "")
    signed = _signed(event, _upper(event.get("httpMethod")), path, urlencode(query, doseq=True))
    return Question(kind, token, arn=arn, signed=signed)


def _shoppers(event: Mapping[str, Any]) -> dict[OwnerKind, str | None]:
    """The second tokens, where the answer is reused for nobody who does not send the same.

    A gateway may reuse an answer wherever the identity source is the same, and many shoppers send
    one implicit token.
    """
    headers = {str(name).lower(): v for name, v in as_mapping(event.get("headers")).items()}
    identity = event.get("identitySource")
    return {
        kind: read_bearer(_text(headers[name]))
        for kind, name in _SHOPPER_HEADERS.items()
        if name in headers and (not identity or headers[name] in identity)
    }


def _signed(event: Mapping[str, Any], method: str, path: str, query: str) -> SignedRequest | None:
    """The request as its client signed it, if the Authorization header is OAuth 1.0a's."""
    headers = {str(k).lower(): _text(v) or "" for k, v in as_mapping(event.get("headers")).items()}
    authorization = headers.get("authorization", "")
    if authorization[:6].lower() != "oauth ":
        return None
    scheme = headers.get("x-forwarded-proto") or "https"
    url = f"{scheme}://{headers.get('host', '')}{path}" + (f"?{query}" if query else "")
    return SignedRequest(method, url, authorization)


def _without_stage(path: str, stage: str) -> str:
    """A stage other than $default is part of the raw path, and no part of any policy's."""
    return path.removeprefix(f"/{stage}") if path.startswith(f"/{stage}/") else path


def _header_token(event: Mapping[str, Any], *, scheme_required: bool = False) -> str | None:
    headers = {str(k).lower(): v for k, v in as_mapping(event.get("headers")).items()}
    return read_bearer(_text(headers.get("authorization")), scheme_required=scheme_required)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _upper(value: object) -> str:
    return str(value or "").upper()
