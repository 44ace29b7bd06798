"""`tokenctl account-members` and `tokenctl buyer-accounts`."""

import re
from typing import Any

import pytest
from token_service.domain.owners import OwnerKind

from tests.tokenctl.conftest import Tokenctl
from tests.tokenctl.lines import facts
from tests.tokenctl.test_errors import assert_one_sentence
from tokenctl.deployment import Deployment

PASSWORD = "correct horse battery"
DETAILS = ("--name", "Ada Lovelace", "--email", "ada@member.test")
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MEMBER = OwnerKind.ACCOUNT_MEMBER


def create(tokenctl: Tokenctl, name: str = "ada", *options: str) -> Any:  # noqa: ANN401 - JSON
    """A new member."""
    arguments = ("account-members", "create", name, *DETAILS, *options)
    return tokenctl.json(*arguments, stdin=f"{PASSWORD}\n")


def buyer(tokenctl: Tokenctl, name: str = "Analytical Engines") -> str:
    """A new buyer account's id."""
    identifier: str = tokenctl.json("buyer-accounts", "create", name)["id"]
    return identifier


def test_create(tokenctl: Tokenctl, deployment: Deployment) -> None:
    """It says who was made; the password fits and is not told."""
    made = create(tokenctl)
    assert re.fullmatch(UUID, made.pop("id"))
    assert made.pop("created_at")
    assert made == {
        "username": "ada",
        "name": "Ada Lovelace",
        "email": "ada@member.test",
        "state": "live",
        "buyer_accounts": [],
        "password": True,
    }
    kept = deployment.accounts.show(MEMBER, "ada").password_hash
    assert deployment.accounts._hasher.matches(PASSWORD, kept)  # noqa: SLF001 - no other way to ask


def test_without_a_password(tokenctl: Tokenctl, deployment: Deployment) -> None:
    """Nothing is read, and nothing fits."""
    assert create(tokenctl, "ada", "--no-password")["password"] is False
    assert deployment.accounts.show(MEMBER, "ada").password_hash is None


def test_joining_and_leaving(tokenctl: Tokenctl) -> None:
    """The member shows the accounts it may act for."""
    create(tokenctl)
    first, second = buyer(tokenctl), buyer(tokenctl)
    tokenctl.json("account-members", "join", "ada", first)
    joined = tokenctl.json("account-members", "join", "ADA", second)
    assert joined["buyer_accounts"] == [first, second]
    left = tokenctl.json("account-members", "leave", "ada", first)
    assert left["buyer_accounts"] == [second]
    assert facts(tokenctl("account-members", "show", "ada").output)["buyer_accounts"] == second
    tokenctl.json("buyer-accounts", "delete", second, "--yes")
    assert tokenctl.json("account-members", "show", "ada")["buyer_accounts"] == []


def test_buyer_accounts(tokenctl: Tokenctl) -> None:
    """Made, listed by name, shown and deleted."""
    second, first = buyer(tokenctl, "B"), buyer(tokenctl, "A")
    assert [one["id"] for one in tokenctl.json("buyer-accounts", "list")] == [first, second]
    shown = tokenctl.json("buyer-accounts", "show", first)
    assert (shown["name"], re.fullmatch(UUID, shown["id"]) is not None) == ("A", True)
    gone = tokenctl.json("buyer-accounts", "delete", first, "--yes")
    assert gone == {"id": first, "state": "deleted"}
    assert [one["id"] for one in tokenctl.json("buyer-accounts", "list")] == [second]
    kept = tokenctl("buyer-accounts", "delete", second, stdin="n\n")
    assert kept.exit_code == 1
    assert tokenctl.json("buyer-accounts", "show", second)


def test_changes(tokenctl: Tokenctl, deployment: Deployment) -> None:
    """Disable, enable, set-password, revoke-tokens, unlock, delete."""
    create(tokenctl)
    epochs = {deployment.accounts.show(MEMBER, "ada").epoch}
    run = tokenctl.json
    assert run("account-members", "disable", "ada")["state"] == "disabled"
    epochs.add(deployment.accounts.show(MEMBER, "ada").epoch)
    assert run("account-members", "enable", "ada")["state"] == "live"
    assert run("account-members", "set-password", "ada", stdin="another password")["password"]
    epochs.add(deployment.accounts.show(MEMBER, "ada").epoch)
    assert run("account-members", "revoke-tokens", "ada")["tokens"] == "revoked"
    epochs.add(deployment.accounts.show(MEMBER, "ada").epoch)
    assert len(epochs) == 4
    told = run("account-members", "unlock", "ada")
    assert told == {"username": "ada", "locked": False}
    assert [one["username"] for one in run("account-members", "list")] == ["ada"]
    assert tokenctl("account-members", "delete", "ada", stdin="n\n").exit_code == 1
    assert run("account-members", "delete", "ada", "--yes")["state"] == "deleted"
    assert run("account-members", "list") == []


def test_no_command_prints_a_password(tokenctl: Tokenctl) -> None:
    """Nor its hash, nor the epoch."""
    said = tokenctl("account-members", "create", "ada", *DETAILS, stdin=PASSWORD).output
    for command in ("show", "disable", "enable", "set-password", "unlock"):
        said += tokenctl("account-members", command, "ada", stdin=PASSWORD).output
    said += tokenctl("account-members", "list").output
    for word in (PASSWORD, "argon2", "epoch"):
        assert word not in said


def test_profile(tokenctl: Tokenctl) -> None:
    """The ids that clients name, always the same."""
    profile = tokenctl.json("account-members", "profile")
    assert set(profile) == {"authentication_realm_id", "password_profile_id"}
    assert all(re.fullmatch(UUID, one) for one in profile.values())
    assert tokenctl.json("account-members", "profile") == profile


@pytest.mark.parametrize(
    "arguments",
    [
        ("account-members", "show", "nobody"),
        ("account-members", "leave", "ada", "gone"),
        ("account-members", "join", "ada", "gone"),
        ("account-members", "join", "nobody", "gone"),
        ("account-members", "create", "ada", *DETAILS),
        ("account-members", "create", "bob", "--name", "Bob", "--email", "nowhere"),
        ("account-members", "create", "bob", "--name", "Bob"),
        ("buyer-accounts", "show", "gone"),
        ("buyer-accounts", "delete", "gone", "--yes"),
        ("buyer-accounts", "create", ""),
    ],
)
def test_failures_are_one_sentence(tokenctl: Tokenctl, arguments: tuple[str, ...]) -> None:
    """On standard error, with status 1; nothing is changed."""
    create(tokenctl)
    assert_one_sentence(tokenctl(*arguments, stdin=PASSWORD))
    assert len(tokenctl.json("account-members", "list")) == 1
