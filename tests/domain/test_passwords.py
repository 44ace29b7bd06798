"""Passwords at rest: Argon2id in PHC strings, any Unicode, parameters in the hash."""

import re

import pytest
from token_service.domain.passwords import CHEAPEST, OWASP, HashProfile, PasswordHasher

from tests.clock import SeededBytes


@pytest.fixture
def hasher() -> PasswordHasher:
    """The quickest there is."""
    return PasswordHasher(CHEAPEST, SeededBytes())


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "",
        " ",
        "pass\0word",
        "\u00e9",
        "e\u0301",
        "\u5bc6\u7801\u5bc6\u7801",
        "\U0001f511" * 1000,
        "'; DROP TABLE accounts; --",
        "\r\n\t",
    ],
    ids=ascii,
)
def test_only_the_very_same_password_matches(hasher: PasswordHasher, password: str) -> None:
    """Any Unicode, exactly as it is: neither trimmed nor cut nor normalized."""
    hashed = hasher.hash(password)
    assert hasher.matches(password, hashed)
    for other in (password + "x", password + "\0", f" {password}", password[:-1] + "\u00eb"):
        assert not hasher.matches(other, hashed)


def test_the_hash_is_a_phc_string_without_the_password(hasher: PasswordHasher) -> None:
    """Algorithm, parameters, salt and hash; the same password hashes differently each time."""
    first, second = hasher.hash("password"), hasher.hash("password")
    assert first != second
    for hashed in (first, second):
        assert re.fullmatch(
            r"\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", hashed
        )
        assert "password" not in hashed


def test_the_profile_of_a_deployment() -> None:
    """19 MiB, two passes, one lane: what OWASP recommends first for Argon2id (item 38)."""
    assert HashProfile(iterations=2, lanes=1, memory=19 * 1024) == OWASP
    hashed = PasswordHasher(OWASP, SeededBytes()).hash("password")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_hashes_of_another_profile_still_match(hasher: PasswordHasher) -> None:
    """Each hash brings its parameters, so that a new profile locks nobody out."""
    other = PasswordHasher(HashProfile(iterations=3, lanes=2, memory=64), SeededBytes(seed=1))
    assert hasher.matches("password", other.hash("password"))
    assert not hasher.matches("wrong", other.hash("password"))


def test_nobody_matches_nothing(hasher: PasswordHasher) -> None:
    """Without a hash every password is wrong, the empty one that stands in for it too."""
    for password in ("", "password"):
        assert not hasher.matches(password, None)


@pytest.mark.parametrize("broken", ["x", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_a_hash_that_cannot_be_read_matches_nothing(hasher: PasswordHasher, broken: str) -> None:
    """A damaged item lets nobody in."""
    assert not hasher.matches("password", broken)
