"""What an operator does with accounts: make, list, change, end."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from token_service.domain.handles import RandomBytes, new_uuid
from token_service.domain.login import MAX_USERNAME, failure_key
from token_service.domain.owners import ALL_RESOURCES, Account, OwnerKind
from token_service.domain.passwords import MAX_PASSWORD, PasswordHasher
from token_service.domain.ports import Accounts, Clock, LoginFailures

_MIN_PASSWORD = 8
_MAX_RESOURCES = 500
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_RESOURCE = re.compile(r"[A-Za-z0-9_]+::[A-Za-z0-9_]+", re.ASCII)


class AccountDetailError(ValueError):
    """A detail given for an account is not acceptable; the message names it."""


class NoSuchAccountError(LookupError):
    """There is no account of this name and kind."""


class AccountAdministration:
    """Every change is one conditional write: a lost race is an error, never a lost change."""

    def __init__(
        self,
        *,
        accounts: Mapping[OwnerKind, Accounts],
        failures: LoginFailures,
        hasher: PasswordHasher,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._accounts = accounts
        self._failures = failures
        self._hasher = hasher
        self._now = now
        self._random = random

    def create(  # noqa: PLR0913 - what one account has
        self,
        kind: OwnerKind,
        username: str,
        password: str | None,
        resources: tuple[str, ...] = (),
        *,
        name: str = "",
        email: str = "",
    ) -> Account:
        """Make an account; only admins have resources, only account members name and e-mail.

        Without a password it can sign in by one-time passwords alone.

        Raises:
            AccountDetailError: a detail is not acceptable.
            OwnerExistsError: the name is taken.

        """
        check_name(username)
        if password is not None:
            _check_password(password)
        if resources and kind is not OwnerKind.ADMIN:
            raise AccountDetailError("only admins have resources")
        if kind is OwnerKind.ACCOUNT_MEMBER:
            check_name(name)
            _check_email(email)
        check_resources(resources)
        account = Account(
            kind=kind,
            id=new_uuid(self._random),
            username=username.strip(),
            password_hash=None if password is None else self._hasher.hash(password),
            epoch=self._new_epoch(),
            created_at=self._now(),
            resources=resources,
            name=name.strip(),
            email=email.strip(),
        )
        self._accounts[kind].create(account)
        return account

    def show(self, kind: OwnerKind, username: str) -> Account:
        """The account.

        Raises:
            NoSuchAccountError: there is none of this name.

        """
        account = self._accounts[kind].find_by_username(username)
        if account is None:
            raise NoSuchAccountError(username)
        return account

    def list(self, kind: OwnerKind) -> Iterator[Account]:
        """Every account of a kind, in no particular order."""
        return self._accounts[kind].list()

    def set_password(self, kind: OwnerKind, username: str, password: str) -> Account:
        """Change the password, end the account's tokens, and unlock it.

        Magento lets old tokens live; whoever changes a password expects otherwise.

        Raises:
            NoSuchAccountError, AccountDetailError, OwnerChangedError: see the names.

        """
        _check_password(password)
        changed = replace(
            self.show(kind, username),
            password_hash=self._hasher.hash(password),
            epoch=self._new_epoch(),
        )
        self.unlock(kind, username)
        return self._accounts[kind].replace(changed)

    def set_enabled(self, kind: OwnerKind, username: str, *, enabled: bool) -> Account:
        """Disable, which ends the account's tokens for good, or enable again.

        Raises:
            NoSuchAccountError, OwnerChangedError: see the names.

        """
        account = self.show(kind, username)
        epoch = account.epoch if enabled else self._new_epoch()
        return self._accounts[kind].replace(replace(account, enabled=enabled, epoch=epoch))

    def grant(self, username: str, resources: tuple[str, ...]) -> Account:
        """Let an admin use these resources and no others.

        Raises:
            NoSuchAccountError, AccountDetailError, OwnerChangedError: see the names.

        """
        check_resources(resources)
        account = self.show(OwnerKind.ADMIN, username)
        return self._accounts[OwnerKind.ADMIN].replace(replace(account, resources=resources))

    def unlock(self, kind: OwnerKind, username: str) -> None:
        """Forget failed logins under this name, whether or not it has an account."""
        self._failures.reset(failure_key(kind, username))

    def revoke_tokens(self, kind: OwnerKind, username: str) -> Account:
        """End every token of the account.

        Raises:
            NoSuchAccountError, OwnerChangedError: see the names.

        """
        account = self.show(kind, username)
        return self._accounts[kind].replace(replace(account, epoch=self._new_epoch()))

    def delete(self, kind: OwnerKind, username: str) -> None:
        """Remove the account; its tokens end with it.

        Raises:
            NoSuchAccountError: there is none of this name.

        """
        if not self._accounts[kind].delete(self.show(kind, username)):
            raise NoSuchAccountError(username)

    def _new_epoch(self) -> str:
        return self._random(8).hex()


def check_name(name: str) -> None:
    """Refuse what nobody could be called.

    Raises:
        AccountDetailError: the message says why.

    """
    if not (0 < len(name.strip()) <= MAX_USERNAME and name.isprintable()):
        raise AccountDetailError(f"a name has 1 to {MAX_USERNAME} printable characters")


def _check_email(email: str) -> None:
    if not _EMAIL.fullmatch(email) or len(email) > MAX_USERNAME or not email.isprintable():
        raise AccountDetailError(
            f"an e-mail address has an @ within and up to {MAX_USERNAME} characters"
        )


def _check_password(password: str) -> None:
    if not _MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise AccountDetailError(f"a password has {_MIN_PASSWORD} to {MAX_PASSWORD} characters")
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise AccountDetailError("a password is text in UTF-8")


def check_resources(resources: tuple[str, ...]) -> None:
    """Refuse names that no policy could ask for, and more than an item should hold.

    Raises:
        AccountDetailError: the message says which.

    """
    if len(resources) > _MAX_RESOURCES:
        raise AccountDetailError(f"at most {_MAX_RESOURCES} resources; {ALL_RESOURCES} is all")
    if not all(_RESOURCE.fullmatch(resource) for resource in resources):
        raise AccountDetailError(f"a resource is named like {ALL_RESOURCES}")
