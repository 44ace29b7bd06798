"""People's tokens over REST: admin, customer, and ending a customer's own (section 1).

The order of the checks is Magento's: method, route, permission, body, fields, lock, password.
"""

from token_service.domain.errors import MethodNotAllowed, NotFound
from token_service.domain.login import Login
from token_service.domain.model import OwnerKind, OwnerRef
from token_service.domain.validate import TokenValidator
from token_service.wire.bearer import read_bearer
from token_service.wire.dialect import Dialect
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.enforce import Unauthenticated
from token_service.wire.http import Request
from token_service.wire.magento.bodies import read_strings
from token_service.wire.magento.dialect import Magento
from token_service.wire.magento.formats import accepted
from token_service.wire.magento.paths import canonical

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
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        login: Login,
        validator: TokenValidator,
    ) -> None:
        """`validator` tells whose tokens a customer wants to end."""
        super().__init__(dialects, observe)
        self._magento = Magento()
        self._login = login
        self._validator = validator

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        if request.method not in _METHODS:
            raise MethodNotAllowed(allow=", ".join(_METHODS))
        route = canonical(request.path)
        if request.method != "POST" or route not in (*TOKEN_ROUTES, REVOKE_ROUTE):
            raise NotFound
        accepted(request.headers.get("accept", ""))  # before anything is made
        if route == REVOKE_ROUTE:
            return self._revoke(request, dialect)
        return self._issue(request, TOKEN_ROUTES[route], dialect)

    def _issue(self, request: Request, kind: OwnerKind, dialect: Dialect) -> Answered:
        username, password = read_strings(request, ("username", "password"))
        token = self._login.sign_in(kind, username, password)
        outcome = Outcome(
            self.operation,
            dialect.name,
            client_id=token.record.owner.subject,
            grant=token.record.grant,
        )
        return self._magento.write(200, token.value, request), outcome

    def _revoke(self, request: Request, dialect: Dialect) -> Answered:
        owner = self._customer(request)
        revoked = self._login.end_all(owner)
        outcome = Outcome(self.operation, dialect.name, client_id=owner.subject, active=revoked)
        return self._magento.write(200, True, request), outcome  # noqa: FBT003 - the body

    def _customer(self, request: Request) -> OwnerRef:
        """The customer whose token this is; `self` is for customers alone (6.2)."""
        header = request.headers.get("authorization", "")
        token = read_bearer(header) if header[:7].lower() == "bearer " else None
        active = self._validator.validate(token) if token else None
        if active is None or active.record.owner.kind is not OwnerKind.CUSTOMER:
            raise Unauthenticated("self")
        return active.record.owner
