"""People's tokens: a name and a password in, a token out (docs/platforms/magento.md, 1.5 and 1.7).

Resource owner passwords are a legacy that RFC 9700 section 2.4 forbids to new designs. They are
here because the platforms' existing clients send them, and offered in those dialects alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from token_service.domain.errors import InvalidGrant, NoRole, ServiceError
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.handles import RandomBytes
from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.mint import TokenDetails, TokenMint
from token_service.domain.names import same_name
from token_service.domain.owners import Account, OwnerKind, OwnerRef
from token_service.domain.passwords import MAX_PASSWORD, PasswordHasher
from token_service.domain.ports import Accounts, Clock, LockOut, LoginFailures
from token_service.domain.tokens import IssuedToken

# Longer names have no account, and could not be looked up.
MAX_USERNAME = 255
# docs/platforms/magento.md, 1.7
DEFAULT_LOCK_OUT = LockOut(max_failures=6, seconds=30 * MINUTE)


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """What an operator chooses about people's tokens; lifetimes in seconds.

    The defaults are those of docs/platforms/magento.md, 4.2 and 1.7.
    """

    form: TokenFormat = TokenFormat.JWT
    admin_lifetime: int = 4 * HOUR
    customer_lifetime: int = HOUR
    lock_out: LockOut = DEFAULT_LOCK_OUT


class Hashed(Protocol):
    """What is kept of something secret that a person types."""

    @property
    def password_hash(self) -> str | None:
        """Its Argon2id hash, None where nothing fits."""


class SecretCheck:
    """Compares what people type with its hash: slow to guess, and silent about why it refuses."""

    def __init__(
        self, failures: LoginFailures, hasher: PasswordHasher, lock_out: LockOut, now: Clock
    ) -> None:
        """`now` gives seconds since the epoch."""
        self._failures = failures
        self._hasher = hasher
        self._lock_out = lock_out
        self._now = now

    def check[T: Hashed](self, key: str, typed: str, find: Callable[[], T | None]) -> T:
        """What `find` returns, if what was typed fits its hash.

        Every attempt is counted before anything is looked at, so that guesses made at once cannot
        slip past the lock, and what does not exist is counted and hashed like what does.

        Raises:
            InvalidGrant: unknown, wrong or locked, without saying which.
            Unavailable: the store did not answer.

        """
        counted = self._failures.count(key, self._now(), self._lock_out)
        found = find() if counted else None
        matches = self._hasher.matches(
            typed[: MAX_PASSWORD + 1], found.password_hash if found else None
        )
        if found is None or not matches or len(typed) > MAX_PASSWORD:
            raise InvalidGrant(detail="unknown name, wrong password, or locked")
        self._failures.reset(key)
        return found


class Login:
    """Signs people in and ends their tokens."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        accounts: Mapping[OwnerKind, Accounts],
        failures: LoginFailures,
        hasher: PasswordHasher,
        mint: TokenMint,
        settings: LoginSettings,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._accounts = accounts
        self._check = SecretCheck(failures, hasher, settings.lock_out, now)
        self._mint = mint
        self._settings = settings
        self._random = random

    def sign_in(self, kind: OwnerKind, username: str, password: str) -> IssuedToken:
        """A new token; earlier ones stay alive.

        Raises:
            InvalidGrant: unknown, wrong, disabled or locked, without saying which.
            NoRole: the right password of an admin who may use nothing.
            Unavailable: the store did not answer; no token exists.

        """
        account = self.authenticate(kind, username, password)
        if account.kind is OwnerKind.ADMIN and not account.resources:
            raise _about(account, NoRole())
        return self._mint.mint(self._details(account))

    def authenticate(self, kind: OwnerKind, username: str, password: str) -> Account:
        """The account of this name, if this is its password.

        Raises:
            InvalidGrant: unknown, wrong, disabled or locked, without saying which.
            Unavailable: the store did not answer.

        """
        known: Account | None = None

        def find() -> Account | None:
            nonlocal known
            may_exist = len(username.strip()) <= MAX_USERNAME
            known = self._accounts[kind].find_by_username(username) if may_exist else None
            return known

        try:
            account = self._check.check(failure_key(kind, username), password, find)
        except InvalidGrant as error:
            raise _about(known, error) from None
        if not account.enabled:
            raise _about(account, InvalidGrant(detail="disabled account"))
        return account

    def admit(self, owner: OwnerRef, grant: Grant) -> IssuedToken:
        """A new token for somebody who was authenticated elsewhere.

        Raises:
            InvalidGrant: the account is gone or disabled.
            Unavailable: the store did not answer; no token exists.

        """
        return self._mint.mint(replace(self._details(self.find(owner)), grant=grant))

    def find(self, owner: OwnerRef) -> Account:
        """The live account of somebody who was authenticated elsewhere.

        Raises:
            InvalidGrant: the account is gone or disabled.
            Unavailable: the store did not answer.

        """
        account = self._accounts[owner.kind].find(owner.id)
        if account is None or not account.enabled:
            raise _about(account, InvalidGrant(detail="no such account, or disabled"))
        return account

    def end_all(self, owner: OwnerRef) -> bool:
        """End every token of an account; one issued right after, in the same instant, lives.

        Raises:
            Unavailable: the store did not answer; the tokens may still live.

        """
        return self._accounts[owner.kind].replace_epoch(owner.id, self._random(8).hex())

    def _details(self, account: Account) -> TokenDetails:
        admin = account.kind is OwnerKind.ADMIN
        return TokenDetails(
            owner=account,
            grant=Grant.PASSWORD,
            form=self._settings.form,
            lifetime=self._settings.admin_lifetime if admin else self._settings.customer_lifetime,
        )


def _about(account: Account | None, error: ServiceError) -> ServiceError:
    """The error, saying which account it is about: never the name, which may be a password."""
    error.about = account.ref.subject if account else ""
    return error


def failure_key(kind: str, username: str) -> str:
    """Under which name attempts of a kind are counted: no name in clear, whatever people type."""
    return sha256(f"{kind}#{same_name(username)}".encode("utf-8", "surrogatepass")).hexdigest()
