"""The two places where keys are kept, in memory, and ways to disturb who uses them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from token_service.domain.errors import Unavailable
from token_service.domain.keyring import Keyring, KeysChangedError, PrivateKeyring
from token_service.domain.keys import PrivateKey

from tests.domain.turns import Turns


class MemoryPublicKeys:
    """Published keys, written only over the version that was read."""

    def __init__(self) -> None:
        self.ring = Keyring((), since=None)

    def keyring(self) -> Keyring:
        """The keys."""
        return self.ring

    def save(self, keyring: Keyring) -> None:
        """Publish."""
        if keyring.version != self.ring.version:
            raise KeysChangedError
        self.ring = replace(keyring, version=keyring.version + 1)


class MemoryPrivateKeys:
    """Private keys, written only over the version that was read."""

    def __init__(self) -> None:
        self.ring = PrivateKeyring()

    def keyring(self) -> PrivateKeyring:
        """The keys."""
        return self.ring

    def save(self, keyring: PrivateKeyring) -> None:
        """Keep."""
        if keyring.version != self.ring.version:
            raise KeysChangedError
        self.ring = replace(keyring, version=f"{int(keyring.version or 0) + 1}")

    def load(self) -> PrivateKey:
        """What signs."""
        if self.ring.current is None:
            raise Unavailable
        return self.ring.current


class Store[T](Protocol):
    """Either place."""

    def keyring(self) -> T:
        """What it holds."""

    def save(self, keyring: T) -> None:
        """Hold this."""


class StoppedError(Exception):
    """The process died here."""


class Caller(Protocol):
    """Makes the calls of one run."""

    def make[T](self, act: Callable[[], T]) -> T:
        """One call."""


@dataclass
class Calls:
    """Counts calls, and lets something happen just before or just after number `at` (from 0)."""

    at: int = -1
    disturb: Callable[[], None] = lambda: None
    before: bool = False
    count: int = 0

    def make[T](self, act: Callable[[], T]) -> T:
        """One call."""
        here, self.count = self.count == self.at, self.count + 1
        if here and self.before:
            self.disturb()
        result = act()
        if here and not self.before:
            self.disturb()
        return result


@dataclass
class InTurn:
    """Makes each call when it is this worker's turn."""

    turns: Turns
    worker: int

    def make[T](self, act: Callable[[], T]) -> T:
        """One call."""
        return self.turns.take(self.worker, act)


@dataclass
class Place[T]:
    """One of the two places, as a run sees it that makes its calls through a caller."""

    store: Store[T]
    caller: Caller

    def keyring(self) -> T:
        """As the store."""
        return self.caller.make(self.store.keyring)

    def save(self, keyring: T) -> None:
        """As the store."""
        self.caller.make(lambda: self.store.save(keyring))


def stop() -> None:
    """Die here."""
    raise StoppedError


def outage() -> None:
    """No answer."""
    raise Unavailable
