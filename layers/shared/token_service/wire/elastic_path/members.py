"""Account members' tokens: POST /v2/account-members/tokens (docs/platforms/elastic-path.md, 3.2).

And the request for a one-time password, which `passwordless` then asks for.
"""

import re
from typing import Any

from token_service.domain.account_members import AccountMembers, MemberTokens, NewMember
from token_service.domain.errors import InvalidGrant, InvalidRequest, NotFound
from token_service.domain.owners import Account, OwnerKind
from token_service.domain.validate import TokenValidator
from token_service.domain.window import Window
from token_service.wire.bearer import read_bearer
from token_service.wire.elastic_path.customers import Redeem, redeemed
from token_service.wire.elastic_path.envelope import read_body
from token_service.wire.elastic_path.paging import page_links, page_meta
from token_service.wire.elastic_path.sign_in_bodies import (
    AccountMemberSignIn,
    MemberByOneTimePassword,
    MemberByPassword,
    MemberBySingleSignOn,
    MemberSwitch,
    OneTimePasswordRequest,
)
from token_service.wire.http import Request
from token_service.wire.timestamps import rfc3339_milliseconds

TYPE = "account_management_authentication_token"
ACCOUNT_TOKEN_HEADER = "EP-Account-Management-Authentication-Token"  # noqa: S105 - a header's name
_ONE_TIME_PASSWORD_PATH = re.compile(
    "/v2/authentication-realms/([^/]+)/password-profiles/([^/]+)/one-time-password-token-request"
)


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

    def issue(self, request: Request, window: Window) -> MemberTokens:
        """Tokens for the accounts in the window, by the mechanism that the body names.

        Raises:
            InvalidRequest, PayloadTooLarge: the body cannot be read, or names no such mechanism.
            NotFound: no such password profile.
            InvalidGrant: whatever was shown does not let anybody in.
            NotOffered, NameTaken: see the names.
            Unavailable: the store did not answer; no token was handed out.

        """
        data = read_body(AccountMemberSignIn, request.body).data
        if isinstance(data, MemberSwitch):
            return self._switch(request, window)
        if isinstance(data, MemberBySingleSignOn):
            owner = redeemed(self._redeem, OwnerKind.ACCOUNT_MEMBER, data)
            return self._members.by_single_sign_on(owner, window)
        self._check_profile(data.password_profile_id)
        if isinstance(data, MemberByPassword):
            return self._members.by_password(data.username, data.password, window)
        if isinstance(data, MemberByOneTimePassword):
            typed = data.one_time_password_token
            return self._members.by_one_time_password(data.username, typed, window)
        new = NewMember(
            username=data.username, password=data.password, name=data.name, email=data.email
        )
        return self._members.sign_up(new, window)

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
        data = read_body(OneTimePasswordRequest, request.body).data
        self._members.request_one_time_password(data.username, data.purpose)

    def _switch(self, request: Request, window: Window) -> MemberTokens:
        shown = request.headers.get(ACCOUNT_TOKEN_HEADER.lower())
        if not shown:
            raise InvalidRequest(f"The header '{ACCOUNT_TOKEN_HEADER}' is required.")
        token = read_bearer(shown)
        active = self._validator.validate(token) if token else None
        if active is None or active.record.owner.kind is not OwnerKind.ACCOUNT_MEMBER:
            raise InvalidGrant(detail="no active token of an account member")
        assert isinstance(active.owner, Account)
        return self._members.switch(active.owner, window)

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
