"""Secrets that must be read again, encrypted at rest."""

import pytest
from token_service.domain.sealing import Sealer, UnsealableError

from tests.clock import SeededBytes

KEY = b"k" * 32


@pytest.fixture
def sealer() -> Sealer:
    """A sealer under one key."""
    return Sealer(KEY, SeededBytes())


@pytest.mark.parametrize("secret", ["", "a", "0123456789abcdefghijklmnopqrstuv", "\u5bc6\0"])
def test_what_was_sealed_is_opened(sealer: Sealer, secret: str) -> None:
    """By any sealer with the same key; what is kept does not show it."""
    kept = sealer.seal(secret, "consumer")
    assert Sealer(KEY, SeededBytes(seed=1)).open(kept, "consumer") == secret
    assert len(secret) < 8 or secret not in kept


def test_the_same_secret_is_sealed_differently(sealer: Sealer) -> None:
    """Nobody sees in the table that two secrets are equal."""
    assert sealer.seal("secret", "consumer") != sealer.seal("secret", "consumer")


def test_a_secret_opens_only_as_what_it_belongs_to(sealer: Sealer) -> None:
    """Copied to another integration's item it is worthless."""
    with pytest.raises(UnsealableError):
        sealer.open(sealer.seal("secret", "consumer"), "another consumer")


def test_another_deployment_s_key_opens_nothing(sealer: Sealer) -> None:
    """A copy of the table alone does not give the secrets away."""
    with pytest.raises(UnsealableError):
        Sealer(b"x" * 32, SeededBytes()).open(sealer.seal("secret", "consumer"), "consumer")


def test_a_changed_secret_does_not_open(sealer: Sealer) -> None:
    """Whoever may write the table cannot bend a secret."""
    kept = sealer.seal("secret", "consumer")
    for place in (0, 20, len(kept) - 2):
        bent = kept[:place] + ("A" if kept[place] != "A" else "B") + kept[place + 1 :]
        with pytest.raises(UnsealableError):
            sealer.open(bent, "consumer")
