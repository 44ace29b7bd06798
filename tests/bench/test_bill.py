"""Bills, from made-up usage and prices."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bench import bill
from bench.bill import Item, Setup, Swept, Usage, call_items, token_items, traced_share
from bench.prices import Price, Prices, read_prices

USAGE = Usage(cpu=0.002, reads=1, writes=1, round_trips=2, lines=(474,), answer=800)
SETUP = Setup(access_line=100)
SWEPT = Swept(reads=0.1, writes=1.0, record=400)
INFINITE = float("inf")


def quantities(items: Iterable[Item]) -> dict[tuple[str, str], float]:
    """How much of what, by label and price."""
    return {(label, price): quantity for label, price, quantity in items}


def test_a_call_takes_its_share_of_a_processor_and_its_waiting() -> None:
    """At less memory than a whole processor's it is slower, above no quicker; or as one says."""
    assert replace(SETUP, memory_mb=1769).seconds(USAGE) == pytest.approx(0.012)
    assert replace(SETUP, memory_mb=3538).seconds(USAGE) == pytest.approx(0.012)
    assert replace(SETUP, mb_per_cpu=1536).seconds(USAGE) == pytest.approx(0.016)
    assert replace(SETUP, duration=0.05).seconds(USAGE) == 0.05


def test_a_million_calls() -> None:
    """Requests, units, seconds and bytes of a million, lines with what each costs beside itself."""
    found = quantities(call_items(USAGE, SETUP, 1e6))
    assert found[bill.API, "http_api"] == found[bill.REQUESTS, "lambda_request"] == 1e6
    assert found[bill.WRITES, "dynamodb_write"] == found[bill.READS, "dynamodb_read"] == 1e6
    assert found[bill.LOG, "log_gb"] == pytest.approx(0.5)
    assert found[bill.ACCESS_LOG, "log_gb"] == pytest.approx(0.126)
    assert found[bill.LAMBDA_LOG, "log_gb"] == 0
    assert found[bill.TIME, "lambda_gb_second"] == pytest.approx(1e6 * SETUP.seconds(USAGE) / 2)
    assert (bill.TRACES, "trace") not in found


def test_an_authorizer_has_no_api_of_its_own() -> None:
    """No request, no access log, and no caller to note."""
    labels = {item.label for item in call_items(replace(USAGE, through_api=False), SETUP, 1e6)}
    assert not labels & {bill.API, bill.ACCESS_LOG, bill.NOTES}


def test_keys_are_read_again_from_where_they_are() -> None:
    """Who signs asks Secrets Manager, who verifies the table: once in five minutes at least."""
    secret = quantities(call_items(replace(USAGE, reads_secret=True), SETUP, 1e3))
    public = quantities(call_items(USAGE, SETUP, 1e3))
    assert secret[bill.KEYS, "secret_call"] == public[bill.KEYS, "dynamodb_read"] == 8760


@pytest.mark.parametrize(("rate", "share"), [(0.5, 1), (1, 1), (2, 0.525), (1e6, 0.05)])
def test_share_that_is_traced(rate: float, share: float) -> None:
    """The first of a second, and 5 percent of the others."""
    assert traced_share(rate) == pytest.approx(share, abs=1e-5)


def test_ttl_takes_the_sweep_s_work_over() -> None:
    """With two days of grace nothing is swept, and records are stored for longer."""
    swept, left = (
        quantities(token_items(SWEPT, replace(SETUP, grace=grace), 1e6)) for grace in (0, 172800)
    )
    assert swept[bill.SWEEP, "dynamodb_write"] == 1e6
    assert [label for label, _ in left] == [bill.STORED]
    key = (bill.STORED, "dynamodb_gb_month")
    assert left[key] > 10 * swept[key]


def test_tiers_go_by_all_of_a_thing() -> None:
    """Two parts that use the same thing share its lower rate by their size."""
    tiered = Price("logs", 1, ((10, 1.0), (INFINITE, 0.5)), "s", "2026-11-22", "page")
    prices = Prices("r", "d", {"log_gb": tiered})
    found = bill.bill(
        [Item("a", "log_gb", 5), Item("b", "log_gb", 15), Item("a", "log_gb", 0)], prices
    )
    assert found == pytest.approx({"a": 3.75, "b": 11.25})
    assert bill.total(found) == 15
    assert bill.total(found, ("b", "nothing")) == pytest.approx(11.25)


def test_the_design_s_paper_figure() -> None:
    """15 ms at 512 MB, one write, one read: 2.05 dollars a million, and what was left out there."""
    setup = replace(SETUP, duration=0.015, started_share=0.0, clients=0)
    dollars = bill.bill(call_items(USAGE, setup, 1e8), read_prices())
    path = {label: dollars[label] / 100 for label in bill.PATH}
    assert sum(path.values()) == pytest.approx(2.05, abs=0.005)
