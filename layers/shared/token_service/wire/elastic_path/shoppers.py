"""The endpoint of shoppers' tokens: who may ask for one, and which route does what."""

from token_service.domain.errors import MethodNotAllowed, NotFound
from token_service.domain.grants import Grant
from token_service.domain.owners import OwnerKind
from token_service.domain.validate import TokenValidator
from token_service.wire.bearer import read_bearer
from token_service.wire.dialect import Dialect, Operation
from token_service.wire.elastic_path.customers import CustomerTokens, write_customer_token
from token_service.wire.elastic_path.members import (
    MemberSignIn,
    asks_for_one_time_password,
    write_member_tokens,
)
from token_service.wire.elastic_path.paging import read_window
from token_service.wire.endpoints import Answered, Endpoint, Observe, Outcome
from token_service.wire.enforce import Forbidden, Unauthenticated
from token_service.wire.http import Request, json_response

CUSTOMERS, MEMBERS = "/v2/customers/tokens", "/v2/account-members/tokens"


class ClientOnly:
    """Lets pass who carries a client's own token, implicit or not.

    docs/platforms/elastic-path.md, 3.
    """

    def __init__(self, validator: TokenValidator, audience: str) -> None:
        """`audience` is this service itself, as in the authorizer's settings."""
        self._validator = validator
        self._audience = audience

    def check(self, request: Request) -> None:
        """Refuse everybody else.

        Raises:
            Unauthenticated: no active token for this audience, or one that is bound to a key, which
                Bearer does not prove (RFC 9449 section 7.2).
            Forbidden: the token of a person or an integration.
            Unavailable: the store did not answer, so nothing is known.

        """
        token = read_bearer(request.headers.get("authorization"))
        active = self._validator.validate(token) if token else None
        if active is None or self._audience not in active.record.audience:
            raise Unauthenticated
        if active.record.jkt is not None:
            raise Unauthenticated
        if active.record.owner.kind is not OwnerKind.CLIENT:
            raise Forbidden


class ShopperEndpoint(Endpoint):
    """Shoppers' tokens; the order of the checks is route, method, bearer, page, body, person."""

    operation = "login"

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        dialects: tuple[Dialect, ...],
        observe: Observe,
        *,
        callers: ClientOnly,
        customers: CustomerTokens,
        members: MemberSignIn,
        base_url: str,
    ) -> None:
        """`base_url` is what clients see, without a trailing slash; links begin with it."""
        super().__init__(dialects, observe)
        self._callers = callers
        self._customers = customers
        self._members = members
        self._base_url = base_url

    def _serve(self, request: Request, dialect: Dialect) -> Answered:
        one_time_password = asks_for_one_time_password(request.path)
        if request.path not in (CUSTOMERS, MEMBERS) and not one_time_password:
            raise NotFound
        if request.method != "POST":
            raise MethodNotAllowed(allow="POST, OPTIONS")
        self._callers.check(request)
        if one_time_password:
            self._members.request_one_time_password(request)
            # Who it was about is not logged: that would tell whether there is such a member.
            done = Outcome(self.operation, dialect.name)
            return json_response(202, {}, dialect.headers), done
        if request.path == CUSTOMERS:
            token = self._customers.issue(request)
            done = _issued(dialect, token.record.owner.subject, token.record.grant)
            return json_response(200, write_customer_token(token), dialect.headers), done
        window = read_window(request.query)
        found = self._members.issue(request, window)
        body = write_member_tokens(found, window, self._base_url + MEMBERS)
        done = _issued(dialect, found.member.ref.subject, found.grant)
        return json_response(201, body, dialect.headers), done


def _issued(dialect: Dialect, subject: str, grant: Grant) -> Outcome:
    return Outcome(Operation.ISSUE, dialect.name, client_id=subject, grant=grant)
