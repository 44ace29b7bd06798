"""Tells API Gateway, AppSync and other Lambdas what a token may do."""

from typing import TYPE_CHECKING, Any

from token_service import runtime

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handle(event: runtime.Event, _context: "LambdaContext") -> dict[str, Any]:
    """The answer in the asker's own shape.

    Raises:
        UnknownEventError: not an authorizer event.
        Unavailable: nothing is known; a Deny would be cached, so this is a fault instead.

    """
    return runtime.authorizer().answer(event)


lambda_handler = runtime.observed(handle)
