"""`tokenctl tokens` and `tokenctl sweep`."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from token_service.domain.location import hour_of, locate

from tests.tokenctl.conftest import Tokenctl
from tests.tokenctl.lines import facts
from tokenctl.cli import main
from tokenctl.deployment import Deployment

HOUR = 3600
INACTIVE = {"active": False}
type Issue = Callable[[Any], str]


EITHER = pytest.mark.parametrize("options", [("--recorded",), ("--unrecorded",)], ids=" ".join)


@pytest.mark.parametrize(
    ("form", "options"),
    [("jwt", ()), ("opaque", ("--format", "opaque")), ("jwt", ("--unrecorded",))],
)
def test_introspect_tells_whose_token_it_is(
    tokenctl: Tokenctl, issue: Issue, form: str, options: tuple[str, ...]
) -> None:
    """A token from standard input is described, for people and for scripts, but not repeated."""
    client = tokenctl.create(*options, "--scope", "a", "--scope", "b")
    token = issue(client)
    told = tokenctl.json("tokens", "introspect", stdin=f"{token}\n")
    assert (told["active"], told["client_id"]) == (True, client["client_id"])
    assert (told["format"], told["scope"], told["access"]) == (form, "a b", "full")
    said = tokenctl("tokens", "introspect", stdin=token)
    assert facts(said.stdout)["active"] == "yes"
    assert token not in said.output


@pytest.mark.parametrize("given", [(), ("-",)])
def test_a_token_may_be_an_argument_or_a_line(
    tokenctl: Tokenctl, issue: Issue, given: tuple[str, ...]
) -> None:
    """Without an argument, or with `-`, it is read; an argument works too."""
    token = issue(tokenctl.create())
    assert tokenctl.json("tokens", "introspect", *given, stdin=f" {token} \r\n")["active"] is True
    assert tokenctl.json("tokens", "introspect", token)["active"] is True


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "0" * 40])
def test_what_is_no_token_is_inactive(tokenctl: Tokenctl, token: str) -> None:
    """Introspecting it says so, and revoking it says that there was nothing to end."""
    assert tokenctl.json("tokens", "introspect", stdin=token) == INACTIVE
    said = tokenctl("tokens", "revoke", stdin=token)
    assert (said.exit_code, facts(said.stdout)) == (0, {"revoked": "no"})
    assert said.stderr == "there is no such token, or it has ended already\n"


@EITHER
def test_revoke_ends_a_token(tokenctl: Tokenctl, issue: Issue, options: tuple[str, ...]) -> None:
    """Whoever owns it, it is inactive afterwards; a second time there is nothing to end."""
    token = issue(tokenctl.create(*options))
    assert tokenctl.json("tokens", "revoke", stdin=token) == {"revoked": True}
    assert tokenctl.json("tokens", "introspect", stdin=token) == INACTIVE
    assert tokenctl.json("tokens", "revoke", stdin=token) == {"revoked": False}
    assert tokenctl.json("tokens", "introspect", stdin=token) == INACTIVE


@EITHER
def test_revoking_reaches_a_disabled_client_s_token(
    tokenctl: Tokenctl, issue: Issue, options: tuple[str, ...]
) -> None:
    """What was ended meanwhile is not alive again when the client is."""
    client = tokenctl.create(*options)
    token = issue(client)
    tokenctl("clients", "disable", client["client_id"])
    assert tokenctl.json("tokens", "revoke", stdin=token) == {"revoked": True}
    tokenctl("clients", "enable", client["client_id"])
    assert tokenctl.json("tokens", "introspect", stdin=token) == INACTIVE


@EITHER
def test_a_disabled_or_deleted_client_s_token_is_inactive(
    tokenctl: Tokenctl, issue: Issue, options: tuple[str, ...]
) -> None:
    """Tokenctl judges as the service does."""
    client = tokenctl.create(*options)
    token = issue(client)
    tokenctl("clients", "disable", client["client_id"])
    assert tokenctl.json("tokens", "introspect", stdin=token) == INACTIVE
    tokenctl("clients", "enable", client["client_id"])
    assert tokenctl.json("tokens", "introspect", stdin=token)["active"] is True
    tokenctl("clients", "delete", client["client_id"], "--yes")
    assert tokenctl.json("tokens", "introspect", stdin=token) == INACTIVE


def expire(deployment: Deployment, tokenctl: Tokenctl, issue: Issue, hours_ago: int) -> str:
    """Store a copy of a fresh token's record that expired some hours ago; its bucket."""
    token = issue(tokenctl.create())
    active = deployment.validator.validate(token)
    assert active is not None
    past = (hour_of(int(time.time())) - hours_ago) * HOUR + 1
    record = replace(active.record, expires_at=past)
    deployment.tokens.put(record)
    return locate(record.handle, hour_of(past), record.layout).bucket


def test_sweep_deletes_and_says_what_it_did(
    tokenctl: Tokenctl, deployment: Deployment, issue: Issue
) -> None:
    """A dry run counts, a run deletes, another finds nothing."""
    bucket = expire(deployment, tokenctl, issue, hours_ago=3)
    expired = deployment.sweeper._tokens  # noqa: SLF001 - the store that the sweep reads
    dry = tokenctl.json("sweep", "--dry-run")
    assert (dry["dry_run"], dry["tokens"], dry["write_units"]) == (True, 1, 0)
    assert len(expired.page(bucket, None).items) == 1
    real = tokenctl.json("sweep")
    assert (real["dry_run"], real["tokens"], real["finished"]) == (False, 1, True)
    assert (real["remaining_hours"], real["buckets"]) == (0, 2 * real["hours"])
    assert expired.page(bucket, None).items == ()
    assert tokenctl.json("sweep")["tokens"] == 0


def test_the_progress_bar_is_on_standard_error(
    tokenctl: Tokenctl, deployment: Deployment, issue: Issue
) -> None:
    """People see progress there and the result on standard output; scripts only the result."""
    expire(deployment, tokenctl, issue, hours_ago=3)
    for_people = tokenctl("sweep", "--dry-run")
    assert for_people.exit_code == 0
    assert "hours" in for_people.stderr
    told = facts(for_people.stdout)
    assert (told["tokens"], told["dry_run"], told["finished"]) == ("1", "yes", "yes")
    for_scripts = tokenctl("sweep", "--json")
    assert for_scripts.stderr == ""
    assert json.loads(for_scripts.stdout)["tokens"] == 1


def test_a_sweep_out_of_time_says_so(tokenctl: Tokenctl) -> None:
    """With no time it does nothing, says how much is left, and its status is 2."""
    said = CliRunner().invoke(main, ["--json", "sweep", "--max-time", "0"])
    result = json.loads(said.stdout)
    assert (said.exit_code, result["finished"], result["buckets"]) == (2, False, 0)
    assert result["remaining_hours"] > 0
    assert result["lag"] > 0
    assert tokenctl("sweep").exit_code == 0
