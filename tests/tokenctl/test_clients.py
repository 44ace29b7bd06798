"""`tokenctl clients`: what it prints, for people and for scripts, and what it never prints."""

import json
import re
import time

import pytest

from tests.tokenctl.conftest import SECRET, Tokenctl
from tests.tokenctl.lines import facts


def test_create_prints_the_secret_once(tokenctl: Tokenctl) -> None:
    """People see id and secret, and on standard error that they will not see it again."""
    made = tokenctl("clients", "create", "--name", "Order import", "--scope", "orders:read")
    told = facts(made.stdout)
    assert (made.exit_code, set(told)) == (0, {"client_id", "client_secret"})
    assert re.fullmatch("[0-9a-f]{32}", told["client_id"])
    assert re.fullmatch("[A-Za-z0-9_-]{43}", told["client_secret"])
    assert made.stderr == "The secret is not shown again.\n"


def test_no_other_command_prints_a_secret(tokenctl: Tokenctl) -> None:
    """Listing, showing, disabling, enabling and revoking say nothing of a secret but its age."""
    made = tokenctl.create()
    for command in ("list", "show", "disable", "enable", "revoke-tokens"):
        arguments = () if command == "list" else (made["client_id"],)
        for mode in ((), ("--json",)):
            said = tokenctl("clients", command, *arguments, *mode)
            assert said.exit_code == 0
            assert made["client_secret"] not in said.output
            assert "digest" not in said.output
            assert made["client_id"] in said.stdout


def test_json_is_one_document_wherever_it_is_asked_for(tokenctl: Tokenctl) -> None:
    """`--json` works before and after the command; standard output has nothing else."""
    for said in (
        tokenctl("--json", "clients", "create", "--name", "A"),
        tokenctl("clients", "create", "--name", "A", "--json"),
    ):
        assert set(json.loads(said.stdout)) == {"client_id", "client_secret"}
        assert said.stderr == ""


def test_show_tells_all_that_was_chosen(tokenctl: Tokenctl) -> None:
    """Every option of `create` comes back from `show`, under the same words."""
    options = (
        *("--scope", "a", "--scope", "b", "--audience", "https://x.example", "--format", "opaque"),
        *("--lifetime", "30m", "--expires-in", "90d", "--introspection", "audience"),
        *("--serves", "https://y.example", "--serves", "https://z.example", "--dpop-bound"),
        *("--grant", "client_credentials", "--id", "chosen.id"),
    )
    assert tokenctl.create(*options)["client_id"] == "chosen.id"
    shown = tokenctl.json("clients", "show", "chosen.id")
    expires_at = time.strptime(shown.pop("expires_at"), "%Y-%m-%dT%H:%M:%SZ")
    assert set(shown.pop("secrets")[0]) == {"created_at", "expires_at", "last_used_at"}
    assert shown.pop("created_at") < time.strftime("%Y-%m-%dT%H:%M:%SZ", expires_at)
    assert shown == {
        "client_id": "chosen.id",
        "name": "Test",
        "state": "live",
        "public": False,
        "grants": ["client_credentials"],
        "scopes": ["a", "b"],
        "audience": ["https://x.example"],
        "token_format": "opaque",
        "token_lifetime": 1800,
        "introspection": "audience",
        "serves": ["https://y.example", "https://z.example"],
        "dpop_bound": True,
        "recorded": True,
        "jwks": [],
        "last_used_at": None,
    }
    for_people = facts(tokenctl("clients", "show", "chosen.id").stdout)
    assert (for_people["scopes"], for_people["public"]) == ("a, b", "no")


def test_list_is_sorted_by_name(tokenctl: Tokenctl) -> None:
    """Without clients nothing is on standard output; with some, a line each, by name."""
    nothing = tokenctl("clients", "list")
    assert (nothing.stdout, nothing.stderr) == ("", "none\n")
    assert tokenctl.json("clients", "list") == []
    for name in ("Zebra", "Ant"):
        tokenctl.json("clients", "create", "--name", name)
    assert [client["name"] for client in tokenctl.json("clients", "list")] == ["Ant", "Zebra"]
    header, *lines = tokenctl("clients", "list").stdout.splitlines()
    assert header.split() == ["client_id", "name", "state", "public", "scopes"]
    assert [line.split()[1] for line in lines] == ["Ant", "Zebra"]


def test_a_public_client_has_no_secret(tokenctl: Tokenctl) -> None:
    """`--public` prints an id alone, and there is nothing to rotate."""
    made = tokenctl("clients", "create", "--name", "Shop", "--public")
    assert (set(facts(made.stdout)), made.stderr) == ({"client_id"}, "")
    client_id = facts(made.stdout)["client_id"]
    assert tokenctl.json("clients", "show", client_id)["grants"] == ["implicit"]
    assert tokenctl("clients", "rotate-secret", client_id).exit_code == 1


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nnext line\n"])
def test_a_secret_from_elsewhere_is_kept(tokenctl: Tokenctl, ending: str) -> None:
    """`--secret-stdin` takes the first line, however it ends."""
    create = ("clients", "create", "--name", "Old friend", "--secret-stdin")
    assert tokenctl.json(*create, stdin=SECRET + ending)["client_secret"] == SECRET


@pytest.mark.parametrize(
    "secret", ["", "\n", "short\n", "x" * 101, "caf\u00e9" * 10, "two words " * 5]
)
def test_a_bad_secret_from_elsewhere_is_refused(tokenctl: Tokenctl, secret: str) -> None:
    """No secret, a short one and those that no endpoint would take make no client."""
    made = tokenctl("clients", "create", "--name", "X", "--secret-stdin", stdin=secret)
    assert (made.exit_code, made.stdout) == (1, "")
    assert (
        made.stderr
        == "tokenctl: secret must have 32 to 100 characters, printable ASCII without space\n"
    )
    assert tokenctl.json("clients", "list") == []


def test_disable_and_enable(tokenctl: Tokenctl) -> None:
    """Both say the state that the client then has."""
    client_id = tokenctl.create()["client_id"]
    for command, state in (("disable", "disabled"), ("enable", "live")):
        said = tokenctl.json("clients", command, client_id)
        assert said == {"client_id": client_id, "state": state}
        assert tokenctl.json("clients", "show", client_id)["state"] == state
        assert facts(tokenctl("clients", command, client_id).stdout)["state"] == state


def test_rotation_says_when_the_old_secret_ends(tokenctl: Tokenctl) -> None:
    """The new secret is printed once, and with an overlap when the old one ends."""
    made = tokenctl.create()
    rotated = tokenctl("clients", "rotate-secret", made["client_id"], "--overlap", "2h")
    told = facts(rotated.stdout)
    assert set(told) == {"client_id", "client_secret", "old_secret_expires_at"}
    assert told["client_secret"] != made["client_secret"]
    assert rotated.stderr == "The secret is not shown again.\n"
    ages = tokenctl.json("clients", "show", made["client_id"])["secrets"]
    assert [age["expires_at"] for age in ages] == [None, told["old_secret_expires_at"]]
    at_once = tokenctl.json("clients", "rotate-secret", made["client_id"], "--overlap", "0")
    assert set(at_once) == {"client_id", "client_secret"}
    assert len(tokenctl.json("clients", "show", made["client_id"])["secrets"]) == 1


def test_a_secret_may_end_by_itself(tokenctl: Tokenctl) -> None:
    """`--secret-expires-in` is told when the secret is made, and by `show` (item 21)."""
    made = tokenctl.create("--secret-expires-in", "30d")
    assert set(made) == {"client_id", "client_secret", "secret_expires_at"}
    (secret,) = tokenctl.json("clients", "show", made["client_id"])["secrets"]
    assert secret["expires_at"] == made["secret_expires_at"] > secret["created_at"]
    rotate = ("clients", "rotate-secret", made["client_id"], "--overlap", "1h")
    rotated = tokenctl.json(*rotate, "--secret-expires-in", "60d")
    assert rotated["old_secret_expires_at"] < made["secret_expires_at"]
    shown = tokenctl.json("clients", "show", made["client_id"])["secrets"]
    assert [secret["expires_at"] for secret in shown] == [
        rotated["secret_expires_at"],
        rotated["old_secret_expires_at"],
    ]
    assert rotated["secret_expires_at"] > made["secret_expires_at"]
    for refused in (
        tokenctl(*rotate, "--secret-expires-in", "0"),
        tokenctl("clients", "create", "--name", "X", "--secret-expires-in", "0"),
    ):
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr == "tokenctl: expiry must be in the future\n"


def test_delete_asks(tokenctl: Tokenctl) -> None:
    """Only a yes deletes; the question is on standard error and names the client."""
    client_id = tokenctl.create()["client_id"]
    for answer in ("n\n", "\n", ""):
        asked = tokenctl("clients", "delete", client_id, stdin=answer)
        assert (asked.exit_code, asked.stdout) == (1, "")
        assert asked.stderr.startswith(f"Delete Test ({client_id}) and end its tokens? [y/N]")
        assert tokenctl.json("clients", "show", client_id)
    agreed = tokenctl("clients", "delete", client_id, stdin="y\n")
    assert facts(agreed.stdout) == {"client_id": client_id, "state": "deleted"}
    assert tokenctl("clients", "show", client_id).exit_code == 1


def test_delete_with_yes_does_not_ask(tokenctl: Tokenctl) -> None:
    """`--yes` is for scripts."""
    client_id = tokenctl.create()["client_id"]
    said = tokenctl.json("clients", "delete", client_id, "--yes")
    assert said == {"client_id": client_id, "state": "deleted"}


def test_revoke_tokens_says_so(tokenctl: Tokenctl) -> None:
    """It names the client whose tokens have ended."""
    client_id = tokenctl.create()["client_id"]
    said = tokenctl.json("clients", "revoke-tokens", client_id)
    assert said == {"client_id": client_id, "tokens": "revoked"}
