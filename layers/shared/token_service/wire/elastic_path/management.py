"""Elastic Path's JSON management routes on Powertools' HTTP resolver.

The resolver routes, validates and describes them from one declaration. Every refusal leaves the
resolver as an error of the domain, so that `Endpoint` writes, logs and counts it as any other.
"""

import json
from typing import Any, NoReturn
from urllib.parse import quote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext

from token_service.domain.errors import InvalidRequest, MethodNotAllowed, NotFound
from token_service.wire.dialect import Dialect
from token_service.wire.elastic_path.envelope import read_document, refused
from token_service.wire.elastic_path.paging import read_query
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.enforce import caller_of
from token_service.wire.http import Request, Response

_NO_CONTENT = 204
_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class ManagementResolver(APIGatewayHttpResolver):
    """A resolver that raises `ServiceError` for every refusal and answers nothing else."""

    def __init__(self) -> None:
        super().__init__(
            enable_validation=True,
            # Debug mode prints whole events, so POWERTOOLS_DEV must not turn it on.
            debug=False,
            serializer=_compact,
            json_body_deserializer=_read_body,
        )
        self.exception_handler(RequestValidationError)(_refuse)
        # Without a handler, Powertools would log the exception's message, which may quote a value.
        self.exception_handler(Exception)(_propagate)
        self.not_found(self._refuse_route)

    def _refuse_route(self, _: NotFoundError) -> NoReturn:
        path = self.current_event.path
        methods = [
            "GET, HEAD" if route.method == "GET" else route.method
            for route in (*self._static_routes, *self._dynamic_routes)
            if route.rule.match(path)
        ]
        if methods:
            raise MethodNotAllowed(allow=", ".join([*methods, "OPTIONS"]))
        raise NotFound


class ManagementEndpoint(Endpoint):
    """Serves the routes of `app` to callers that the authorizer allowed."""

    def __init__(self, dialects: tuple[Dialect, ...], observe: Observe) -> None:
        """Subclasses add their routes to `app`."""
        super().__init__(dialects, observe)
        self.app = ManagementResolver()

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        caller = caller_of(request.authorizer)
        answer = self.app.resolve(_event(request), LambdaContext())
        outcome = Outcome(self.operation, dialect.name, client_id=caller.subject)
        if answer["statusCode"] == _NO_CONTENT:
            return Response(_NO_CONTENT, "", dialect.headers), outcome
        headers = {"content-type": "application/json", **dialect.headers}
        return Response(answer["statusCode"], answer["body"], headers), outcome


def _event(request: Request) -> dict[str, Any]:
    """The HTTP API event (payload 2.0) that the resolver needs, and no more of the real one.

    There is no Content-Type in it: these routes read every body as JSON, whatever the header says.
    """
    # The resolver's path parameters do not match all characters; ids never need encoding.
    path = quote(request.path.removesuffix("/"), errors="replace")
    # HEAD is answered like GET (RFC 9110 section 9.3.2); the gateway drops the body.
    method = "GET" if request.method == "HEAD" else request.method
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": request.query,
        # Only lists take parameters.
        "queryStringParameters": read_query(request.query) if method == "GET" else {},
        "headers": {},
        "requestContext": {
            "stage": "$default",
            "http": {"method": method, "path": path},
        },
        # The resolver takes text. Bytes that are not UTF-8 survive, for `_read_body` to refuse.
        "body": request.body.decode("utf-8", "surrogateescape"),
        "isBase64Encoded": False,
    }


def _read_body(text: str) -> dict[str, Any]:
    document = read_document(text.encode("utf-8", "surrogateescape"))
    if not isinstance(document, dict):
        raise InvalidRequest("The body must be an object.")
    return document


def _refuse(error: RequestValidationError) -> NoReturn:
    """Raise the first fault of a request in Elastic Path's words.

    Raises:
        InvalidRequest: the request is at fault.
        RequestValidationError: our own answer is.

    """
    faults = error.errors()
    place = faults[0]["loc"]
    if place[0] == "response":
        raise error
    if place == ("body",):
        raise InvalidRequest("The body is not JSON.") from error
    raise refused(faults) from error


def _propagate(error: Exception) -> NoReturn:
    raise error
