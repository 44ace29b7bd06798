"""Serves the OpenAPI document and the interactive page made of it.

Knows no store and has no permission; it makes no AWS client, so that it starts quickly. It logs
nothing of its own: the access log of the API has all there is to say.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from token_service.wire.documentation import DocumentationSite
from token_service.wire.http import request_from_event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SITE = DocumentationSite(Path(__file__).parent / "site")


def lambda_handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    """Answer one call."""
    return SITE.respond(request_from_event(event))
