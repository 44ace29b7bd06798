"""What a month of calls costs, from what one of them uses and from list prices. No measuring here.

What was not measured on AWS is a number with a name in `Setup`, and stated where it is printed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bench.prices import Prices

MONTH = 730 * 3600.0  # seconds
MILLION = 1e6
GB = 1e9

# What the parts of a bill are called.
API, REQUESTS, TIME, STARTS = "API Gateway", "Lambda, requests", "Lambda, time", "Lambda, starts"
WRITES, READS = "DynamoDB, writes", "DynamoDB, reads"
KEYS, NOTES = "Keys read again", "Notes of use"
PATH = (API, REQUESTS, TIME, STARTS, WRITES, READS, KEYS, NOTES)
SWEEP, STORED = "Sweep", "Storage until then"
LOG, ACCESS_LOG, LAMBDA_LOG = "Function's log", "Access log", "Lambda's own log"
TRACES = "Traces"
METRICS, SECRETS, HOURLY = "Metrics and alarms", "Secrets", "Hourly runs"


@dataclass(frozen=True, slots=True)
class Usage:
    """What one warm call uses; `lines` are the bytes of its log lines, `answer` those of its body.

    CPU is in seconds of a whole processor. `round_trips` are calls to the store, one after another.
    """

    cpu: float
    reads: float
    writes: float
    round_trips: float
    lines: tuple[int, ...]
    answer: int
    through_api: bool = True
    reads_secret: bool = False


@dataclass(frozen=True, slots=True)
class Swept:
    """What sweeping one token uses, and the bytes of its record."""

    reads: float
    writes: float
    record: int


@dataclass(frozen=True, slots=True)
class Setup:
    """How a deployment is set, and what is assumed of AWS. Times are seconds, sizes bytes.

    `duration` in place of what follows from the CPU time and the waiting.
    """

    tracing: bool = False
    platform_lines: tuple[int, ...] = ()
    access_line: int = 0
    grace: float = 0.0  # SweepGraceSeconds; from two days on nothing is left to sweep
    lifetime: float = 3600.0
    memory_mb: int = 512
    # AWS Lambda Developer Guide, "Configure Lambda function memory": 1,769 MB are one vCPU.
    mb_per_cpu: int = 1769
    wait: float = 0.005  # one round trip to DynamoDB: engineers' knowledge
    start_cpu: float = 0.5
    started_share: float = 0.01  # AWS: under one percent of calls start an environment
    busy: float = 0.3  # share of its time that an environment works
    clients: int = 100
    swept_per_second: float = 1000.0
    line_overhead: int = 26  # PutLogEvents counts it for each line; that it is billed is assumed
    item_overhead: int = 100  # DynamoDB Developer Guide, "item sizes": storage counts it
    duration: float | None = None

    def seconds(self, usage: Usage) -> float:
        """How long a call takes: CPU time at this memory's share of a processor, and waiting."""
        if self.duration is not None:
            return self.duration
        slowed = max(1.0, self.mb_per_cpu / self.memory_mb)
        return usage.cpu * slowed + usage.round_trips * self.wait


class Item(NamedTuple):
    """A part of a bill: how much of what a month uses."""

    label: str
    price: str
    quantity: float


def traced_share(rate: float) -> float:
    """Of calls at this lasting rate (a second): the first of each second, 5 percent of the others.

    AWS X-Ray Developer Guide, "Configuring sampling rules"; Lambda's cannot be changed.
    """
    return 1.0 if rate <= 1 else (1 + 0.05 * (rate - 1)) / rate


def call_items(usage: Usage, setup: Setup, calls: float) -> Iterator[Item]:
    """What so many calls a month use, spread evenly over it."""
    gigabytes = setup.memory_mb / 1024
    rate = calls / MONTH
    environments = max(1.0, rate * setup.seconds(usage) / setup.busy)
    if usage.through_api:
        yield Item(API, "http_api", calls)
        yield Item(ACCESS_LOG, "log_gb", calls * _logged(setup, (setup.access_line,)))
        # A verifier's caller has none to note.
        noted = environments * setup.clients * MONTH / 3600
        yield Item(NOTES, "dynamodb_write", min(calls, noted))
    yield Item(REQUESTS, "lambda_request", calls)
    yield Item(TIME, "lambda_gb_second", calls * setup.seconds(usage) * gigabytes)
    started = calls * setup.started_share * setup.start_cpu
    yield Item(STARTS, "lambda_gb_second", started * gigabytes)
    yield Item(WRITES, "dynamodb_write", calls * usage.writes)
    yield Item(READS, "dynamodb_read", calls * usage.reads)
    again = "secret_call" if usage.reads_secret else "dynamodb_read"
    yield Item(KEYS, again, environments * MONTH / 300)
    yield Item(LOG, "log_gb", calls * _logged(setup, usage.lines))
    yield Item(LAMBDA_LOG, "log_gb", calls * _logged(setup, setup.platform_lines))
    if setup.tracing:
        yield Item(TRACES, "trace", calls * traced_share(rate))


def _logged(setup: Setup, lines: Iterable[int]) -> float:
    """Gigabytes of these lines; a line of no bytes is none."""
    return sum(line + setup.line_overhead for line in lines if line) / GB


def token_items(swept: Swept, setup: Setup, tokens: float) -> Iterator[Item]:
    """What becomes of so many tokens a month once they are written."""
    stored = swept.record + setup.item_overhead
    # A token waits for the end of its hour, fifteen minutes and the next run; TTL takes two days.
    waits = max(5400.0, setup.grace)
    months = (setup.lifetime + waits) / MONTH
    yield Item(STORED, "dynamodb_gb_month", tokens * stored / GB * months)
    if setup.grace < 2 * 86400:  # TTL: "within two days" (docs/aws.md, 2.1)
        yield Item(SWEEP, "dynamodb_write", tokens * swept.writes)
        yield Item(SWEEP, "dynamodb_read", tokens * swept.reads)
        worked = tokens / setup.swept_per_second * setup.memory_mb / 1024
        yield Item(SWEEP, "lambda_gb_second", worked)


def standing_items(
    metrics: int, shards: int, *, secrets: int = 2, alarms: int = 3
) -> Iterator[Item]:
    """What a month costs whatever the number of calls: `shards` are looked at every hour."""
    hours = MONTH / 3600
    yield Item(METRICS, "metric_month", metrics)
    yield Item(METRICS, "alarm_month", alarms)
    yield Item(SECRETS, "secret_month", secrets)
    yield Item(HOURLY, "dynamodb_read", hours * shards)
    yield Item(HOURLY, "lambda_request", hours * 2)
    yield Item(HOURLY, "schedule", hours * 2)


def bill(items: Iterable[Item], prices: Prices) -> dict[str, float]:
    """Dollars by label; a thing's price tiers go by all of it together."""
    listed = list(items)
    totals: dict[str, float] = {}
    for item in listed:
        totals[item.price] = totals.get(item.price, 0.0) + item.quantity
    average = {
        name: prices.of(name, quantity) / quantity if quantity else 0.0
        for name, quantity in totals.items()
    }
    dollars: dict[str, float] = {}
    for label, price, quantity in listed:
        dollars[label] = dollars.get(label, 0.0) + quantity * average[price]
    return dollars


def total(dollars: Mapping[str, float], labels: Iterable[str] | None = None) -> float:
    """The sum of these labels, of all by default."""
    return sum(dollars.get(label, 0.0) for label in (dollars if labels is None else labels))
