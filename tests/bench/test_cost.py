"""What can be told of the money without measuring."""

import json

from bench.bill import Setup, Swept, Usage
from bench.cost import access_line, bars
from bench.paper import Paper
from bench.prices import read_prices
from bench.usage import ISSUE, ISSUE_HELD, ISSUE_OPAQUE, ISSUE_UNLOGGED

USAGE = Usage(0.002, 1, 1, 2, (486,), 846, reads_secret=True)


def paper(setup: Setup | None = None) -> Paper:
    """Bills from made-up usage."""
    names = (ISSUE, ISSUE_HELD, ISSUE_OPAQUE, ISSUE_UNLOGGED)
    swept = Swept(reads=0.1, writes=1.0, record=430)
    return Paper(read_prices(), dict.fromkeys(names, USAGE), swept, setup or Setup())


def test_access_log_line_is_the_template_s() -> None:
    """It is a JSON line with every variable filled in."""
    line = access_line()
    assert "$" not in line
    assert json.loads(line)["route"] == "ANY /oauth2/token"


def test_small_months_miss_the_bar_and_large_ones_keep_it() -> None:
    """What is paid by the month is shared by all tokens of it."""
    least = paper().holds_from(3.30)
    assert least
    assert least > 1
    assert paper().holds_from(0.01) is None


def test_what_a_choice_changes() -> None:
    """Leaving the sweep to TTL saves most, tracing and Lambda's own lines cost."""
    everything = sum(paper().issued(1e8).values())
    chosen = paper().choices(1e8)
    assert chosen["`SweepGraceSeconds=172800`: TTL deletes, free"] < everything - 0.5
    assert chosen["`Tracing=Active`"] > everything + 0.25
    assert chosen["`SystemLogLevel=INFO`"] > everything + 0.1


def test_bars_are_met_or_not() -> None:
    """A path that waits for half a second is too expensive."""
    assert all(bar.met for bar in bars(paper()))
    assert not any(bar.met for bar in bars(paper(Setup(wait=0.5))))
