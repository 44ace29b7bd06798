"""One-time passwords: short, for minutes, usable once, brought to their owner by a sender.

They are kept as Argon2id hashes, as passwords are: few enough characters to be typed are few enough
to be tried, by whoever steals the table.
"""

from dataclasses import dataclass, field
from typing import Protocol

from token_service.domain.errors import InvalidGrant
from token_service.domain.handles import RandomBytes
from token_service.domain.limits import MINUTE
from token_service.domain.login import MAX_USERNAME, SecretCheck, failure_key
from token_service.domain.owners import Account
from token_service.domain.passwords import PasswordHasher
from token_service.domain.ports import Accounts, Clock, LockOut, LoginFailures

# The platform's own are valid for ten minutes, and have six characters.
LIFETIME = 10 * MINUTE
_LENGTH = 8
# Crockford's base 32: nothing that looks like another.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Five wrong guesses, or five letters to one person, and it takes ten minutes to go on.
_LIMIT = LockOut(max_failures=5, seconds=LIFETIME)


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """What is kept of one: its hash, its owner's epoch when it was made, its end (seconds)."""

    password_hash: str = field(repr=False)
    epoch: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a sender is told; `expires_at` in seconds since the epoch."""

    username: str
    name: str
    email: str
    one_time_password: str = field(repr=False)
    expires_at: int
    purpose: str


class Sender(Protocol):
    """Brings one-time passwords to people; every method may raise `Unavailable`."""

    def send(self, message: Message | None) -> None:
        """Hand a message over; None is for nobody, and takes as long."""


class OneTimePasswords(Protocol):
    """Keeps one a key; every method may raise `Unavailable`."""

    def put(self, key: str, password: OneTimePassword) -> None:
        """Keep it instead of whatever was kept under the key."""

    def find(self, key: str) -> OneTimePassword | None:
        """What is kept under the key, expired or not."""

    def use(self, key: str, password: OneTimePassword) -> bool:
        """Remove it; False if it is no longer there, or another is in its place."""


class Passwordless:
    """Sends one-time passwords to account members, and takes each once."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        members: Accounts,
        passwords: OneTimePasswords,
        failures: LoginFailures,
        hasher: PasswordHasher,
        sender: Sender,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._members = members
        self._passwords = passwords
        self._failures = failures
        self._hasher = hasher
        self._sender = sender
        self._check = SecretCheck(failures, hasher, _LIMIT, now)
        self._now = now
        self._random = random

    def request(self, username: str, purpose: str) -> None:
        """Send a new one, which replaces the former; for a name of nobody, only look as busy.

        Raises:
            Unavailable: the store or the sender did not answer; what was not sent fits nobody.

        """
        may_send = self._failures.count(_key("sent", username), self._now(), _LIMIT)
        member = self._find_member(username)
        code = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in self._random(_LENGTH))
        known = member is not None and member.enabled and may_send
        kept = OneTimePassword(
            self._hasher.hash(code),
            member.epoch if member and known else "",
            self._now() + LIFETIME,
        )
        self._passwords.put(_key("kept" if known else "nobody", username), kept)
        self._sender.send(
            Message(member.username, member.name, member.email, code, kept.expires_at, purpose)
            if member and known
            else None
        )

    def authenticate(self, username: str, typed: str) -> Account:
        """The member to whom this was sent; it is used up, whatever happens next.

        Raises:
            InvalidGrant: unknown, wrong, used, expired, disabled or tried too often; never which.
            Unavailable: the store did not answer.

        """
        key = _key("kept", username)
        password = self._check.check(
            _key("typed", username), typed.strip().lower(), lambda: self._passwords.find(key)
        )
        member = self._find_member(username)
        if not self._passwords.use(key, password):
            raise InvalidGrant(detail="one-time password used already")
        if (
            member is None
            or not member.enabled
            or password.epoch != member.epoch
            or self._now() >= password.expires_at
        ):
            raise InvalidGrant(detail="one-time password expired, or its owner changed")
        return member

    def _find_member(self, username: str) -> Account | None:
        may_exist = len(username.strip()) <= MAX_USERNAME
        return self._members.find_by_username(username) if may_exist else None


def _key(purpose: str, username: str) -> str:
    """No name in clear, whatever people type."""
    return failure_key(f"one_time_password_{purpose}", username)
