"""Tells API Gateway, AppSync and other Lambdas what a token may do."""

from typing import TYPE_CHECKING, Any

from token_service.runtime.authorizer import authorizer
from token_service.runtime.handlers import Event, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handle(event: Event, _context: "LambdaContext") -> dict[str, Any]:
    """The answer in the asker's own shape.

    Raises:
        UnknownEventError: not an authorizer event.
        Unavailable: nothing is known; a Deny would be cached, so this is a fault instead.

    """
    return authorizer().answer(event)


lambda_handler = observed(handle, authorizer, primed="authorizer")
