"""Account members' tokens: one for each buyer account that a member may act for.

docs/platforms/elastic-path.md, 3.2.
"""

from dataclasses import dataclass

from token_service.domain.account_administration import AccountAdministration, AccountDetailError
from token_service.domain.buyer_accounts import BuyerAccounts
from token_service.domain.errors import InvalidRequest, NameTaken, NotOffered
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.limits import DAY
from token_service.domain.login import Login
from token_service.domain.mint import TokenDetails, TokenMint
from token_service.domain.one_time_passwords import Passwordless
from token_service.domain.owners import Account, BuyerAccount, OwnerKind, OwnerRef
from token_service.domain.ports import OwnerExistsError
from token_service.domain.tokens import IssuedToken
from token_service.domain.window import Window


@dataclass(frozen=True, slots=True)
class MemberSettings:
    """What an operator chooses about account members; `lifetime` in seconds."""

    form: TokenFormat = TokenFormat.JWT
    lifetime: int = DAY
    self_signup: bool = False


@dataclass(frozen=True, slots=True)
class NewMember:
    """What somebody who signs up says."""

    username: str
    password: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class MemberTokens:
    """A member, the tokens for the accounts in the window, and how many accounts there are."""

    member: Account
    grant: Grant
    tokens: tuple[tuple[BuyerAccount, IssuedToken], ...]
    total: int


class AccountMembers:
    """Signs members in, each in its own way; earlier tokens stay alive."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        login: Login,
        passwordless: Passwordless | None,
        administration: AccountAdministration,
        buyer_accounts: BuyerAccounts,
        mint: TokenMint,
        settings: MemberSettings,
    ) -> None:
        """`passwordless` is None where no sender is plugged in."""
        self._login = login
        self._passwordless = passwordless
        self._administration = administration
        self._buyer_accounts = buyer_accounts
        self._mint = mint
        self._settings = settings

    def by_password(self, username: str, password: str, window: Window) -> MemberTokens:
        """Tokens for whoever knows the password.

        Raises:
            InvalidGrant: unknown, wrong, disabled or locked, without saying which.
            Unavailable: the store did not answer; no token was handed out.

        """
        member = self._login.authenticate(OwnerKind.ACCOUNT_MEMBER, username, password)
        return self._issue(member, Grant.PASSWORD, window)

    def by_one_time_password(self, username: str, typed: str, window: Window) -> MemberTokens:
        """Tokens for whoever was sent this; it is used up even if the store fails then.

        Raises:
            NotOffered: no sender is plugged in.
            InvalidGrant: unknown, wrong, used, expired, disabled or tried too often; never which.
            Unavailable: the store did not answer; no token was handed out.

        """
        member = self._sending().authenticate(username, typed)
        return self._issue(member, Grant.PASSWORDLESS, window)

    def request_one_time_password(self, username: str, purpose: str) -> None:
        """Send one, if there is such a member; nobody is told whether there is.

        Raises:
            NotOffered: no sender is plugged in.
            Unavailable: the store or the sender did not answer.

        """
        self._sending().request(username, purpose)

    def sign_up(self, new: NewMember, window: Window) -> MemberTokens:
        """Make a member, who belongs to no account yet, so there are no tokens yet either.

        Raises:
            NotOffered: the operator makes members, and nobody else.
            InvalidRequest: a detail is not acceptable.
            NameTaken: somebody has the name; nothing was changed.
            Unavailable: the store did not answer.

        """
        if not self._settings.self_signup:
            raise NotOffered("Self sign-up is not enabled.")
        try:
            member = self._administration.create(
                OwnerKind.ACCOUNT_MEMBER,
                new.username,
                new.password,
                name=new.name,
                email=new.email,
            )
        except AccountDetailError as error:
            raise InvalidRequest(f"{error}.".capitalize()) from error
        except OwnerExistsError as error:
            raise NameTaken("The username is taken.") from error
        return self._issue(member, Grant.SELF_SIGNUP, window)

    def by_single_sign_on(self, owner: OwnerRef, window: Window) -> MemberTokens:
        """Tokens for a member whom an OpenID provider has authenticated.

        Raises:
            InvalidGrant: the member is gone or disabled.
            Unavailable: the store did not answer; no token was handed out.

        """
        return self._issue(self._login.find(owner), Grant.AUTHORIZATION_CODE, window)

    def switch(self, member: Account, window: Window) -> MemberTokens:
        """New tokens for a member whose active token was shown.

        Raises:
            Unavailable: the store did not answer; no token was handed out.

        """
        return self._issue(member, Grant.SWITCH_ACCOUNT, window)

    def _sending(self) -> Passwordless:
        if self._passwordless is None:
            raise NotOffered("One-time passwords are not enabled.")
        return self._passwordless

    def _issue(self, member: Account, grant: Grant, window: Window) -> MemberTokens:
        """One write a token, for the accounts in the window alone.

        If one fails, none is handed out. Those written before it are records of tokens that nobody
        holds; taking them back would need the store that has just failed, and they expire.
        """
        found = self._buyer_accounts.find_all(member.buyer_accounts)
        shown = found[window.offset : window.offset + window.limit]
        tokens = tuple(
            (
                account,
                self._mint.mint(
                    TokenDetails(
                        owner=member,
                        grant=grant,
                        form=self._settings.form,
                        lifetime=self._settings.lifetime,
                        account=account.id,
                    )
                ),
            )
            for account in shown
        )
        return MemberTokens(member, grant, tokens, len(found))
