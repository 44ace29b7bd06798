"""The endpoint of Magento's token service: REST below /rest, SOAP below /soap.

docs/platforms/magento.md, 1.

The order of the checks is Magento's: method, route, permission, body, fields, lock, password.
"""

from token_service.domain.errors import MethodNotAllowed, NotFound, ServiceError
from token_service.domain.grants import Grant
from token_service.domain.owners import OwnerKind
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.http import Request, Response
from token_service.wire.magento.bodies import read_sign_in
from token_service.wire.magento.dialect import Magento
from token_service.wire.magento.formats import accepted
from token_service.wire.magento.paths import canonical, is_soap
from token_service.wire.magento.people import Done, People
from token_service.wire.magento.soap import Soap

TOKEN_ROUTES = {
    "/V1/integration/admin/token": OwnerKind.ADMIN,
    "/V1/integration/customer/token": OwnerKind.CUSTOMER,
}
REVOKE_ROUTE = "/V1/integration/customer/revoke-customer-token"
_METHODS = ("GET", "POST", "PUT", "DELETE")


class MagentoEndpoint(Endpoint):
    """Magento's token service."""

    operation = "login"

    def __init__(
        self, dialects: tuple[Dialect, ...], observe: Observe, people: People, base_url: str
    ) -> None:
        """`base_url` is what clients see, without a trailing slash; a WSDL names it."""
        super().__init__(dialects, observe)
        self._magento = Magento()
        self._people = people
        self._soap = Soap(base_url, people)

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        if is_soap(request.path):
            response, done = self._soap.serve(request)
            return response, _outcome(dialect, done)
        if request.method not in _METHODS:
            raise MethodNotAllowed(allow=", ".join(_METHODS))
        route = canonical(request.path)
        if request.method != "POST" or route not in (*TOKEN_ROUTES, REVOKE_ROUTE):
            raise NotFound
        accepted(request.headers.get("accept", ""))  # before anything is made
        if route == REVOKE_ROUTE:
            done = Done(Operation.REVOKE, self._people.revoke(request))
            response = self._magento.write(200, True, request)  # noqa: FBT003 - the body
            return response, _outcome(dialect, done)
        asked = read_sign_in(request)
        token = self._people.sign_in(TOKEN_ROUTES[route], asked.username, asked.password)
        response = self._magento.write(200, token.value, request)
        return response, _outcome(dialect, Done(Operation.ISSUE, token.record.owner))

    def _refuse(self, error: ServiceError, request: Request, dialect: Dialect) -> Response:
        if is_soap(request.path):
            return self._soap.write_error(error, request)
        return super()._refuse(error, request, dialect)


def _outcome(dialect: Dialect, done: Done) -> Outcome:
    return Outcome(
        done.operation,
        dialect.name,
        client_id=done.owner.subject if done.owner else None,
        grant=Grant.PASSWORD if done.operation == Operation.ISSUE else None,
    )
