"""OAuth 2.0 endpoints: RFC 6749 token requests, RFC 7662 introspection, RFC 7009 revocation.

Two dialects speak it, strictly and leniently; what differs between them is data (`oauth_profile`).
"""

from collections.abc import Mapping
from dataclasses import replace

from token_service.domain.client_assertions import named_client
from token_service.domain.dpop import Proof
from token_service.domain.errors import (
    InvalidClient,
    InvalidRequest,
    MethodNotAllowed,
    NonceRequired,
    ServiceError,
    TooManyFailures,
    UnsupportedMediaType,
    UnsupportedTokenType,
)
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.issue import IssueRequest
from token_service.domain.limits import LIMITS, NEVER
from token_service.domain.owners import ClientCredentials
from token_service.domain.tokens import ActiveToken, IssuedToken, token_type
from token_service.wire.basic import read_basic, uses_authorization
from token_service.wire.bound import NONCE, PROOF
from token_service.wire.dialect import RETRY_AFTER_SECONDS, Operation, TokenQuestion
from token_service.wire.form import FORM, Pairs, fields_of, read_pairs, values_of
from token_service.wire.http import Request, Response, json_response
from token_service.wire.oauth_profile import (
    Answer,
    Profile,
)

_HTTP_UNAVAILABLE = 503
# RFC 7523 section 2.2
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# RFC 8707 section 2: the one field that may occur several times.
RESOURCE = "resource"
_REPEATABLE = frozenset({RESOURCE})


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
        pairs = self._read_pairs(request)
        fields = self._fields(pairs)
        grant_type = fields.get("grant_type", self._profile.missing_grant_type)
        return IssueRequest(
            grant_type=grant_type,
            credentials=self._credentials(request, fields),
            grants=frozenset({Grant.CLIENT_CREDENTIALS}),
            scope=fields.get("scope"),
            public_may_send_secret=self._profile.public_may_send_secret,
            resources=values_of(pairs, RESOURCE),
            proof=self._proof(request),
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
        response = self._json(200, body)
        if token.next_nonce is None:
            return response
        return replace(response, headers={**response.headers, NONCE: token.next_nonce})

    def read_introspection(self, request: Request) -> TokenQuestion:
        """RFC 7662 section 2.1; the hint changes nothing, so it is not read."""
        fields = self._fields(self._read_pairs(request))
        return TokenQuestion(self._credentials(request, fields), fields.get("token"))

    def describe(self, active: ActiveToken | None) -> dict[str, object]:
        """RFC 7662 section 2.2: of what is not active, nothing else is said."""
        return {"active": False} if active is None else self._describe(active)

    def write_introspection(self, active: ActiveToken | None) -> Response:
        """The description in JSON."""
        return self._json(200, self.describe(active))

    def read_revocation(self, request: Request) -> TokenQuestion:
        """RFC 7009 section 2.1; a hint that this profile does not let pass is a refusal."""
        fields = self._fields(self._read_pairs(request))
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
        if isinstance(error, TooManyFailures):
            headers["retry-after"] = str(error.retry_after)
        if isinstance(error, NonceRequired):
            headers[NONCE] = error.nonce
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
        if uses_authorization(request):
            told = self._profile.other_errors.get(f"{error.code}_by_header", told)
        return told or Answer(400, error.code)

    def _read_pairs(self, request: Request) -> Pairs:
        if request.method != "POST":
            raise MethodNotAllowed(allow="POST")
        if request.media_type != FORM:
            raise UnsupportedMediaType(f"the body must be {FORM}")
        return read_pairs(request.body)

    def _fields(self, pairs: Pairs) -> dict[str, str]:
        return fields_of(pairs, self._profile.repeated, _REPEATABLE)

    def _credentials(self, request: Request, fields: dict[str, str]) -> ClientCredentials | None:
        lenient = self._profile.first_method_wins
        basic = read_basic(request, other_schemes=self._profile.other_schemes)
        client_id, secret = fields.get("client_id"), fields.get("client_secret")
        assertion = _assertion(fields, lenient=lenient)
        if not lenient:
            if sum(way is not None for way in (basic, secret, assertion)) > 1:
                raise InvalidRequest("more than one way of client authentication")
            if basic and client_id not in (None, basic.client_id):
                raise InvalidRequest("client_id differs from the Authorization header's")
        if basic:
            return _within_limits(basic)
        if secret is not None:
            assertion = None
        if assertion is not None and client_id is None:
            client_id = named_client(assertion)
            if client_id is None:
                raise InvalidClient(detail="assertion names no client")
        if client_id is None:
            return None
        return _within_limits(
            ClientCredentials(client_id, secret, assertion, source=request.source_ip)
        )

    def _proof(self, request: Request) -> Proof | None:
        """The DPoP header, if there is one; by the address that the metadata gives clients.

        A repeated header has a comma in it, which no JWT has (RFC 9449 section 4.3).
        """
        text = request.headers.get(PROOF)
        return None if text is None else Proof(text, request.method, self._issuer + request.path)

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


def _assertion(fields: dict[str, str], *, lenient: bool) -> str | None:
    """The JWT of RFC 7523 section 2.2; half of it is an error, or nothing to the lenient."""
    kind, assertion = fields.get("client_assertion_type"), fields.get("client_assertion")
    if kind == ASSERTION_TYPE and assertion is not None:
        return assertion
    if lenient or (kind is None and assertion is None):
        return None
    raise InvalidRequest("client_assertion and client_assertion_type do not go together")


def _within_limits(credentials: ClientCredentials) -> ClientCredentials:
    """Too long a secret proves nobody; too long an id names nobody."""
    if len(credentials.client_id) > LIMITS.client_id:
        raise InvalidClient(detail="client id too long")
    if len(credentials.secret or "") > LIMITS.client_secret:
        return replace(credentials, secret=None, malformed=True)
    return credentials
