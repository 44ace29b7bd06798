"""Customer tokens: POST /v2/customers/tokens (docs/platforms/elastic-path.md, 3.1)."""

from collections.abc import Callable
from typing import Any

from token_service.domain.grants import Grant
from token_service.domain.handles import as_uuid
from token_service.domain.login import Login
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.tokens import IssuedToken
from token_service.wire.elastic_path.envelope import read_body
from token_service.wire.elastic_path.sign_in_bodies import (
    CustomerByPassword,
    CustomerSignIn,
    SingleSignOnCode,
)
from token_service.wire.http import Request

type Redeem = Callable[[OwnerKind, str, str, str], OwnerRef]
"""The kind of person, the code, the redirect URI and the PKCE verifier; see SingleSignOn."""


class CustomerTokens:
    """Signs customers in: the same people as in every other dialect."""

    def __init__(self, login: Login, redeem: Redeem) -> None:
        """`login` has this dialect's own lifetime and lock; `redeem` knows codes of sign-ins."""
        self._login = login
        self._redeem = redeem

    def issue(self, request: Request) -> IssuedToken:
        """A token, by the mechanism that the body names.

        Raises:
            InvalidRequest, PayloadTooLarge: the body cannot be read, or names no such mechanism.
            InvalidGrant: unknown, wrong, disabled or locked, without saying which.
            Unavailable: the store did not answer; no token exists.

        """
        data = read_body(CustomerSignIn, request.body).data
        if isinstance(data, CustomerByPassword):
            return self._login.sign_in(OwnerKind.CUSTOMER, data.email, data.password)
        owner = redeemed(self._redeem, OwnerKind.CUSTOMER, data)
        return self._login.admit(owner, Grant.AUTHORIZATION_CODE)


def redeemed(redeem: Redeem, kind: OwnerKind, code: SingleSignOnCode) -> OwnerRef:
    """Whom the code in a body stands for.

    Raises:
        InvalidGrant: the code is not good.
        Unavailable: the store did not answer.

    """
    return redeem(
        kind, code.oauth_authorization_code, code.oauth_redirect_uri, code.oauth_code_verifier
    )


def write_customer_token(token: IssuedToken) -> dict[str, Any]:
    """The success body; `expires` in seconds. The id is made of the token's own random digits."""
    return {
        "data": {
            "type": "token",
            "id": as_uuid(token.record.handle[-32:]),
            "customer_id": as_uuid(token.record.owner.id),
            "token": token.value,
            "expires": token.record.expires_at,
        }
    }
