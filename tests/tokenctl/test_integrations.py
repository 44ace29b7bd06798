"""`tokenctl integrations`: four credentials, each printed once and by no other command."""

import re
from typing import Any

import pytest
from token_service import aws

from tests.service import ISSUER
from tests.tokenctl.conftest import Tokenctl
from tests.tokenctl.lines import facts
from tests.tokenctl.test_errors import assert_one_sentence
from tokenctl.deployment import Deployment

NAME = "Warehouse"
CONSUMER = ("consumer_key", "consumer_secret")
ACCESS = ("access_token", "access_token_secret")
ONCE = "These are not shown again.\n"


@pytest.fixture(autouse=True)
def _sealing_key(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's sealing secret, as CloudFormation generates it, and its outputs."""
    aws.secrets_manager().create_secret(Name="Sealing", SecretString="s" * 64)
    outputs = {**deployment.outputs, "SealingSecretId": "Sealing", "AudienceName": ISSUER}
    complete = Deployment(outputs, deployment.dynamodb)
    monkeypatch.setattr(Deployment, "find", lambda _stack_name: complete)


def create(tokenctl: Tokenctl, *options: str, name: str = NAME) -> Any:  # noqa: ANN401 - JSON
    """A new integration."""
    return tokenctl.json("integrations", "create", name, *options)


def introspect(tokenctl: Tokenctl, token: str) -> Any:  # noqa: ANN401 - JSON
    """What an operator is told of a token."""
    return tokenctl.json("tokens", "introspect", stdin=token)


def test_create_prints_the_consumer_once(tokenctl: Tokenctl) -> None:
    """Key and secret have 32 characters; people are told that they will not see them again."""
    made = tokenctl("integrations", "create", NAME, "--all-resources")
    told = facts(made.stdout)
    assert (made.exit_code, set(told)) == (0, {"name", *CONSUMER})
    assert all(re.fullmatch("[0-9a-z]{32}", told[name]) for name in CONSUMER)
    assert made.stderr == ONCE
    shown = tokenctl.json("integrations", "show", NAME)
    assert (shown["state"], shown["consumer_key"]) == ("inactive", told["consumer_key"])
    assert shown["resources"] == ["Magento_Backend::all"]


def test_all_four_at_once(tokenctl: Tokenctl) -> None:
    """`--activate` prints all four credentials, and the token is active and does not expire."""
    made = create(tokenctl, "--resource", "A::a", "--resource", "A::b", "--activate")
    assert set(made) == {"name", *CONSUMER, *ACCESS}
    assert all(re.fullmatch("[0-9a-z]{32}", made[name]) for name in (*CONSUMER, *ACCESS))
    told = introspect(tokenctl, made["access_token"])
    assert (told["active"], told["grant"]) == (True, "integration")
    assert told["expires_at"] is None
    assert tokenctl.json("integrations", "show", NAME)["resources"] == ["A::a", "A::b"]


def test_activate_prints_the_token_once(tokenctl: Tokenctl) -> None:
    """Token and secret, for people with the same note, for scripts without a word."""
    create(tokenctl)
    activated = tokenctl("integrations", "activate", NAME)
    told = facts(activated.stdout)
    assert (set(told), activated.stderr) == (set(ACCESS), ONCE)
    assert introspect(tokenctl, told["access_token"])["active"] is True
    assert tokenctl.json("integrations", "show", NAME)["state"] == "active"


def test_reauthorize(tokenctl: Tokenctl) -> None:
    """A new pair; the former token has ended and the consumer's key is the same."""
    made = create(tokenctl, "--activate")
    again = tokenctl.json("integrations", "reauthorize", NAME)
    assert set(again) == set(ACCESS)
    assert all(again[name] != made[name] for name in ACCESS)
    assert introspect(tokenctl, made["access_token"]) == {"active": False}
    assert introspect(tokenctl, again["access_token"])["active"] is True
    assert tokenctl.json("integrations", "show", NAME)["consumer_key"] == made["consumer_key"]


def test_deactivate_and_delete(tokenctl: Tokenctl) -> None:
    """Both end the token; a deleted one is gone from the list."""
    made = create(tokenctl, "--activate")
    assert tokenctl.json("integrations", "deactivate", NAME)["state"] == "inactive"
    assert introspect(tokenctl, made["access_token"]) == {"active": False}
    token = tokenctl.json("integrations", "activate", NAME)["access_token"]
    said = tokenctl.json("integrations", "delete", NAME, "--yes")
    assert said == {"name": NAME, "state": "deleted"}
    assert introspect(tokenctl, token) == {"active": False}
    assert tokenctl.json("integrations", "list") == []


def test_delete_asks(tokenctl: Tokenctl) -> None:
    """Only a yes deletes."""
    create(tokenctl)
    for answer in ("n\n", "\n", ""):
        asked = tokenctl("integrations", "delete", NAME, stdin=answer)
        assert (asked.exit_code, asked.stdout) == (1, "")
        assert asked.stderr.startswith(f"Delete {NAME} and end its access token? [y/N]")
    agreed = tokenctl("integrations", "delete", NAME, stdin="y\n")
    assert facts(agreed.stdout) == {"name": NAME, "state": "deleted"}


def test_grant(tokenctl: Tokenctl) -> None:
    """What is granted replaces what was, and the token lives on."""
    made = create(tokenctl, "--all-resources", "--activate")
    for arguments, resources in (
        (("A::a",), ["A::a"]),
        (("--none",), []),
        (("--all-resources",), ["Magento_Backend::all"]),
    ):
        assert tokenctl.json("integrations", "grant", NAME, *arguments)["resources"] == resources
    assert introspect(tokenctl, made["access_token"])["active"] is True


def test_no_other_command_prints_a_secret(tokenctl: Tokenctl) -> None:
    """Listing, showing, granting and deactivating say nothing of what was shown once."""
    made = create(tokenctl, "--activate")
    said = ""
    for command in ("list", "show", "grant", "deactivate"):
        arguments = {"list": (), "grant": (NAME, "--none")}.get(command, (NAME,))
        for mode in ((), ("--json",)):
            done = tokenctl("integrations", command, *arguments, *mode)
            assert done.exit_code == 0
            said += done.output
    assert NAME in said
    for name in ("consumer_secret", *ACCESS):
        assert made[name] not in said
        assert name not in said


def test_list_is_sorted_by_name(tokenctl: Tokenctl) -> None:
    """Without integrations nothing is on standard output; with some, a line each, by name."""
    nothing = tokenctl("integrations", "list")
    assert (nothing.stdout, nothing.stderr) == ("", "none\n")
    create(tokenctl, name="Zebra")
    create(tokenctl, "--activate", name="Ant")
    header, *lines = tokenctl("integrations", "list").stdout.splitlines()
    assert header.split() == ["name", "state", "resources"]
    assert [line.split()[:2] for line in lines] == [["Ant", "active"], ["Zebra", "inactive"]]


def test_a_name_that_is_taken(tokenctl: Tokenctl) -> None:
    """The integration that has it is left alone."""
    create(tokenctl)
    before = tokenctl.json("integrations", "show", NAME)
    refused = tokenctl("integrations", "create", NAME)
    assert_one_sentence(refused, f"there is already an integration {NAME}")
    assert tokenctl.json("integrations", "show", NAME) == before


@pytest.mark.parametrize(
    "command", ["show", "activate", "reauthorize", "deactivate", "grant", "delete"]
)
def test_an_unknown_integration(tokenctl: Tokenctl, command: str) -> None:
    """It is named, in one sentence."""
    more = {"delete": ("--yes",), "grant": ("--none",)}.get(command, ())
    refused = tokenctl("integrations", command, "nobody", *more)
    assert_one_sentence(refused, "there is no integration nobody")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", " "), "a name has 1 to 255 printable characters"),
        (("create", NAME, "--resource", "all"), "a resource is named like Magento_Backend::all"),
        (("create",), "--help"),
        (("no-such-command",), "--help"),
    ],
)
def test_mistakes(tokenctl: Tokenctl, arguments: tuple[str, ...], sentence: str) -> None:
    """Each is one sentence, and nothing is made."""
    assert_one_sentence(tokenctl("integrations", *arguments), sentence)
    assert tokenctl.json("integrations", "list") == []


def test_only_an_active_integration_is_reauthorized(tokenctl: Tokenctl) -> None:
    """What was deactivated on purpose is not let in again by another name for it."""
    create(tokenctl, "--activate")
    tokenctl.json("integrations", "deactivate", NAME)
    refused = tokenctl("integrations", "reauthorize", NAME)
    assert_one_sentence(refused, f"the integration {NAME} is not active: activate it")
    assert tokenctl.json("integrations", "show", NAME)["state"] == "inactive"
