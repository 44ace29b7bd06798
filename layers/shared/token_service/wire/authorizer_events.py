"""What asks an authorizer: every event it can be sent, read into one question (aws-facts 1.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from token_service.domain.dpop import Proof
from token_service.domain.owners import OwnerKind
from token_service.wire.bearer import read_bearer, read_dpop
from token_service.wire.bound import PROOF, BoundCall
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
    second tokens, by the kind of owner that each must have; None is no token.
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
        headers, identity = _headers(event), event.get("identitySource")
        url = _url(headers, raw_path)
        return Question(
            Kind.HTTP_V2,
            read_bearer(headers.get(_TOKEN), scheme_required=canonical(path) is not None),
            _shoppers(headers, identity),
            method=method,
            path=path,
            bound=_bound(headers, identity, method, url),
            signed=_signed(headers, method, url, str(event.get("rawQueryString") or "")),
            # A route that declares an identity source expects this function to refuse.
            admits_guests=not identity,
        )
    if event.get("type") in ("TOKEN", "REQUEST"):
        return _read_method_question(event)
    if event.get("type") == "DIRECT":
        authorization, method = _text(event.get("token")), _upper(event.get("method"))
        proof = Proof(_text(event.get("dpop")) or "", method, _text(event.get("url")) or "")
        return Question(
            Kind.DIRECT,
            read_bearer(authorization),
            {
                kind: read_bearer(_text(event[name]))
                for kind, name in _DIRECT_SHOPPERS.items()
                if event.get(name) is not None
            },
            method=method,
            path=str(event.get("path") or ""),
            bound=_bound_call(authorization, proof if "dpop" in event else None),
        )
    if "queryString" in context:
        return Question(
            Kind.APPSYNC,
            read_bearer(_text(event.get("authorizationToken"))),
            graphql=str(context.get("queryString") or ""),
            bound=_bound_call(_text(event.get("authorizationToken")), None),
        )
    raise UnknownEventError("not an authorizer event")


def _read_method_question(event: Mapping[str, Any]) -> Question:
    """REST TOKEN and REQUEST, HTTP API 1.0, and WebSocket, which differ by their ARN."""
    arn = _text(event.get("methodArn")) or _text(event.get("routeArn")) or ""
    if arn.count(":") < _ARN_PARTS + 1 or "/" not in arn:
        raise UnknownEventError("the event names no method ARN")
    if event.get("type") == "TOKEN":
        # It brings nothing but the token: no signature, and no proof.
        authorization = _text(event.get("authorizationToken"))
        bound = _bound_call(authorization, None)
        return Question(Kind.POLICY, read_bearer(authorization), arn=arn, bound=bound)
    _, stage, *rest = arn.split("/")
    if rest == ["$connect"]:
        # By the whole of what follows the stage: a path may end in anything its caller likes.
        kind, method, path = Kind.WEBSOCKET, "GET", f"/{stage}"
    else:
        # With the stage, as the client called it.
        kind, method = Kind.POLICY, _upper(event.get("httpMethod"))
        path = _text(as_mapping(event.get("requestContext")).get("path")) or ""
    headers = _headers(event)
    url = _url(headers, path)
    query = as_mapping(event.get("multiValueQueryStringParameters"))
    return Question(
        kind,
        read_bearer(headers.get(_TOKEN)),
        arn=arn,
        bound=_bound(headers, event.get("identitySource"), method, url),
        signed=_signed(headers, method, url, urlencode(query, doseq=True)),
    )


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
    return path.removeprefix(f"/{stage}") if path.startswith(f"/{stage}/") else path


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Each header's value by its name in lower case; repeated ones joined, as HTTP APIs join them.

    REST APIs show the last of several under `headers`, and all under `multiValueHeaders`.
    """
    several = as_mapping(event.get("multiValueHeaders")).items()
    return _joined(as_mapping(event.get("headers")).items()) | _joined(
        (name, value) for name, values in several for value in values or ()
    )


def _joined(headers: Iterable[tuple[str, object]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for written, value in headers:
        name, text = written.lower(), value if isinstance(value, str) else ""
        joined[name] = f"{joined[name]},{text}" if name in joined else text
    return joined


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _upper(value: object) -> str:
    return str(value or "").upper()
