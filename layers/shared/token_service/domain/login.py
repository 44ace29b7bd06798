"""People's tokens: a name and a password in, a token out (contracts/magento.md 1.5 and 1.7).

Resource owner passwords are a legacy that RFC 9700 section 2.4 forbids to new designs. They are
here because the platforms' existing clients send them, and offered in those dialects alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from token_service.domain.errors import InvalidGrant, NoRole, ServiceError
from token_service.domain.handles import RandomBytes
from token_service.domain.limits import HOUR, MINUTE
from token_service.domain.mint import TokenDetails, TokenMint
from token_service.domain.model import Account, Grant, IssuedToken, OwnerKind, OwnerRef, TokenFormat
from token_service.domain.passwords import MAX_PASSWORD, PasswordHasher
from token_service.domain.ports import Accounts, Clock, LockOut, LoginFailures

# Longer names have no account, and could not be looked up.
MAX_USERNAME = 255
# contracts/magento.md 1.7
DEFAULT_LOCK_OUT = LockOut(max_failures=6, seconds=30 * MINUTE)


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """What an operator chooses about people's tokens; lifetimes in seconds (seed 003)."""

    form: TokenFormat = TokenFormat.JWT
    admin_lifetime: int = 4 * HOUR
    customer_lifetime: int = HOUR
    lock_out: LockOut = DEFAULT_LOCK_OUT


class Login:
    """Signs people in and ends their tokens; slow to guess, and silent about why it refuses."""

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
        self._failures = failures
        self._hasher = hasher
        self._mint = mint
        self._settings = settings
        self._now = now
        self._random = random

    def sign_in(self, kind: OwnerKind, username: str, password: str) -> IssuedToken:
        """A new token; earlier ones stay alive.

        Every attempt is counted before the password is looked at, so that guesses made at once
        cannot slip past the lock, and unknown names are counted and hashed like known ones.

        Raises:
            InvalidGrant: unknown, wrong, disabled or locked, without saying which.
            NoRole: the right password of an admin who may use nothing.
            Unavailable: the store did not answer; no token exists.

        """
        key = failure_key(kind, username)
        counted = self._failures.count(key, self._now(), self._settings.lock_out)
        may_exist = counted and len(username.strip()) <= MAX_USERNAME
        account = self._accounts[kind].find_by_username(username) if may_exist else None
        matches = self._hasher.matches(
            password[: MAX_PASSWORD + 1], account.password_hash if account else None
        )
        if account is None or not matches or len(password) > MAX_PASSWORD:
            raise _about(account, InvalidGrant(detail="unknown name, wrong password, or locked"))
        self._failures.reset(key)
        if not account.enabled:
            raise _about(account, InvalidGrant(detail="disabled account"))
        if account.kind is OwnerKind.ADMIN and not account.resources:
            raise _about(account, NoRole())
        return self._mint.mint(self._details(account))

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


def same_name(username: str) -> str:
    """How names are compared: MySQL, which Magento's names live in, ignores case too."""
    return username.strip().casefold()


def failure_key(kind: OwnerKind, username: str) -> str:
    """Under which name failures are counted: no name in clear, whatever people type there."""
    return sha256(f"{kind}#{same_name(username)}".encode("utf-8", "surrogatepass")).hexdigest()
