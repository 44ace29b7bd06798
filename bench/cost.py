"""Dollars per million tokens issued, introspected, authorized and swept, beside what others ask."""

import re
from textwrap import fill

from bench import bill
from bench.bill import MILLION, MONTH, Setup, Swept
from bench.metered_world import MeteredWorld, metered_world
from bench.paper import Paper
from bench.prices import read_prices
from bench.report import ROOT, Bar, Scale, Section, table
from bench.series import USUAL, most
from bench.units import sweep
from bench.usage import CALLS, ISSUE, ISSUE_OPAQUE, measure_usage

_VOLUMES = (1e6, 10e6, 100e6, 1e9)
_BARRED = 100e6
_BOUND, _AIM = 3.30, 3.10
_SWEPT = {Scale.QUICK: 10_000, Scale.FULL: 100_000}
_DURATIONS = (5, 10, 15, 25, 50)
_HEADERS = 400  # bytes that an HTTP answer has beside its body: assumed
_SHOWN = 0.0005
_ACCESS = {
    "requestId": "JKJaXmPLvHcESHA=",
    "identity.sourceIp": "203.0.113.71",
    "routeKey": "ANY /oauth2/token",
    "status": "200",
    "responseLatency": "21",
    "integrationErrorMessage": "-",
}


def measure(scale: Scale) -> Section:
    """Measure what calls use, and put prices on it."""
    with metered_world() as world:
        usages = measure_usage(world)
        swept = sweep(world, _SWEPT[scale])
        setup = Setup(access_line=len(access_line()), start_cpu=_start(world))
    tokens = swept.tokens
    per_token = Swept(swept.use.reads / tokens, swept.use.writes / tokens, swept.record_bytes)
    paper = Paper(read_prices(), usages, per_token, setup)
    parts = (intro, by_volume, others, by_call, choices, durations, metrics, assumptions, prices)
    text = "\n\n".join(part(paper) for part in parts)
    return Section("cost", "Money", text, bars(paper))


def access_line() -> str:
    """A line of the API's access log, by the format in template.yaml."""
    template = (ROOT / "template.yaml").read_text("utf-8")
    found = re.search(r"Format: >-\n((?: {10}.*\n)+)", template)
    assert found
    folded = " ".join(line.strip() for line in found[1].splitlines())
    return re.sub(r"\$context\.([\w.]+)", lambda name: _ACCESS[name[1]], folded)


def _prose(text: str) -> str:
    """A paragraph, filled in and broken anew."""
    return fill(" ".join(text.split()), width=100)


def _start(world: MeteredWorld) -> float:
    """CPU seconds of starting an environment that issues."""
    with world.world.function("issue", world.log) as process:
        return process.await_ready()


def bars(paper: Paper) -> tuple[Bar, ...]:
    """The bound of everything together."""
    everything = bill.total(paper.issued(_BARRED))
    return (Bar("Dollars a million tokens, everything, by default", everything, _BOUND, aim=_AIM),)


def intro(paper: Paper) -> str:
    """What the bars are about, and where they are missed."""
    traced = paper.choices(_BARRED)["`Tracing=Active`"]
    return _prose(f"""
List prices of {paper.prices.region}, read {paper.prices.read}, without free tiers. The bars are for
{_BARRED / MILLION:.0f} million tokens a month ({_BARRED / MONTH:.0f} a second, evenly spread), JWTs
of clients, RS256, at the standard endpoint. The path is a request that issues a token; everything
is that with logs, metrics, secrets and the sweep. It is within {_BOUND:.2f} from
{paper.holds_from(_BOUND)} million tokens a month on: in smaller months what is paid by the
month weighs more. Traces are those that callers ask for, as deployed by default; with
`Tracing=Active`, which records 5 percent and more, everything is {traced:.2f}, over the bar.""")


def by_volume(paper: Paper) -> str:
    """Where the money goes, in months of several sizes."""
    columns = [paper.issued(volume) for volume in _VOLUMES]
    rows = [
        [label, *(f"{column[label]:.3f}" for column in columns)]
        for label in columns[0]
        if any(column[label] >= _SHOWN for column in columns)
    ]
    for name, labels in (("Issue path", bill.PATH), ("Everything", None)):
        rows.append([f"**{name}**", *(f"**{bill.total(one, labels):.2f}**" for one in columns)])
    head = ["Dollars a million tokens", *(f"{volume / MILLION:g} M a month" for volume in _VOLUMES)]
    return table(head, rows)


def others(paper: Paper) -> str:
    """The first million beside what is published elsewhere."""
    asked = paper.prices.of
    rows = [
        ["this service", f"{bill.total(paper.issued(MILLION)):.2f}"],
        ["Amazon Cognito", f"{asked('cognito_token', MILLION):,.2f}"],
        ["Logto Cloud, Pro, one machine client", f"{asked('logto_token', MILLION):,.2f}"],
        ["Auth0", "not published: plans sell machine tokens by the thousand, a million is quoted"],
    ]
    return table(["The first million machine tokens of a month", "dollars"], rows)


def by_call(paper: Paper) -> str:
    """Every kind of call."""
    groups = {
        "API": (bill.API,),
        "Lambda": (bill.REQUESTS, bill.TIME, bill.STARTS),
        "DynamoDB": (bill.READS, bill.WRITES, bill.KEYS, bill.NOTES),
        "logs": (bill.LOG, bill.ACCESS_LOG, bill.LAMBDA_LOG),
    }
    rows = []
    for name in CALLS:
        usage, dollars = paper.usages[name], paper.called(name, _BARRED)
        times = f"{usage.cpu * 1000:.2f}", f"{paper.setup.seconds(usage) * 1000:.0f}"
        parts = (f"{bill.total(dollars, labels):.3f}" for labels in groups.values())
        together = f"**{bill.total(dollars):.2f}**"
        rows.append([name, *times, str(sum(usage.lines)), *parts, together])
    swept = f"**{bill.total(paper.swept_alone(_BARRED)):.2f}**"
    rows.append(["Keep and sweep a token", *[""] * (3 + len(groups)), swept])
    head = ["A million times", "CPU ms", "ms billed", "bytes logged", *groups, "together"]
    told = "An authorizer's request comes through the API that it protects, not counted here."
    return f"{told}\n\n{table(head, rows)}"


def choices(paper: Paper) -> str:
    """What an operator may choose, and what is in no sum."""
    usual = bill.total(paper.issued(_BARRED))
    rows = [
        [name, f"{dollars - usual:+.2f}", f"{dollars:.2f}"]
        for name, dollars in paper.choices(_BARRED).items()
    ]
    rate = paper.prices.by_name["data_out_gb"].tiers[1][1]
    jwt, opaque = (paper.usages[name].answer for name in (ISSUE, ISSUE_OPAQUE))
    told = f"""
In no sum: data sent to the internet, {rate} dollars a GB beyond an account's first 100 GB a month.
An answer of {jwt} bytes with {_HEADERS} of headers comes to {(jwt + _HEADERS) / 1000 * rate:.2f} a
million; with an opaque token it has {opaque}, and comes to {(opaque + _HEADERS) / 1000 * rate:.2f}.
"""
    return f"{table(['Choice', 'dollars a million', 'everything'], rows)}\n\n{_prose(told)}"


def durations(paper: Paper) -> str:
    """How much hangs on the one thing that could not be measured."""
    found = [paper.at_duration(time / 1000, _BARRED) for time in _DURATIONS]
    rows = [
        [name, *(f"{dollars:.2f}" for dollars in row)]
        for name, row in zip(("Issue path", "Everything"), zip(*found, strict=True), strict=True)
    ]
    return table(["If a call took", *(f"{time} ms" for time in _DURATIONS)], rows)


def metrics(paper: Paper) -> str:
    """Which there are, and what they cost."""
    greatest = most()
    rows = [[name, str(USUAL.get(name, 0)), str(count)] for name, count in greatest.items()]
    month = (
        f"**{paper.prices.of('metric_month', sum(counts.values())):.2f}**"
        for counts in (USUAL, greatest)
    )
    told = """
A metric is paid for by the hours in which it is counted. Dimensions are the service's own words, so
that no caller can add one; strangers can be refused for every reason there is."""
    listed = table(["Metrics", "usual", "at most"], [*rows, ["**Dollars a month**", *month]])
    return f"{_prose(told)}\n\n{listed}"


def assumptions(paper: Paper) -> str:
    """What was measured here and what was not."""
    setup = paper.setup
    return _prose(f"""
Measured here: units and round trips (dynalite), bytes logged and answered, and CPU time (this
machine, Lambda's runtime client included), that of a start too: {setup.start_cpu:.2f} s. Assumed: a
call takes its CPU time at {setup.memory_mb} of {setup.mb_per_cpu} MB to a processor, and
{setup.wait * 1000:g} ms for each round trip to DynamoDB; {setup.started_share:.0%} of calls start
an environment (AWS says fewer); an environment works {setup.busy:.0%} of its time; {setup.clients}
clients are at work at once; a line is billed with the {setup.line_overhead} bytes that PutLogEvents
adds to it; a sweep deletes {setup.swept_per_second:,.0f} tokens a second; X-Ray records the first
call of a second and 5 percent of the others.""")


def prices(paper: Paper) -> str:
    """The list; its sources are in its file."""
    rows = [
        [price.what, price.told(), f"{price.as_of}, {price.evidence}"]
        for price in paper.prices.by_name.values()
    ]
    told = "Where each price was found is in bench/prices.toml; none could be read off a bill."
    return f"{told}\n\n{table(['Price', 'dollars', 'as of'], rows)}"
