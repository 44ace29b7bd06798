"""The two places where signing keys are kept, each read and written as a whole."""

from dataclasses import dataclass
from typing import Protocol

from token_service.domain.keys import PrivateKey, PublicKey


@dataclass(frozen=True, slots=True)
class Keyring:
    """All published keys, and when the deployment made its first (None: not yet).

    `version` counts how often they were published.
    """

    keys: tuple[PublicKey, ...]
    since: int | None
    version: int = 0

    def find(self, kid: str) -> PublicKey | None:
        """The key of this id, or None."""
        return next((key for key in self.keys if key.kid == kid), None)


@dataclass(frozen=True, slots=True)
class PrivateKeyring:
    """The key that signs and the one that will; `version` is the store's name for this state."""

    current: PrivateKey | None = None
    next: PrivateKey | None = None
    version: str | None = None


class KeysChangedError(RuntimeError):
    """Somebody else has written keys since these were read."""


class PublicKeys(Protocol):
    """Where published keys are kept."""

    def keyring(self) -> Keyring:
        """The keys as published now."""

    def save(self, keyring: Keyring) -> None:
        """Publish these over the version that was read; raises KeysChangedError."""


class PrivateKeys(Protocol):
    """Where private keys are kept."""

    def keyring(self) -> PrivateKeyring:
        """The keys as they are now."""

    def save(self, keyring: PrivateKeyring) -> None:
        """Keep these over the version that was read; raises KeysChangedError."""
