"""Magento's refusals: a sentence with placeholders, and what stands for them.

docs/platforms/magento.md, 1.5 and 2.1.
"""

from collections.abc import Mapping
from hashlib import sha256

from token_service.domain.errors import (
    InvalidGrant,
    InvalidRequest,
    MethodNotAllowed,
    NoRole,
    NotFound,
    PayloadTooLarge,
    ServiceError,
    Unavailable,
)
from token_service.wire.enforce import Forbidden, Unauthenticated
from token_service.wire.http import Request

type Tree = Mapping[str, object]


class BadInput(ServiceError):
    """Something about the request itself; `parameters` fill the message's placeholders.

    Clients fill them, so they are never filled here.
    """

    code = "invalid_request"

    def __init__(
        self,
        message: str,
        parameters: Mapping[str, str] | None = None,
        errors: tuple["BadInput", ...] = (),
    ) -> None:
        """`errors` is for several at once."""
        super().__init__(message)
        self.parameters = dict(parameters or {})
        self.errors = errors

    def tree(self) -> dict[str, object]:
        """As it is written: message, then errors, then parameters (2.1)."""
        body: dict[str, object] = {"message": self.public}
        if self.errors:
            body["errors"] = [
                {"message": error.public, "parameters": error.parameters} for error in self.errors
            ]
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class NotAcceptable(ServiceError):
    """No format that the client accepts."""

    code = "not_acceptable"


def missing_fields(names: list[str]) -> BadInput:
    """One field missing, or several, which Magento tells differently."""
    each = tuple(
        BadInput('"%fieldName" is required. Enter and try again.', {"fieldName": name})
        for name in names
    )
    if len(each) == 1:
        return each[0]
    return BadInput("One or more input exceptions have occurred.", errors=each)


def denied(resources: str) -> dict[str, object]:
    """Not authorized for a route (6.3)."""
    return {
        "message": "The consumer isn't authorized to access %resources.",
        "parameters": {"resources": resources},
    }


_SIGN_IN = (
    "The account sign-in was incorrect or your account is disabled temporarily. "
    "Please wait and try again later."
)
_SENTENCES: dict[str, tuple[int, str]] = {
    InvalidGrant.code: (401, _SIGN_IN),
    InvalidRequest.code: (400, "Decoding error."),
    NoRole.code: (401, "More permissions are needed to access this."),
    NotFound.code: (404, "Request does not match any route."),
    PayloadTooLarge.code: (400, "Decoding error."),
    Unavailable.code: (503, "The service is temporarily unavailable. Please try again later."),
}


def told(error: ServiceError, request: Request) -> tuple[int, Tree]:
    """The status and the body of a refusal, before it has a format."""
    if isinstance(error, BadInput):
        return 400, error.tree()
    if isinstance(error, (Unauthenticated, Forbidden)):
        return 401, denied(error.required)
    if isinstance(error, MethodNotAllowed):
        return 405, {"message": f"The {request.method} HTTP method is not supported."}
    if error.code in _SENTENCES:
        status, sentence = _SENTENCES[error.code]
        return status, {"message": sentence}
    if error.code != ServiceError.code:
        return 400, {"message": error.public or _SENTENCES[InvalidRequest.code][1]}
    return 500, {
        "message": "Internal Error. Details are available in Magento log file. "
        f"Report ID: webapi-{sha256(request.id.encode()).hexdigest()[:13]}"
    }
