"""How Magento refuses, in JSON or XML as the client accepts.

docs/platforms/magento.md, 1.4, 1.5 and 2.
"""

from collections.abc import Mapping

from token_service.domain.errors import MethodNotAllowed, ServiceError, Unavailable
from token_service.wire.dialect import NO_STORE, RETRY_AFTER_SECONDS
from token_service.wire.http import Request, Response
from token_service.wire.magento.errors import NotAcceptable, told
from token_service.wire.magento.formats import accepted, fatal, written

_NOT_ACCEPTABLE = 406


class Magento:
    """Magento's REST answers."""

    name = "magento"
    prefixes = ("/rest/", "/index.php/", "/soap/", "/soap")
    headers: Mapping[str, str] = NO_STORE

    def preflight(self, request: Request) -> Response | None:  # noqa: ARG002 - the protocol's shape
        """None: Magento leaves browsers to its own storefront."""
        return None

    def write(self, status: int, value: object, request: Request) -> Response:
        """A value in the format that the client accepts.

        Raises:
            NotAcceptable: no format that it accepts.

        """
        form = accepted(request.headers.get("accept", ""))
        content_type = {"content-type": f"{form}; charset=utf-8"}
        return Response(status, written(value, form), {**content_type, **NO_STORE})

    def answer(self, status: int, value: object, request: Request) -> Response:
        """For backends: a value in the format that the client accepts, or the refusal."""
        try:
            return self.write(status, value, request)
        except NotAcceptable as error:
            return self.write_error(error, request)

    def write_error(self, error: ServiceError, request: Request) -> Response:
        """Any refusal."""
        try:
            if isinstance(error, NotAcceptable):
                raise error
            status, body = told(error, request)
            response = self.write(status, body, request)
        except NotAcceptable as unacceptable:
            accept = request.headers.get("accept", "")
            text, content_type = fatal(_NOT_ACCEPTABLE, unacceptable.public, accept)
            return Response(_NOT_ACCEPTABLE, text, {"content-type": content_type, **NO_STORE})
        return Response(status, response.body, {**response.headers, **hints(error)})


def hints(error: ServiceError) -> Mapping[str, str]:
    """What HTTP itself has a refused client told."""
    if isinstance(error, MethodNotAllowed):
        return {"allow": error.allow}
    if isinstance(error, Unavailable):
        return {"retry-after": RETRY_AFTER_SECONDS}
    return {}
