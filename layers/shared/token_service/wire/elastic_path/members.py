"""Account members' tokens: POST /v2/account-members/tokens (contracts/elastic-path.md section 3b).

And the request for a one-time password, which `passwordless` then asks for.
"""

import re
from collections.abc import Callable
from typing import Any

from token_service.domain.account_members import AccountMembers, MemberTokens, NewMember
from token_service.domain.errors import InvalidGrant, InvalidRequest, NotFound
from token_service.domain.owners import Account, OwnerKind
from token_service.domain.passwords import MAX_PASSWORD
from token_service.domain.validate import TokenValidator
from token_service.domain.window import Window
from token_service.wire.bearer import read_bearer
from token_service.wire.elastic_path.customers import Redeem, choose, redeemed
from token_service.wire.elastic_path.envelope import Data, read_data
from token_service.wire.elastic_path.paging import page_links, page_meta
from token_service.wire.http import Request
from token_service.wire.timestamps import rfc3339_milliseconds

TYPE = "account_management_authentication_token"
ACCOUNT_TOKEN_HEADER = "EP-Account-Management-Authentication-Token"  # noqa: S105 - a header's name
# The vendor's guide has the last one misspelt, so clients may too.
_PURPOSES = ("reset_password", "passwordless_authentication", "passwordless_authenication")
_ONE_TIME_PASSWORD_PATH = re.compile(
    "/v2/authentication-realms/([^/]+)/password-profiles/([^/]+)/one-time-password-token-request"
)

type Mechanism = Callable[[Request, Data, Window], MemberTokens]


def asks_for_one_time_password(path: str) -> bool:
    """Whether this is the route for one-time passwords, of whatever realm and profile."""
    return _ONE_TIME_PASSWORD_PATH.fullmatch(path) is not None


class MemberSignIn:
    """Signs account members in by each mechanism."""

    def __init__(
        self,
        members: AccountMembers,
        redeem: Redeem,
        validator: TokenValidator,
        realm_id: str,
        profile_id: str,
    ) -> None:
        """`validator` judges the token that a member who switches shows; ids in lower case.

        `redeem` knows the codes of single sign-ons.
        """
        self._redeem = redeem
        self._members = members
        self._validator = validator
        self._realm_id = realm_id
        self._profile_id = profile_id
        self._mechanisms: dict[str, Mechanism] = {
            "password": self._by_password,
            "passwordless": self._by_one_time_password,
            "self_signup": self._sign_up,
            "oidc": self._by_single_sign_on,
            TYPE: self._switch,
        }

    def issue(self, request: Request, window: Window) -> MemberTokens:
        """Tokens for the accounts in the window, by the mechanism that the body names.

        Raises:
            InvalidRequest, PayloadTooLarge: the body cannot be read, or names no such mechanism.
            NotFound: no such password profile.
            InvalidGrant: whatever was shown does not let anybody in.
            NotOffered, NameTaken: see the names.
            Unavailable: the store did not answer; no token was handed out.

        """
        data = read_data(request.body, TYPE)
        mechanism = choose(self._mechanisms, data.required("authentication_mechanism"))
        return mechanism(request, data, window)

    def request_one_time_password(self, request: Request) -> None:
        """Have one sent, if there is such a member; nobody is told whether there is.

        Raises:
            InvalidRequest, PayloadTooLarge: the body cannot be read.
            NotFound: no such realm or password profile.
            NotOffered, Unavailable: see the names.

        """
        match = _ONE_TIME_PASSWORD_PATH.fullmatch(request.path)
        if match is None or match[1].lower() != self._realm_id:
            raise NotFound
        self._check_profile(match[2])
        data = read_data(request.body, "one_time_password_token_request")
        purpose = data.optional("purpose") or _PURPOSES[1]
        if purpose not in _PURPOSES:
            raise InvalidRequest(
                "The field 'purpose' must be reset_password or passwordless_authentication."
            )
        self._members.request_one_time_password(data.required("username"), purpose)

    def _by_password(self, _: Request, data: Data, window: Window) -> MemberTokens:
        username = self._username(data)
        return self._members.by_password(username, data.required("password", MAX_PASSWORD), window)

    def _by_one_time_password(self, _: Request, data: Data, window: Window) -> MemberTokens:
        username = self._username(data)
        typed = data.required("one_time_password_token")
        return self._members.by_one_time_password(username, typed, window)

    def _sign_up(self, _: Request, data: Data, window: Window) -> MemberTokens:
        new = NewMember(
            username=self._username(data),
            password=data.required("password", MAX_PASSWORD),
            name=data.required("name"),
            email=data.required("email"),
        )
        return self._members.sign_up(new, window)

    def _by_single_sign_on(self, _: Request, data: Data, window: Window) -> MemberTokens:
        owner = redeemed(self._redeem, OwnerKind.ACCOUNT_MEMBER, data)
        return self._members.by_single_sign_on(owner, window)

    def _switch(self, request: Request, _: Data, window: Window) -> MemberTokens:
        shown = request.headers.get(ACCOUNT_TOKEN_HEADER.lower())
        if not shown:
            raise InvalidRequest(f"The header '{ACCOUNT_TOKEN_HEADER}' is required.")
        token = read_bearer(shown)
        active = self._validator.validate(token) if token else None
        if active is None or active.record.owner.kind is not OwnerKind.ACCOUNT_MEMBER:
            raise InvalidGrant(detail="no active token of an account member")
        assert isinstance(active.owner, Account)
        return self._members.switch(active.owner, window)

    def _username(self, data: Data) -> str:
        profile_id, username = data.required("password_profile_id"), data.required("username")
        self._check_profile(profile_id)
        return username

    def _check_profile(self, profile_id: str) -> None:
        if profile_id.lower() != self._profile_id:
            raise NotFound("password profile not found")


def write_member_tokens(found: MemberTokens, window: Window, url: str) -> dict[str, Any]:
    """The success body: one element an account; `url` is the endpoint's own."""
    return {
        "data": [
            {
                "type": TYPE,
                "account_id": account.id,
                "account_name": account.name,
                "token": token.value,
                "expires": rfc3339_milliseconds(token.record.expires_at),
            }
            for account, token in found.tokens
        ],
        "meta": page_meta(window, found.total) | {"account_member_id": found.member.id},
        "links": page_links(url, window, found.total),
    }
