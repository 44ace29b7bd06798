"""OAuth 2.0 endpoints: RFC 6749 token requests, RFC 7662 introspection, RFC 7009 revocation.

Two dialects speak it, strictly and leniently. What differs between them is data: see `Profile`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from token_service.domain.errors import (
    InvalidClient,
    InvalidRequest,
    MethodNotAllowed,
    ServiceError,
    UnsupportedMediaType,
    UnsupportedTokenType,
)
from token_service.domain.issue import IssueRequest
from token_service.domain.limits import LIMITS, NEVER
from token_service.domain.model import (
    Access,
    ActiveToken,
    ClientCredentials,
    Grant,
    IssuedToken,
    TokenFormat,
    token_type,
)
from token_service.wire.basic import read_basic, uses_basic
from token_service.wire.dialect import NO_STORE, RETRY_AFTER_SECONDS, Operation, TokenQuestion
from token_service.wire.form import FORM, Repeated, read_form
from token_service.wire.http import Request, Response, json_response

_HTTP_UNAVAILABLE = 503
BASIC = 'Basic realm="{realm}", charset="UTF-8"'
BEARER = 'Bearer realm="{realm}"'


class MissingToken(InvalidRequest):
    """Introspection or revocation of nothing."""

    code = "missing_token"


@dataclass(frozen=True, slots=True)
class Answer:
    """How one error is told: the status, the code in the body (None: empty body), a challenge.

    `challenge` is what a 401 asks for (RFC 9110 section 11.6.1), '' for none.
    """

    status: int
    error: str | None
    challenge: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything in which one OAuth dialect differs from another.

    `errors` says how an error code is told at an operation, `other_errors` at all of them; a code
    in neither is status 400 under its own name.
    """

    name: str
    routes: Mapping[str, Operation]
    prefixes: tuple[str, ...]
    repeated: Repeated
    basic_wins: bool
    public_may_send_secret: bool
    missing_grant_type: str | None
    token_members: tuple[str, ...]
    describe_errors: bool
    revocation_hints: frozenset[str] | None
    errors: Mapping[Operation, Mapping[str, Answer]]
    other_errors: Mapping[str, Answer]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=lambda: NO_STORE)


class OAuthDialect:
    """Reads and writes OAuth 2.0 as a profile has it."""

    def __init__(self, profile: Profile, issuer: str) -> None:
        """`issuer` is what introspection answers name (RFC 7662 section 2.2)."""
        self._profile = profile
        self._issuer = issuer

    @property
    def name(self) -> str:
        """For logs and metrics."""
        return self._profile.name

    @property
    def routes(self) -> Mapping[str, Operation]:
        """The paths this dialect serves."""
        return self._profile.routes

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Paths answered in this dialect even where no route is."""
        return self._profile.prefixes

    @property
    def headers(self) -> Mapping[str, str]:
        """What every answer of this dialect carries."""
        return self._profile.headers

    def preflight(self, request: Request) -> Response | None:  # noqa: ARG002 - the protocol's shape
        """None: confidential clients do not live in browsers."""
        return None

    def read_issue(self, request: Request) -> IssueRequest:
        """Read a token request.

        Raises:
            MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, InvalidRequest: unreadable.
            InvalidClient: credentials that could not be anybody's.

        """
        fields = self._read_fields(request)
        grant_type = fields.get("grant_type", self._profile.missing_grant_type)
        return IssueRequest(
            grant_type=grant_type,
            credentials=self._credentials(request, fields),
            grants=frozenset({Grant.CLIENT_CREDENTIALS}),
            scope=fields.get("scope"),
            public_may_send_secret=self._profile.public_may_send_secret,
        )

    def write_token(self, token: IssuedToken) -> Response:
        """RFC 6749 section 5.1, members in this profile's order."""
        members: dict[str, object] = {
            "access_token": token.value,
            "token_type": token.token_type,
            "expires_in": token.expires_in,
            "scope": " ".join(token.record.scope),
        }
        body = {name: members[name] for name in self._profile.token_members if members[name]}
        return self._json(200, body)

    def read_introspection(self, request: Request) -> TokenQuestion:
        """RFC 7662 section 2.1; the hint changes nothing, so it is not read."""
        fields = self._read_fields(request)
        return TokenQuestion(self._credentials(request, fields), fields.get("token"))

    def write_introspection(self, active: ActiveToken | None) -> Response:
        """RFC 7662 section 2.2."""
        return self._json(200, {"active": False} if active is None else self._describe(active))

    def read_revocation(self, request: Request) -> TokenQuestion:
        """RFC 7009 section 2.1; a hint that this profile does not let pass is a refusal."""
        fields = self._read_fields(request)
        hint, known = fields.get("token_type_hint"), self._profile.revocation_hints
        unknown = hint is not None and known is not None and hint not in known
        return TokenQuestion(
            self._credentials(request, fields),
            fields.get("token"),
            UnsupportedTokenType() if unknown else None,
        )

    def write_revoked(self) -> Response:
        """Success without a word (RFC 7009 section 2.2)."""
        return Response(200, "", dict(self._profile.headers))

    def write_error(self, error: ServiceError, request: Request) -> Response:
        """Any refusal (RFC 6749 section 5.2), as this profile tells it."""
        answer = self._answer(error, request)
        headers = dict(self._profile.headers)
        if isinstance(error, MethodNotAllowed):
            headers["allow"] = error.allow
        if answer.status == _HTTP_UNAVAILABLE:
            headers["retry-after"] = RETRY_AFTER_SECONDS
        if answer.challenge:
            headers["www-authenticate"] = answer.challenge.format(realm=self._issuer)
        if answer.error is None:
            return Response(answer.status, "", headers)
        body = {"error": answer.error}
        if self._profile.describe_errors and error.public:
            body["error_description"] = error.public
        return json_response(answer.status, body, headers, self._profile.content_type)

    def _answer(self, error: ServiceError, request: Request) -> Answer:
        operation = self._profile.routes.get(request.path)
        here = self._profile.errors.get(operation, {}) if operation else {}
        told = here.get(error.code) or self._profile.other_errors.get(error.code)
        if told is None:
            told = Answer(400, error.code)
        if error.code == InvalidClient.code and not told.challenge and uses_basic(request):
            # RFC 6749 section 5.2: 401 and a challenge if the Authorization header was used.
            told = self._profile.other_errors.get("invalid_client_by_header", told)
        return told

    def _read_fields(self, request: Request) -> dict[str, str]:
        if request.method != "POST":
            raise MethodNotAllowed(allow="POST")
        if request.media_type != FORM:
            raise UnsupportedMediaType(f"the body must be {FORM}")
        return read_form(request.body, self._profile.repeated)

    def _credentials(self, request: Request, fields: dict[str, str]) -> ClientCredentials | None:
        basic = read_basic(request)
        client_id, secret = fields.get("client_id"), fields.get("client_secret")
        if basic and not self._profile.basic_wins:
            if secret is not None:
                raise InvalidRequest("more than one way of client authentication")
            if client_id not in (None, basic.client_id):
                raise InvalidRequest("client_id differs from the Authorization header's")
        source = request.source_ip
        credentials = basic or (
            ClientCredentials(client_id, secret, source=source) if client_id else None
        )
        if credentials and (
            len(credentials.client_id) > LIMITS.client_id
            or len(credentials.secret or "") > LIMITS.client_secret
        ):
            raise InvalidClient(detail="client id or secret too long")
        return credentials

    def _describe(self, active: ActiveToken) -> dict[str, object]:
        record = active.record
        body: dict[str, object] = {
            "active": True,
            "iss": self._issuer,
            "sub": record.owner.subject,
            "client_id": record.owner.subject,
            "aud": record.audience[0] if len(record.audience) == 1 else list(record.audience),
            "iat": record.issued_at,
            "nbf": record.issued_at,
            "token_type": token_type(record),
            "gty": record.grant,
        }
        if record.expires_at != NEVER:
            body["exp"] = record.expires_at
        if active.format is TokenFormat.JWT:
            body["jti"] = record.handle
        if record.scope:
            body["scope"] = " ".join(record.scope)
        if record.access is Access.READ_ONLY:
            body["access"] = record.access
        if record.jkt is not None:
            body["cnf"] = {"jkt": record.jkt}
        if record.account is not None:
            body["account"] = record.account
        return body

    def _json(self, status: int, body: object) -> Response:
        return json_response(status, body, self._profile.headers, self._profile.content_type)
