"""What asks an authorizer: every event, read into one question (docs/aws.md, 1.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import urlencode

from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerEventV2,
    APIGatewayAuthorizerRequestEvent,
    APIGatewayAuthorizerTokenEvent,
)
from aws_lambda_powertools.utilities.data_classes.appsync_authorizer_event import (
    AppSyncAuthorizerEvent,
)
from pydantic import BaseModel, ValidationError

from token_service.domain.dpop import Proof
from token_service.domain.owners import OwnerKind
from token_service.wire.bearer import read_bearer, read_dpop
from token_service.wire.bound import PROOF, BoundCall
from token_service.wire.http import mapping_of, text_of
from token_service.wire.magento.paths import canonical

# Where a client says for which shopper it calls (docs/platforms/elastic-path.md, 3).
_SHOPPER_HEADERS = {
    OwnerKind.CUSTOMER: "x-moltin-customer-token",
    OwnerKind.ACCOUNT_MEMBER: "ep-account-management-authentication-token",
}

_TOKEN = "authorization"  # noqa: S105 - the header that has it

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

    At most one of `token` (sent as Bearer), `bound` and `signed` is there. `shoppers` are the
    second tokens, by the kind of owner that each must have; None is no token. `unreadable` says
    which members of an event could not be read; such a question is denied.
    """

    kind: Kind
    token: str | None = field(repr=False)
    shoppers: Mapping[OwnerKind, str | None] = field(default_factory=dict, repr=False)
    method: str = ""
    path: str = ""
    arn: str = ""
    graphql: str = field(default="", repr=False)
    bound: BoundCall | None = None
    signed: SignedRequest | None = None
    admits_guests: bool = False
    unreadable: str | None = None


class DirectEvent(BaseModel):
    """What another Lambda sends that asks for itself (events/README.md); more is ignored."""

    type: Literal["DIRECT"]
    token: str | None = None
    method: str | None = None
    path: str | None = None
    url: str | None = None
    dpop: str | None = None
    customer_token: str | None = None
    account_token: str | None = None


def read_question(event: dict[str, Any]) -> Question:
    """Read any event an authorizer can be sent.

    Raises:
        UnknownEventError: none of the known shapes. The caller sees a fault, never an answer.

    """
    if event.get("version") == "2.0":
        return _read_http_api(APIGatewayAuthorizerEventV2(event))
    if event.get("type") == "TOKEN":
        return _read_token_event(APIGatewayAuthorizerTokenEvent(event))
    if event.get("type") == "REQUEST":
        return _read_request_event(APIGatewayAuthorizerRequestEvent(event))
    if event.get("type") == "DIRECT":
        return _read_direct(event)
    graphql = AppSyncAuthorizerEvent(event)
    if "queryString" in mapping_of(lambda: graphql.request_context.raw_event):
        authorization = text_of(lambda: graphql.authorization_token)
        return Question(
            Kind.APPSYNC,
            read_bearer(authorization),
            graphql=str(graphql.request_context.query_string or ""),
            bound=_bound_call(authorization, None),
        )
    raise UnknownEventError("not an authorizer event")


def _read_http_api(event: APIGatewayAuthorizerEventV2) -> Question:
    """The HTTP API's payload 2.0."""
    raw_path = text_of(lambda: event.raw_path)
    path = _without_stage(raw_path, text_of(lambda: event.request_context.stage))
    method = text_of(lambda: event.request_context.http.method).upper()
    headers, identity = _headers(event), event.identity_source
    url = _url(headers, raw_path)
    return Question(
        Kind.HTTP_V2,
        read_bearer(headers.get(_TOKEN), scheme_required=canonical(path) is not None),
        _shoppers(headers, identity),
        method=method,
        path=path,
        bound=_bound(headers, identity, method, url),
        signed=_signed(headers, method, url, text_of(lambda: event.raw_query_string)),
        # A route that declares an identity source expects this function to refuse.
        admits_guests=not identity,
    )


def _read_direct(event: dict[str, Any]) -> Question:
    """Another Lambda's question; one that cannot be read is nobody's."""
    try:
        asked = DirectEvent.model_validate(event)
    except ValidationError as error:
        return Question(Kind.DIRECT, None, unreadable=_faults(error))
    method, sent = (asked.method or "").upper(), asked.model_fields_set
    proof = Proof(asked.dpop or "", method, asked.url or "")
    return Question(
        Kind.DIRECT,
        read_bearer(asked.token),
        {
            kind: read_bearer(token)
            for kind, token in (
                (OwnerKind.CUSTOMER, asked.customer_token),
                (OwnerKind.ACCOUNT_MEMBER, asked.account_token),
            )
            if token is not None
        },
        method=method,
        path=asked.path or "",
        bound=_bound_call(asked.token, proof if "dpop" in sent else None),
    )


def _faults(error: ValidationError) -> str:
    """Each fault with the name of its member, and without what was sent there."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _read_token_event(event: APIGatewayAuthorizerTokenEvent) -> Question:
    """A REST API's TOKEN event. It has the token alone: no signature, and no proof."""
    authorization = text_of(lambda: event.authorization_token)
    return Question(
        Kind.POLICY,
        read_bearer(authorization),
        arn=_method_arn(event),
        bound=_bound_call(authorization, None),
    )


def _read_request_event(event: APIGatewayAuthorizerRequestEvent) -> Question:
    """The REQUEST event of REST, HTTP API 1.0 and WebSocket APIs, which differ by their ARN."""
    arn = _method_arn(event)
    _, stage, *rest = arn.split("/")
    if rest == ["$connect"]:
        # By the whole of what follows the stage: a path may end in anything its caller likes.
        kind, method, path = Kind.WEBSOCKET, "GET", f"/{stage}"
    else:
        # With the stage, as the client called it.
        kind, method = Kind.POLICY, text_of(lambda: event.http_method).upper()
        path = text_of(lambda: event.request_context.path)
    headers = _headers(event)
    url = _url(headers, path)
    query = mapping_of(lambda: event.get("multiValueQueryStringParameters"))
    return Question(
        kind,
        read_bearer(headers.get(_TOKEN)),
        arn=arn,
        bound=_bound(headers, event.get("identitySource"), method, url),
        signed=_signed(headers, method, url, urlencode(query, doseq=True)),
    )


def _method_arn(
    event: APIGatewayAuthorizerTokenEvent | APIGatewayAuthorizerRequestEvent,
) -> str:
    """The ARN of the method or route that is called."""
    arn = text_of(lambda: event.method_arn) or text_of(lambda: event["routeArn"])
    if arn.count(":") < _ARN_PARTS + 1 or "/" not in arn:
        raise UnknownEventError("the event names no method ARN")
    return arn


def _url(headers: Mapping[str, str], path: str) -> str:
    """The address without its query, as the client called it."""
    scheme = headers.get("x-forwarded-proto") or "https"
    return f"{scheme}://{headers.get('host', '')}{path}"


def _bound(headers: Mapping[str, str], identity: object, method: str, url: str) -> BoundCall | None:
    """The token and its proof, if the Authorization header has the DPoP scheme."""
    text = headers.get(PROOF)
    return _bound_call(
        headers.get(_TOKEN),
        None if text is None else Proof(text, method, url),
        # A list, or with payload 1.0 one text, of what an answer is cached under.
        may_be_reused=isinstance(identity, list | str)
        and len(identity) > 0
        and (not text or text not in identity),
    )


def _bound_call(
    authorization: str | None, proof: Proof | None, *, may_be_reused: bool = False
) -> BoundCall | None:
    token = read_dpop(authorization)
    return None if token is None else BoundCall(token, proof, may_be_reused)


def _shoppers(headers: Mapping[str, str], identity: Any) -> dict[OwnerKind, str | None]:  # noqa: ANN401 - whatever the event has
    """The second tokens, where the answer is reused for nobody who does not send the same.

    A gateway may reuse an answer wherever the identity source is the same, and many shoppers send
    one implicit token.
    """
    return {
        kind: read_bearer(headers[name])
        for kind, name in _SHOPPER_HEADERS.items()
        if name in headers and (not identity or headers[name] in identity)
    }


def _signed(headers: Mapping[str, str], method: str, url: str, query: str) -> SignedRequest | None:
    """The request as its client signed it, if the Authorization header is OAuth 1.0a's."""
    authorization = headers.get(_TOKEN, "")
    if authorization[:6].lower() != "oauth ":
        return None
    return SignedRequest(method, url + (f"?{query}" if query else ""), authorization)


def _without_stage(path: str, stage: str) -> str:
    """A stage other than $default is part of the raw path, and no part of any policy's."""
    return path.removeprefix(f"/{stage}") if stage and path.startswith(f"/{stage}/") else path


def _headers(
    event: APIGatewayAuthorizerEventV2 | APIGatewayAuthorizerRequestEvent,
) -> dict[str, str]:
    """Each header's value by its name in lower case; repeated ones joined, as HTTP APIs join them.

    REST APIs show the last of several under `headers`, and all under `multiValueHeaders`. The data
    class would keep one of several names that differ in case alone, so its raw members are read.
    """
    several = mapping_of(lambda: event.get("multiValueHeaders")).items()
    return _joined(mapping_of(lambda: event.get("headers")).items()) | _joined(
        (name, value) for name, values in several for value in values or ()
    )


def _joined(headers: Iterable[tuple[str, object]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for written, value in headers:
        name, text = written.lower(), value if isinstance(value, str) else ""
        joined[name] = f"{joined[name]},{text}" if name in joined else text
    return joined
