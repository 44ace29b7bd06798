"""Customer tokens: POST /v2/customers/tokens (contracts/elastic-path.md section 3a)."""

from collections.abc import Callable
from typing import Any

from token_service.domain.errors import InvalidRequest
from token_service.domain.grants import Grant
from token_service.domain.handles import as_uuid
from token_service.domain.limits import LIMITS
from token_service.domain.login import Login
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.passwords import MAX_PASSWORD
from token_service.domain.tokens import IssuedToken
from token_service.wire.elastic_path.envelope import Data, read_data
from token_service.wire.http import Request

_TYPE = "token"
_MAX_REDIRECT_URI = 512
type Mechanism = Callable[[Data], IssuedToken]
type Redeem = Callable[[OwnerKind, str, str, str], OwnerRef]
"""The kind of person, the code, the redirect URI and the PKCE verifier; see SingleSignOn."""


class CustomerTokens:
    """Signs customers in: the same people as in every other dialect."""

    def __init__(self, login: Login, redeem: Redeem) -> None:
        """`login` has this dialect's own lifetime and lock; `redeem` knows codes of sign-ins."""
        self._login = login
        self._redeem = redeem
        self._mechanisms: dict[str, Mechanism] = {
            "password": self._by_password,
            "oidc": self._by_single_sign_on,
        }

    def issue(self, request: Request) -> IssuedToken:
        """A token, by the mechanism that the body names.

        Raises:
            InvalidRequest, PayloadTooLarge: the body cannot be read, or names no such mechanism.
            InvalidGrant: unknown, wrong, disabled or locked, without saying which.
            Unavailable: the store did not answer; no token exists.

        """
        data = read_data(request.body, _TYPE)
        name = data.optional("authentication_mechanism") or "password"
        return choose(self._mechanisms, name)(data)

    def _by_password(self, data: Data) -> IssuedToken:
        email, password = data.required("email"), data.required("password", MAX_PASSWORD)
        return self._login.sign_in(OwnerKind.CUSTOMER, email, password)

    def _by_single_sign_on(self, data: Data) -> IssuedToken:
        owner = redeemed(self._redeem, OwnerKind.CUSTOMER, data)
        return self._login.admit(owner, Grant.AUTHORIZATION_CODE)


def redeemed(redeem: Redeem, kind: OwnerKind, data: Data) -> OwnerRef:
    """Whom the code in a body stands for.

    Raises:
        InvalidRequest: a field is missing.
        InvalidGrant: the code is not good.
        Unavailable: the store did not answer.

    """
    code = data.required("oauth_authorization_code", LIMITS.token)
    redirect_uri = data.required("oauth_redirect_uri", _MAX_REDIRECT_URI)
    return redeem(kind, code, redirect_uri, data.required("oauth_code_verifier"))


def choose[T](mechanisms: dict[str, T], name: str) -> T:
    """The mechanism of this name.

    Raises:
        InvalidRequest: there is none; the message lists those that there are.

    """
    if name not in mechanisms:
        offered = ", ".join(mechanisms)
        raise InvalidRequest(f"The field 'authentication_mechanism' must be one of: {offered}.")
    return mechanisms[name]


def write_customer_token(token: IssuedToken) -> dict[str, Any]:
    """The success body; `expires` in seconds. The id is made of the token's own random digits."""
    return {
        "data": {
            "type": _TYPE,
            "id": as_uuid(token.record.handle[-32:]),
            "customer_id": as_uuid(token.record.owner.id),
            "token": token.value,
            "expires": token.record.expires_at,
        }
    }
