"""`tokenctl accounts`: every command, what it prints, and that a password is never among it."""

import re
from typing import Any

import pytest
from token_service.domain.owners import OwnerKind

from tests.tokenctl.conftest import Tokenctl
from tests.tokenctl.lines import facts
from tests.tokenctl.test_errors import assert_one_sentence
from tokenctl import accounts
from tokenctl.deployment import Deployment

PASSWORD = "correct horse battery"
ADMIN, CUSTOMER = ("admin", "root"), ("customer", "jane@example.com")


def create(tokenctl: Tokenctl, kind: str, name: str, *options: str) -> Any:  # noqa: ANN401 - JSON
    """A new account."""
    return tokenctl.json("accounts", "create", kind, name, *options, stdin=f"{PASSWORD}\n")


def matches(deployment: Deployment, kind: str, name: str, password: str) -> bool:
    """Whether this is the account's password."""
    account = deployment.accounts.show(OwnerKind(kind), name)
    return deployment.accounts._hasher.matches(password, account.password_hash)  # noqa: SLF001 - no other way to ask


@pytest.mark.parametrize(
    ("options", "resources"),
    [
        ((), []),
        (("--all-resources",), ["Magento_Backend::all"]),
        (("--resource", "A::a", "--resource", "A::b"), ["A::a", "A::b"]),
    ],
)
def test_create(tokenctl: Tokenctl, options: tuple[str, ...], resources: list[str]) -> None:
    """It says who was made, and with what resources."""
    made = create(tokenctl, *ADMIN, *options)
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made.pop("id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made.pop("created_at"))
    assert made == {
        "kind": "admin",
        "username": "root",
        "state": "live",
        "resources": resources,
    }


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nnext line\n"])
def test_the_password_is_the_first_line(
    tokenctl: Tokenctl, deployment: Deployment, ending: str
) -> None:
    """However it ends, and with the blanks that belong to it."""
    made = tokenctl("accounts", "create", *CUSTOMER, stdin=f"  {PASSWORD} {ending}")
    assert made.exit_code == 0
    assert matches(deployment, *CUSTOMER, f"  {PASSWORD} ")


def test_no_command_prints_a_password(tokenctl: Tokenctl) -> None:
    """Nor its hash: neither for people nor for scripts, neither on success nor on failure."""
    said = tokenctl("accounts", "create", *CUSTOMER, stdin=PASSWORD).output
    for command in ("show", "disable", "enable", "unlock", "revoke-tokens", "set-password"):
        for mode in ((), ("--json",)):
            done = tokenctl("accounts", command, *CUSTOMER, *mode, stdin=PASSWORD)
            assert done.exit_code == 0
            said += done.output
    said += tokenctl("accounts", "list", "customer").output
    said += tokenctl("accounts", "create", *CUSTOMER, stdin=PASSWORD).output
    said += tokenctl("accounts", "delete", *CUSTOMER, "--yes").output
    assert PASSWORD not in said
    assert "argon2" not in said
    assert "epoch" not in said


@pytest.mark.parametrize("command", ["create", "set-password"])
def test_a_password_is_no_argument(tokenctl: Tokenctl, command: str) -> None:
    """There is no option and no place for it on the command line, which others see."""
    for option in ((PASSWORD,), ("--password", PASSWORD), ("-p", PASSWORD)):
        refused = tokenctl("accounts", command, *CUSTOMER, *option)
        assert_one_sentence(refused)


@pytest.mark.parametrize("typed", [PASSWORD, "another one"])
def test_at_a_terminal_it_is_asked_for_twice(
    tokenctl: Tokenctl, deployment: Deployment, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """Hidden, on standard error, and until both agree."""

    class Terminal:
        """Standard input that is a terminal."""

        stdin = type("Stdin", (), {"isatty": staticmethod(lambda: True)})

    monkeypatch.setattr(accounts, "sys", Terminal)
    answers = f"{typed}\na typo\n{typed}\n{typed}\n"
    made = tokenctl("accounts", "create", *CUSTOMER, stdin=answers)
    assert made.exit_code == 0
    assert made.output.count("Password") + made.output.count("password") >= 2
    assert typed not in made.output
    assert matches(deployment, *CUSTOMER, typed)


@pytest.mark.parametrize("password", ["", "\n", "seven77\n", "x" * 1001])
@pytest.mark.parametrize("command", ["create", "set-password"])
def test_bad_passwords(tokenctl: Tokenctl, command: str, password: str) -> None:
    """Too short, too long, or none at all: one sentence that does not repeat it."""
    if command == "set-password":
        create(tokenctl, *CUSTOMER)
    refused = tokenctl("accounts", command, *CUSTOMER, stdin=password)
    assert_one_sentence(refused, "a password has 8 to 1000 characters")


def test_a_password_that_is_not_utf_8(tokenctl: Tokenctl) -> None:
    """One sentence and no trace."""
    refused = tokenctl("accounts", "create", *CUSTOMER, stdin=b"\xff\xfe password\n")  # type: ignore[arg-type]
    assert_one_sentence(refused, "a password is text in UTF-8")


def test_show_and_list(tokenctl: Tokenctl) -> None:
    """Everything but the password; a list is of one kind, by name."""
    made = create(tokenctl, *ADMIN, "--all-resources")
    create(tokenctl, "admin", "alice")
    assert tokenctl.json("accounts", "list", "customer") == []
    nobody = tokenctl("accounts", "list", "customer")
    assert (nobody.stdout, nobody.stderr) == ("", "none\n")
    assert tokenctl.json("accounts", "show", *ADMIN) == made
    assert tokenctl.json("accounts", "show", "admin", " ROOT") == made
    listed = tokenctl.json("accounts", "list", "admin")
    assert [account["username"] for account in listed] == ["alice", "root"]
    assert set(listed[0]) == {"username", "state", "resources"}
    header, *lines = tokenctl("accounts", "list", "admin").stdout.splitlines()
    assert header.split() == ["username", "state", "resources"]
    assert [line.split() for line in lines] == [
        ["alice", "live", "-"],
        ["root", "live", "Magento_Backend::all"],
    ]


def test_set_password(tokenctl: Tokenctl, deployment: Deployment) -> None:
    """The old one no longer matches, the new one does."""
    create(tokenctl, *CUSTOMER)
    tokenctl.json("accounts", "set-password", *CUSTOMER, stdin="a new password\n")
    assert not matches(deployment, *CUSTOMER, PASSWORD)
    assert matches(deployment, *CUSTOMER, "a new password")


def test_grant(tokenctl: Tokenctl) -> None:
    """What is granted replaces what was; nothing at all is a choice too."""
    create(tokenctl, *ADMIN)
    for arguments, resources in (
        (("A::a", "A::b"), ["A::a", "A::b"]),
        (("--all-resources",), ["Magento_Backend::all"]),
        (("--none",), []),
    ):
        said = tokenctl.json("accounts", "grant", "root", *arguments)
        assert said["resources"] == resources
        assert tokenctl.json("accounts", "show", *ADMIN)["resources"] == resources


def test_disable_and_enable(tokenctl: Tokenctl) -> None:
    """Both say the state that the account then has."""
    create(tokenctl, *CUSTOMER)
    for command, state in (("disable", "disabled"), ("enable", "live")):
        assert tokenctl.json("accounts", command, *CUSTOMER)["state"] == state
        assert facts(tokenctl("accounts", "show", *CUSTOMER).stdout)["state"] == state


def test_unlock_needs_no_account(tokenctl: Tokenctl) -> None:
    """Names without one are locked too."""
    said = tokenctl.json("accounts", "unlock", "customer", "nobody@example.com")
    assert said == {"username": "nobody@example.com", "locked": False}


def test_revoke_tokens(tokenctl: Tokenctl, deployment: Deployment) -> None:
    """It names the account whose tokens have ended, by a new epoch."""
    create(tokenctl, *CUSTOMER)
    before = deployment.accounts.show(OwnerKind.CUSTOMER, CUSTOMER[1]).epoch
    said = tokenctl.json("accounts", "revoke-tokens", *CUSTOMER)
    assert said == {"username": CUSTOMER[1], "tokens": "revoked"}
    assert deployment.accounts.show(OwnerKind.CUSTOMER, CUSTOMER[1]).epoch != before


def test_delete_asks(tokenctl: Tokenctl) -> None:
    """Only a yes deletes; the question is on standard error and names the account."""
    create(tokenctl, *CUSTOMER)
    for answer in ("n\n", "\n", ""):
        asked = tokenctl("accounts", "delete", *CUSTOMER, stdin=answer)
        assert (asked.exit_code, asked.stdout) == (1, "")
        assert asked.stderr.startswith("Delete customer jane@example.com and end its tokens? [y/N]")
    agreed = tokenctl("accounts", "delete", *CUSTOMER, stdin="y\n")
    assert facts(agreed.stdout) == {"username": "jane@example.com", "state": "deleted"}
    assert tokenctl("accounts", "show", *CUSTOMER).exit_code == 1
    create(tokenctl, *CUSTOMER)
    assert tokenctl.json("accounts", "delete", *CUSTOMER, "--yes")["state"] == "deleted"


@pytest.mark.parametrize(
    "command", ["show", "disable", "enable", "set-password", "revoke-tokens", "delete"]
)
def test_an_unknown_account(tokenctl: Tokenctl, command: str) -> None:
    """It is named; the same name of the other kind is somebody else."""
    create(tokenctl, "admin", CUSTOMER[1])
    yes = ("--yes",) if command == "delete" else ()
    refused = tokenctl("accounts", command, *CUSTOMER, *yes, stdin=PASSWORD)
    assert_one_sentence(refused, "there is no account jane@example.com")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "admin", ""), "a name has 1 to 255 printable characters"),
        (("create", *CUSTOMER, "--all-resources"), "only admins have resources"),
        (("create", *ADMIN, "--resource", "all"), "a resource is named like Magento_Backend::all"),
        (("create", "client", "x"), "--help"),
        (("create", "admin"), "--help"),
        (("grant",), "--help"),
        (("grant", "root"), "name resources, or give --all-resources or --none"),
        (("grant", "root", "A::a", "--none"), "name resources, or give"),
        (("grant", "nobody", "A::a"), "there is no account nobody"),
        (("list",), "--help"),
        (("no-such-command",), "--help"),
    ],
)
def test_mistakes(tokenctl: Tokenctl, arguments: tuple[str, ...], sentence: str) -> None:
    """Each is one sentence, and nobody is made."""
    assert_one_sentence(tokenctl("accounts", *arguments, stdin=PASSWORD), sentence)
    assert tokenctl.json("accounts", "list", "admin") == []


def test_a_name_that_is_taken(tokenctl: Tokenctl) -> None:
    """It says so by name, in any spelling, and leaves the first alone."""
    made = create(tokenctl, *CUSTOMER)
    refused = tokenctl("accounts", "create", "customer", "JANE@example.com", stdin=PASSWORD)
    assert_one_sentence(refused, "there is already a customer JANE@example.com")
    assert tokenctl.json("accounts", "show", *CUSTOMER) == made
