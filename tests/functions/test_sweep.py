"""The sweeping function with its events."""

from typing import Any

import pytest
from token_service.domain.grants import Access, Grant
from token_service.domain.limits import HOUR
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.runtime.records import tokens
from token_service.system import now

from tests.aws_hooks import items_of
from tests.functions.deployment import Context, Deployment, load_event

EXPIRED = 7


@pytest.fixture
def stale(deployment: Deployment) -> Deployment:
    """A deployment five hours old, with expired tokens of three hours ago and a live one."""
    moment = now()
    deployment.values["TOKENS_SINCE"] = str(moment - 5 * HOUR)
    deployment.become("issue")
    for number in range(EXPIRED):
        put(expires_at=moment - 3 * HOUR, handle=f"expired-{number}")
    put(expires_at=moment + 3 * HOUR, handle="live")
    return deployment


def put(expires_at: int, handle: str) -> None:
    """Store a token record."""
    tokens("TokensTable", "ClientsTable").put(
        TokenRecord(
            handle=handle,
            layout=2,
            owner=OwnerRef(OwnerKind.CLIENT, "demo-client"),
            epoch="0011223344556677",
            issued_at=expires_at - HOUR,
            expires_at=expires_at,
            grant=Grant.CLIENT_CREDENTIALS,
            access=Access.FULL,
        )
    )


def handles() -> set[str]:
    """What the tokens table holds."""
    return {item["handle"]["S"] for item in items_of("TokensTable")}


@pytest.mark.parametrize("event", [load_event("sweep/scheduled"), {}, {"dry_run": False}])
def test_deletes_what_has_expired(stale: Deployment, event: dict[str, Any]) -> None:
    """The schedule's event sweeps all that has expired and nothing that lives (item 82)."""
    result = stale.invoke("sweep", event)
    assert handles() == {"live", "checkpoint"}
    assert (result["tokens"], result["finished"], result["remaining_hours"]) == (EXPIRED, True, 0)
    assert result["buckets"] == result["hours"] * 4
    assert stale.invoke("sweep", event)["tokens"] == 0


def test_dry_run_changes_nothing(stale: Deployment) -> None:
    """A dry run counts the same and leaves every item, the checkpoint too (item 82)."""
    before = handles()
    result = stale.invoke("sweep", load_event("sweep/dry_run"))
    assert (result["tokens"], result["dry_run"], result["write_units"]) == (EXPIRED, True, 0)
    assert handles() == before
    assert "checkpoint" not in before


@pytest.mark.parametrize("dry_run", ["yes", "false", 1, None])
def test_guesses_nothing(stale: Deployment, dry_run: object) -> None:
    """A dry_run that is no boolean is refused, and nothing is deleted."""
    before = handles()
    with pytest.raises(ValueError, match="dry_run must be true or false"):
        stale.invoke("sweep", {"dry_run": dry_run})
    assert handles() == before


def test_stops_when_time_is_nearly_over(stale: Deployment) -> None:
    """Without time left nothing is begun, and the result says how much remains."""
    result = stale.invoke("sweep", load_event("sweep/scheduled"), Context(milliseconds_left=4000))
    assert (result["finished"], result["tokens"]) == (False, 0)
    assert result["remaining_hours"] > 0
    assert result["lag"] > 0


def test_counts(stale: Deployment) -> None:
    """A run is logged once, and counted with its lag."""
    stale.printed.clear()
    stale.invoke("sweep", load_event("sweep/scheduled"))
    (line,) = stale.logs
    assert (line["message"], line["tokens"]) == ("swept", EXPIRED)
    (count,) = stale.counts
    assert count["TokensSwept"] == EXPIRED
    assert {"SweepLag", "SweepRemainingHours", "SweepHeldHours"} <= set(count)
    assert {"SweepReadUnits", "SweepWriteUnits"} <= set(count)
