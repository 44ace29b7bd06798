"""The HTTP endpoints: request in, response out, whatever the dialect and whatever goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from hashlib import sha256
from traceback import extract_tb

from token_service.domain.errors import NotFound, ServiceError
from token_service.domain.introspect import TokenIntrospector
from token_service.domain.issue import TokenIssuer
from token_service.domain.owners import ClientCredentials
from token_service.domain.revoke import TokenRevocation
from token_service.domain.signed_introspection import TYPE, IntrospectionSigner
from token_service.wire.accept import asks_for
from token_service.wire.dialect import (
    ClientTokens,
    Dialect,
    Operation,
    TokenManagement,
    TokenQuestion,
    dialect_for,
)
from token_service.wire.http import Request, Response
from token_service.wire.oauth_profile import MissingToken

# RFC 9701 section 4.
SIGNED = f"application/{TYPE}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is logged and counted of one request: never a token, a secret or a caller's text.

    `result` is `ok` or an error code; `client_id` is set only once the client is authenticated.
    `claimed` is a digest of who a refused caller said it was.
    """

    operation: str
    dialect: str
    result: str = "ok"
    client_id: str | None = None
    grant: str | None = None
    active: bool | None = None
    detail: str | None = None
    claimed: str | None = None
    stack: tuple[str, ...] = ()

    def facts(self) -> dict[str, object]:
        """All of it, by name."""
        return {name: getattr(self, name) for name in _FACTS}


_FACTS = tuple(field.name for field in fields(Outcome))


type Observe = Callable[[Outcome, str], None]
"""Told what became of a request, and the address that it came from."""

type Answered = tuple[Response, Outcome]


class Endpoint:
    """Answers requests for one operation, in the dialect of each request's path."""

    operation: str = "fallback"

    def __init__(self, dialects: tuple[Dialect, ...], observe: Observe) -> None:
        """`observe` is told of every request but preflights."""
        self._dialects = dialects
        self._observe = observe

    def respond(self, request: Request) -> Response:
        """Always a response in the caller's dialect; never an exception."""
        dialect = dialect_for(request.path, self._dialects)
        preflight = dialect.preflight(request)
        if preflight is not None:
            return preflight
        try:
            response, outcome = self._serve(request, dialect)
        except ServiceError as error:
            response = self._refuse(error, request, dialect)
            outcome = Outcome(
                self.operation,
                dialect.name,
                result=error.code,
                detail=error.detail or None,
                claimed=_digest(error.about) if error.about else None,
            )
        except Exception as error:  # noqa: BLE001 - the last door out: nothing may leave as a trace
            response = self._refuse(ServiceError(), request, dialect)
            outcome = Outcome(
                self.operation,
                dialect.name,
                result=ServiceError.code,
                # The message might quote a value; the type and the places cannot.
                detail=getattr(error, "safe_detail", type(error).__name__),
                stack=tuple(f"{f.filename}:{f.lineno}" for f in extract_tb(error.__traceback__)),
            )
        self._observe(outcome, request.source_ip)
        return response

    def _refuse(self, error: ServiceError, request: Request, dialect: Dialect) -> Response:
        """Tell a refusal as the dialect does."""
        return dialect.write_error(error, request)

    def _serve(self, request: Request, dialect: Dialect) -> Answered:  # noqa: ARG002 - overridden
        """The answer where no route is."""
        raise NotFound


class IssueEndpoint(Endpoint):
    """Token endpoints."""

    operation = Operation.ISSUE

    def __init__(
        self, dialects: tuple[Dialect, ...], observe: Observe, issuer: TokenIssuer
    ) -> None:
        """`issuer` makes the tokens."""
        super().__init__(dialects, observe)
        self._issuer = issuer

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        if not isinstance(dialect, ClientTokens):
            raise NotFound
        asked = dialect.read_issue(request)
        with _about(asked.credentials):
            token = self._issuer.issue(asked)
        outcome = Outcome(
            self.operation, dialect.name, client_id=token.record.owner.id, grant=token.record.grant
        )
        return dialect.write_token(token), outcome


class IntrospectEndpoint(Endpoint):
    """Introspection endpoints."""

    operation = Operation.INTROSPECT

    def __init__(
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        introspector: TokenIntrospector,
        signer: IntrospectionSigner | None = None,
    ) -> None:
        """`introspector` decides what each caller may know; without a signer, all is JSON."""
        super().__init__(dialects, observe)
        self._introspector = introspector
        self._signer = signer

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        management = _management(dialect)
        question = management.read_introspection(request)
        with _about(question.credentials):
            ahead = self._introspector.read_ahead(question.credentials, question.token)
            caller = self._introspector.authenticate(question.credentials, ahead)
            active = self._introspector.introspect(caller, _token(question), ahead)
        outcome = Outcome(
            self.operation, dialect.name, client_id=caller.id, active=active is not None
        )
        if self._signer and asks_for(request.headers.get("accept", ""), SIGNED, "application/json"):
            signed = self._signer.sign(caller.id, management.describe(active))
            return Response(200, signed, {"content-type": SIGNED, **dialect.headers}), outcome
        return management.write_introspection(active), outcome


class RevokeEndpoint(Endpoint):
    """Revocation endpoints."""

    operation = Operation.REVOKE

    def __init__(
        self, dialects: tuple[Dialect, ...], observe: Observe, revocation: TokenRevocation
    ) -> None:
        """`revocation` ends tokens."""
        super().__init__(dialects, observe)
        self._revocation = revocation

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        management = _management(dialect)
        question = management.read_revocation(request)
        with _about(question.credentials):
            caller = self._revocation.authenticate(question.credentials)
            revoked = self._revocation.revoke(caller, _token(question))
        outcome = Outcome(self.operation, dialect.name, client_id=caller.id, active=revoked)
        return management.write_revoked(), outcome


@contextmanager
def _about(credentials: ClientCredentials | None) -> Iterator[None]:
    """Note on a refusal which client it is about, whether or not it has proved itself."""
    try:
        yield
    except ServiceError as error:
        error.about = credentials.client_id if credentials else ""
        raise


def _digest(text: str) -> str:
    """Enough of a SHA-256 to tell one from another, and to find a known one by."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _management(dialect: Dialect) -> TokenManagement:
    if not isinstance(dialect, TokenManagement):
        raise NotFound
    return dialect


def _token(question: TokenQuestion) -> str:
    if question.token is None:
        raise MissingToken("token is required")
    if question.refusal is not None:
        raise question.refusal
    return question.token
