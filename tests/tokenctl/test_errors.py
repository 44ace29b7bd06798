"""Every expected failure is one sentence on standard error and status 1."""

import json

import pytest

from tests.tokenctl.conftest import Tokenctl

WRONG_DETAILS = {
    "--name=": "name must have 1 to 255 printable characters",
    "--id=not allowed": "id must have 1 to 100 characters from A-Z a-z 0-9 . _ ~ -",
    "--lifetime=59": "token lifetime must be 60 to 86400 seconds",
    "--lifetime=25h": "token lifetime must be 60 to 86400 seconds",
    "--expires-in=0": "expiry must be in the future",
    "--scope=a b": "scope values are printable ASCII without space, quote and backslash",
    "--audience=a b": "audience values are printable ASCII without space",
}


def assert_one_sentence(result: object, sentence: str = "") -> None:
    """One line, without a trace, on standard error only."""
    stdout, stderr = result.stdout, result.stderr  # type: ignore[attr-defined]
    assert (result.exit_code, stdout) == (1, "")  # type: ignore[attr-defined]
    assert stderr.startswith("tokenctl: ")
    assert stderr.count("\n") == 1
    assert sentence in stderr


@pytest.mark.parametrize("command", ["show", "disable", "enable", "rotate-secret", "revoke-tokens"])
def test_an_unknown_client(tokenctl: Tokenctl, command: str) -> None:
    """It is named, for people and for scripts."""
    assert_one_sentence(tokenctl("clients", command, "nobody"), "there is no client nobody")
    for_scripts = tokenctl("clients", command, "nobody", "--json")
    assert (for_scripts.exit_code, for_scripts.stdout) == (1, "")
    assert json.loads(for_scripts.stderr) == {"error": "there is no client nobody"}


def test_deleting_an_unknown_client(tokenctl: Tokenctl) -> None:
    """There is nothing to ask about."""
    for arguments in (["nobody"], ["nobody", "--yes"]):
        assert_one_sentence(tokenctl("clients", "delete", *arguments), "there is no client nobody")


def test_an_id_that_is_taken(tokenctl: Tokenctl) -> None:
    """The client that has it is left alone."""
    tokenctl.json("clients", "create", "--name", "First", "--id", "first")
    refused = tokenctl("clients", "create", "--name", "Second", "--id", "first")
    assert_one_sentence(refused, "there is already a client first")
    assert tokenctl.json("clients", "show", "first")["name"] == "First"


@pytest.mark.parametrize(("option", "sentence"), WRONG_DETAILS.items())
def test_a_detail_that_is_not_acceptable(tokenctl: Tokenctl, option: str, sentence: str) -> None:
    """It is named, with what would be acceptable, and nothing is made."""
    name = [] if option.startswith("--name") else ["--name", "X"]
    assert_one_sentence(tokenctl("clients", "create", *name, option), sentence)
    assert tokenctl.json("clients", "list") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["no-such-command"],
        ["clients", "no-such-command"],
        ["clients", "show"],
        ["clients", "show", "a", "b"],
        ["clients", "list", "--no-such-option"],
        ["clients", "create"],
        ["clients", "create", "--name", "X", "--format", "xml"],
        ["clients", "create", "--name", "X", "--grant", "password"],
        ["clients", "create", "--name", "X", "--lifetime", "5 years"],
        ["clients", "create", "--name", "X", "--lifetime", "-1"],
        ["clients", "create", "--name", "X", "--expires-in", "999999999d"],
        ["clients", "rotate-secret", "a", "--overlap", "999999999d"],
        ["sweep", "--max-time", "soon"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_cannot_be_read(tokenctl: Tokenctl, arguments: list[str]) -> None:
    """It says what cannot be read, and where to look."""
    assert_one_sentence(tokenctl(*arguments), "--help")


def test_help_is_there_for_the_asking(tokenctl: Tokenctl) -> None:
    """Every command explains itself."""
    for command in (["clients"], ["tokens"], ["sweep"], ["clients", "create"]):
        for flag in ("-h", "--help"):
            said = tokenctl(*command, flag)
            assert said.exit_code == 0
            assert said.stdout.startswith(f"Usage: main {' '.join(command)}")
