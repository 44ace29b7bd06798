"""What REST and SOAP have in common: people sign in, and a customer ends the tokens it has."""

from dataclasses import dataclass

from token_service.domain.login import Login
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.tokens import IssuedToken
from token_service.domain.validate import TokenValidator
from token_service.wire.bearer import read_bearer
from token_service.wire.enforce import Unauthenticated
from token_service.wire.http import Request


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, for logs and counts, and for whom."""

    operation: str
    owner: OwnerRef | None = None


class People:
    """Magento's token service, whatever the wire format."""

    def __init__(self, login: Login, validator: TokenValidator) -> None:
        """`validator` tells whose token a request carries."""
        self._login = login
        self._validator = validator

    def sign_in(self, kind: OwnerKind, username: str, password: str) -> IssuedToken:
        """See `Login.sign_in`."""
        return self._login.sign_in(kind, username, password)

    def customer(self, request: Request) -> OwnerRef | None:
        """The customer whose token a request carries; any other token is as good as none.

        docs/platforms/magento.md, 6.1.
        """
        token = read_bearer(request.headers.get("authorization"), scheme_required=True)
        active = self._validator.validate(token) if token else None
        if active is None or active.record.owner.kind is not OwnerKind.CUSTOMER:
            return None
        return active.record.owner

    def revoke(self, request: Request) -> OwnerRef:
        """End all tokens of the customer who asks; whatever id was sent is overruled.

        docs/platforms/magento.md, 6.2.

        Raises:
            Unauthenticated: `self` is for customers alone.

        """
        owner = self.customer(request)
        if owner is None:
            raise Unauthenticated("self")
        self._login.end_all(owner)
        return owner
