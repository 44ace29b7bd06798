"""Elastic Path: POST /oauth/access_token (docs/platforms/elastic-path.md, 1, 6 and 8).

The vendor's documents disagree about the success body: some are flat, one wraps it in `data`.
Both are sent, so that a client of either works; a deploy parameter drops the repeat.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from token_service.domain.errors import (
    InvalidRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    ProofRequired,
    ServiceError,
    TooManyFailures,
    UnsupportedGrantType,
)
from token_service.domain.issue import IssueRequest
from token_service.domain.limits import LIMITS
from token_service.domain.owners import CLIENT_GRANTS, ClientCredentials
from token_service.domain.tokens import IssuedToken
from token_service.wire.dialect import NO_STORE, RETRY_AFTER_SECONDS, Operation
from token_service.wire.elastic_path.envelope import STORABLE, Body, refused
from token_service.wire.form import Repeated, fields_of, read_pairs
from token_service.wire.http import Request, Response, json_response

# What the SDKs send from browsers (6.1).
_REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "X-MOLTIN-SDK-LANGUAGE",
    "X-MOLTIN-SDK-VERSION",
    "X-MOLTIN-APPLICATION",
    "X-MOLTIN-CURRENCY",
    "X-MOLTIN-LANGUAGE",
    "X-MOLTIN-LOCALE",
    "X-MOLTIN-CUSTOMER-TOKEN",
    "X-MOLTIN-AUTH-STORE",
    "EP-Account-Management-Authentication-Token",
    "EP-Beta-Features",
    "EP-Channel",
    "EP-Context-Tag",
)
_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
# Seconds a browser may remember a preflight; the longest that any of them honours is two hours.
_PREFLIGHT_MAX_AGE = "7200"

# docs/platforms/elastic-path.md, 1, "Errors"; an error that is not here is a 400.
_STATUSES = {
    "invalid_client": (401, "Unauthorized"),
    "invalid_grant": (401, "Unauthorized"),
    "unauthorized_client": (401, "Unauthorized"),
    "unauthenticated": (401, "Unable to validate access token"),
    "forbidden": (403, "Forbidden"),
    "not_offered": (403, "Forbidden"),
    "not_found": (404, "Not Found"),
    "conflict": (409, "Conflict"),
    "method_not_allowed": (405, "Method Not Allowed"),
    "payload_too_large": (413, "Payload Too Large"),
    "too_many_failures": (429, "Too Many Requests"),
    "name_taken": (422, "Unprocessable Entity"),
    "server_error": (500, "Internal Server Error"),
    "temporarily_unavailable": (503, "Service Unavailable"),
}
_UNAVAILABLE = 503


class ElasticPathTokenRequest(Body):
    """The fields of a token request, in a form or in JSON."""

    grant_type: Annotated[
        str,
        Field(
            description="How the client proves itself.",
            max_length=LIMITS.grant_type,
            examples=["client_credentials"],
            json_schema_extra={"enum": sorted(CLIENT_GRANTS)},
        ),
        STORABLE,
    ]
    client_id: Annotated[
        str,
        Field(description="The client's id.", min_length=1, max_length=LIMITS.client_id),
        STORABLE,
    ]
    client_secret: Annotated[
        str,
        Field(
            description="The client's secret; required for `client_credentials`.",
            max_length=LIMITS.client_secret,
            json_schema_extra={"format": "password"},
            repr=False,
        ),
        STORABLE,
    ] = ""


class ElasticPath:
    """Elastic Path's token endpoint and error envelope."""

    name = "elastic_path"
    routes: Mapping[str, Operation] = {"/oauth/access_token": Operation.ISSUE}
    prefixes = ("/oauth/", "/v2/", "/catalog/", "/pcm/", "/oidc-idp/")

    def __init__(self, *, repeat_data: bool = True, allow_origin: str = "*") -> None:
        """`repeat_data` repeats the success body under `data`; `allow_origin` is for browsers."""
        self._repeat_data = repeat_data
        self._cors = {"access-control-allow-origin": allow_origin}
        if allow_origin != "*":
            self._cors["vary"] = "Origin"
        self.headers: Mapping[str, str] = {**NO_STORE, **self._cors}

    def preflight(self, request: Request) -> Response | None:
        """Say yes to a browser, with or without a token."""
        if request.method != "OPTIONS":
            return None
        headers = {
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": ", ".join(_REQUEST_HEADERS),
            "access-control-max-age": _PREFLIGHT_MAX_AGE,
        }
        return Response(204, "", self._cors | headers)

    def read_issue(self, request: Request) -> IssueRequest:
        """Read a token request: a JSON object if the body begins like one, else a form.

        The documents' own examples send a form under a JSON content type, so the header says
        nothing.

        Raises:
            MethodNotAllowed, PayloadTooLarge, InvalidRequest, UnsupportedGrantType: unreadable.

        """
        if request.method != "POST":
            raise MethodNotAllowed(allow="POST, OPTIONS")
        fields = _read_fields(request.body)
        if fields.grant_type not in CLIENT_GRANTS:
            raise UnsupportedGrantType("The grant_type must be client_credentials or implicit.")
        return IssueRequest(
            grant_type=fields.grant_type,
            credentials=ClientCredentials(
                fields.client_id, fields.client_secret or None, source=request.source_ip
            ),
            grants=CLIENT_GRANTS,
        )

    def write_token(self, token: IssuedToken) -> Response:
        """The success body; `expires` and `expires_in` are seconds."""
        body: dict[str, Any] = {
            "access_token": token.value,
            "token_type": "Bearer",
            "expires_in": token.expires_in,
            "expires": token.record.expires_at,
            "identifier": token.record.grant,
        }
        if self._repeat_data:
            body["data"] = dict(body)
        return json_response(200, body, self.headers)

    def write_error(self, error: ServiceError, request: Request) -> Response:  # noqa: ARG002 - the protocol's shape
        """The `errors` envelope, status as a string."""
        # A client that must bind its tokens asked for what this dialect has not; it is known.
        known = {} if isinstance(error, ProofRequired) else _STATUSES
        status, title = known.get(error.code, (400, "Bad Request"))
        headers = dict(self.headers)
        if isinstance(error, MethodNotAllowed):
            headers["allow"] = error.allow
        if isinstance(error, TooManyFailures):
            headers["retry-after"] = str(error.retry_after)
        if status == _UNAVAILABLE:
            headers["retry-after"] = RETRY_AFTER_SECONDS
        entry = {"status": str(status), "title": title}
        detail = error.public or _DETAILS.get(error.code)
        if detail:
            entry["detail"] = detail
        return json_response(status, {"errors": [entry]}, headers)


_DETAILS = {"server_error": "there was a problem processing your request"}


def _read_fields(body: bytes) -> ElasticPathTokenRequest:
    """The fields of a form, or of a JSON object; empty ones count as absent."""
    fields: dict[str, Any]
    if not body.lstrip().startswith(b"{"):
        fields = dict(fields_of(read_pairs(body), Repeated.REFUSE))
    elif len(body) > LIMITS.body:
        raise PayloadTooLarge
    else:
        fields = _read_json(body)
    try:
        return ElasticPathTokenRequest.model_validate(fields)
    except ValidationError as error:
        raise refused(error.errors(include_url=False)) from error


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        pairs = json.loads(body.decode(), object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The body is neither a form nor JSON.") from error
    known = [pair for pair in pairs if pair[0] in ElasticPathTokenRequest.model_fields]
    fields = dict(known)
    if len(fields) != len(known):
        raise InvalidRequest("A field is repeated.")
    return {name: value for name, value in fields.items() if value != ""}
