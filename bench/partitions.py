"""What the store needs at a thousand to a million tokens a second: a simulation with a seed."""

from collections.abc import Mapping
from math import ceil
from textwrap import fill

from bench.bill import MILLION, MONTH, Setup
from bench.crowding import NEW_TABLE, READS, WRITES, Peak, item_reads, partitions_needed, top_share
from bench.prices import Prices, read_prices
from bench.report import Scale, Section, table

_RATES = (1e3, 1e4, 1e5, 1e6)
_LAYOUTS = (8, 10, 12, 14)
_HOURS = {Scale.QUICK: 48, Scale.FULL: 720}
_SEED = 6
_FEW, _MANY = 1.0, 5.0  # verifications a token: a gateway reuses its answers, or it does not
_REVOKED = 0.01
_CLIENTS = 1000
_MANY_PARTITIONS = 10_000  # from here on a record for every token is not worth it
_MEAN = 1 / 3  # of the peak, over a month
_ENOUGH = 2.0  # times as many partitions as the best layout needs are not worth a larger one
# Seconds that an environment takes for one call, about as in the part on money.
_ISSUE, _VERIFY = 0.017, 0.012
_RUN = 900.0 - 20.0  # seconds of one sweep
_KEYS_EVERY = 300.0  # seconds
_DAYS = 172_800

type Needs = Mapping[tuple[float, float, float], tuple[int | None, ...]]
"""Partitions for each layout, by rate, verifications a token, and share that is recorded."""


def measure(scale: Scale) -> Section:
    """Simulate, and say what to set."""
    hours = _HOURS[scale]
    needs = {
        (rate, verified, recorded): tuple(
            partitions_needed(Peak(rate, verified, recorded=recorded), layout, hours, _SEED)
            for layout in _LAYOUTS
        )
        for rate in _RATES
        for verified in (_FEW, _MANY)
        for recorded in (1.0, _REVOKED)
    }
    parts = (to_set(needs), tokens_table(needs, hours), items(), sweep(), dollars(read_prices()))
    return Section("partitions", "Scale, on paper", "\n\n".join(parts))


def _prose(text: str) -> str:
    return fill(" ".join(text.split()), width=100)


def chosen(partitions: tuple[int | None, ...]) -> tuple[int, int]:
    """The least layout that does without many more partitions than the best, and how many."""
    possible = [(layout, n) for layout, n in zip(_LAYOUTS, partitions, strict=True) if n]
    best = min(n for _, n in possible)
    return next((layout, n) for layout, n in possible if n <= best * _ENOUGH)


def warm(partitions: int) -> str:
    """What to give for so many, reads and writes a second; nothing for those of a new table."""
    if partitions <= NEW_TABLE:
        return "0,0"
    return f"{partitions * READS:.0f},{partitions * WRITES:.0f}"


def to_set(needs: Needs) -> str:
    """Parameters by rate."""
    rows = []
    for rate in _RATES:
        recorded = 1.0
        layout, partitions = chosen(needs[rate, _MANY, recorded])
        if partitions > _MANY_PARTITIONS:
            recorded = _REVOKED
            layout, partitions = chosen(needs[rate, _MANY, recorded])
        kept_up = rate * _MEAN <= Setup().swept_per_second * _RUN / 3600
        rows.append(
            [
                f"{rate:,.0f}",
                "recorded" if recorded == 1 else "`recorded: false`",
                "8" if layout == _LAYOUTS[0] else f"8,{layout}",
                warm(partitions),
                warm(ceil(rate * _MANY / READS)),
                "0" if kept_up else str(_DAYS),
            ]
        )
    told = f"""
A table is ready for what its parameter says, reads and writes a second; "0,0" leaves it to AWS, and
raising it is charged once, at a rate for which no readable source was found. For {_MANY:g}
verifications a token and `OwnerCacheSeconds=60`. Beyond 10,000 requests a second and 40,000 units a
second of a table AWS wants to be asked first, and so it does for what Lambda runs at once
(`RequestsPerSecond` is ours). Where every bound call has a DPoP proof, each is a write more."""
    head = [
        *("Tokens a second at peak", "clients", "`TokenLayouts`", "`TokensWarmThroughput`"),
        *("`ClientsWarmThroughput`", "`SweepGraceSeconds`"),
    ]
    return f"{_prose(told)}\n\n{table(head, rows)}"


def tokens_table(needs: Needs, hours: int) -> str:
    """Partitions by rate and layout."""
    rows = []
    for (rate, verified, recorded), found in needs.items():
        even = sum(Peak(rate, verified, recorded=recorded).load_by_hour().values())
        written = "all" if recorded == 1 else f"{recorded:.0%}"
        counts = ("none will do" if one is None else f"{one:,}" for one in found)
        rows.append([f"{rate:,.0f}", f"{verified:g}", written, f"{max(1, even):,.0f}", *counts])
    told = f"""
Partitions of the tokens table. Its keys (expiry hour, layout, shard) fall on partitions at random,
those of every hour anew; one bears {WRITES:,.0f} writes or {READS:,.0f} reads a second, or a
mixture that comes to as much. Shown are the fewest of which none was overburdened in {hours}
simulated hours at peak. DynamoDB also splits what stays hot, which is not counted on. 80 percent of
tokens live for an hour, 15 for a day, 5 for four hours; JWTs and opaque tokens are alike. Recorded
is the share that is written: of `recorded: false` clients what is revoked, {_REVOKED:.0%} here,
though every check looks for it."""
    head = ["Tokens a second", "verified", "recorded", "if even"]
    return f"{_prose(told)}\n\n{table([*head, *(f'layout {one}' for one in _LAYOUTS)], rows)}"


def items() -> str:
    """What single items bear."""
    rows = []
    for rate in _RATES:
        peak = Peak(rate, _MANY)
        issuing, verifying = (
            max(1.0, calls * seconds / Setup().busy)
            for calls, seconds in ((rate, _ISSUE), (peak.verifications, _VERIFY))
        )
        reads = (
            item_reads(peak, 1.0, held=False),
            item_reads(peak, 1.0, held=True),
            item_reads(peak, top_share(_CLIENTS), held=True),
        )
        hold = f"{verifying / READS:.1f}" if reads[1] > READS else "not at all"
        rows.append(
            [
                f"{rate:,.0f}",
                *(f"{one:,.0f}" for one in reads),
                hold,
                f"{verifying / _KEYS_EVERY:,.0f}",
                f"{issuing:,.0f}",
            ]
        )
    ends = [
        f"{READS / item_reads(Peak(1, verified), 1.0, held=held):,.0f}"
        for held in (False, True)
        for verified in (_FEW, _MANY)
    ]
    told = f"""
Single items bear {READS:,.0f} reads a second, whatever their table is ready for. Every issue and
every check reads its client, strongly. A shop whose visitors all have tokens of its one public
client comes to its end at {ends[0]} tokens a second if each is verified once, at {ends[1]} if
{_MANY:g} times; with the client held at issuance at {ends[2]} and {ends[3]}. Of {_CLIENTS:,}
clients, their shares falling as one over their rank, the busiest has {top_share(_CLIENTS):.0%}.
Verifiers hold no client; the column says for how many seconds each environment would have to hold
such an only one. With `AuthorizerChecks=signature` the authorizer reads neither client nor record
of a client's JWT, and introspection alone remains. They read the public keys every five minutes.
Every issuing environment notes once an hour that a client is used, on one item: Lambda adds at most
1,000 environments in ten seconds, so 100 writes a second, and a note that fails costs no token.
Names that somebody tries passwords on, and nonces, have items of their own."""
    head = [
        *("Tokens a second", "the only client: reads a second", "held at issuance"),
        *(f"busiest of {_CLIENTS:,}, held at issuance", "only client: to hold at verifiers, s"),
        *("public keys: reads a second", "note of use: writes an hour"),
    ]
    return f"{_prose(told)}\n\n{table(head, rows)}"


def sweep() -> str:
    """How many workers keep up."""
    speed = Setup().swept_per_second
    an_hour = speed * _RUN
    rows = [
        [f"{rate:,.0f}", f"{rate * _MEAN * 3600:,.0f}", f"{ceil(rate * _MEAN * 3600 / an_hour):,}"]
        for rate in _RATES
    ]
    told = f"""
The sweep deletes shard by shard, and a shard lies in one partition: {speed:,.0f} a second at most,
which is taken as its speed. A run of {_RUN:,.0f} s an hour deletes {an_hour:,.0f}, a mean of
{an_hour / 3600:.0f} a second. Workers side by side would have to take different shards, as they do
not yet. With `SweepGraceSeconds={_DAYS}` one is enough: DynamoDB's TTL has deleted nearly all by
then, free, and passing an empty hour takes a read for each shard."""
    head = [
        "Tokens a second at peak",
        "expired an hour, at a third",
        "workers that delete them all",
    ]
    return f"{_prose(told)}\n\n{table(head, rows)}"


def dollars(prices: Prices) -> str:
    """What the store costs a month."""
    rows = []
    for rate in _RATES:
        tokens = rate * _MEAN * MONTH
        cells = [f"{rate:,.0f}", f"{tokens / MILLION:,.0f}"]
        for recorded, swept, held in ((1.0, 1.0, 0), (1.0, 0.0, 1), (_REVOKED, 0.0, 1)):
            writes = prices.of("dynamodb_write", tokens * recorded * (1 + swept))
            reads = prices.of("dynamodb_read", tokens * (1 - held + 2 * _MANY))
            cells.append(f"{writes + reads:,.0f}")
        rows.append(cells)
    told = f"""
The store alone, dollars a month: a mean of a third of the peak, {_MANY:g} verifications a token of
two reads each. Gateways that reuse the authorizer's answers save most of it."""
    head = [
        *("Tokens a second at peak", "million tokens a month", "as deployed by default"),
        *("TTL deletes, clients held at issuance", "the same, `recorded: false`"),
    ]
    return f"{_prose(told)}\n\n{table(head, rows)}"
