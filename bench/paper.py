"""Bills from what calls were measured to use: dollars per million, in months of several sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench import bill
from bench.bill import MILLION, Item, Setup, Swept, Usage, call_items, standing_items, token_items
from bench.prices import Prices
from bench.series import USUAL
from bench.usage import ISSUE, ISSUE_HELD, ISSUE_OPAQUE, ISSUE_UNLOGGED

SHARDS = 256  # of the default layout
_TWO_DAYS = 2 * 86400.0
# What Lambda writes of a call with SystemLogLevel=INFO, as seen in public logs.
_START = (
    '{"time":"2026-10-08T06:53:49.280Z","type":"platform.start","record":{"requestId":'
    '"43a951b3-6893-4460-88d7-7e1987d69c89","functionArn":"arn:aws:lambda:us-east-1:123456789012:'
    'function:token-service-IssueFunction-0E9795607CAA","version":"$LATEST"}}'
)
_REPORT = (
    '{"time":"2026-10-08T06:53:49.256Z","type":"platform.report","record":{"requestId":'
    '"43a951b3-6893-4460-88d7-7e1987d69c89","metrics":{"durationMs":14.569,"billedDurationMs":15,'
    '"memorySizeMB":512,"maxMemoryUsedMB":78},"status":"success"}}'
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What was measured, beside a price list; `setup` is how the template deploys by default."""

    prices: Prices
    usages: Mapping[str, Usage]
    swept: Swept
    setup: Setup

    def issued(
        self, volume: float, usage: str = ISSUE, setup: Setup | None = None
    ) -> dict[str, float]:
        """Dollars per million tokens, by part, when so many are issued and swept in a month."""
        chosen = setup or self.setup
        items = [
            *call_items(self.usages[usage], chosen, volume),
            *token_items(self.swept, chosen, volume),
            *standing_items(sum(USUAL.values()), SHARDS),
        ]
        return self._per_million(items, volume)

    def called(self, usage: str, volume: float) -> dict[str, float]:
        """Dollars per million calls, by part, without what becomes of tokens or is monthly."""
        return self._per_million([*call_items(self.usages[usage], self.setup, volume)], volume)

    def swept_alone(self, volume: float) -> dict[str, float]:
        """Dollars per million tokens to keep and to sweep."""
        return self._per_million([*token_items(self.swept, self.setup, volume)], volume)

    def holds_from(self, bound: float) -> int | None:
        """The least volume (million tokens a month) at which everything is within a bound."""
        volumes = (*range(1, 100), *range(100, 10_001, 10))
        return next(
            (one for one in volumes if bill.total(self.issued(one * MILLION)) <= bound), None
        )

    def choices(self, volume: float) -> dict[str, float]:
        """Everything, dollars per million tokens, with one thing chosen otherwise."""
        setup = self.setup
        informed = replace(setup, platform_lines=(len(_START), len(_REPORT)))
        chosen = {
            "`SweepGraceSeconds=172800`: TTL deletes, free": self.issued(
                volume, setup=replace(setup, grace=_TWO_DAYS)
            ),
            "`OwnerCacheSeconds=60`, clients always held": self.issued(volume, ISSUE_HELD),
            "`SuccessLogSample=0`": self.issued(volume, ISSUE_UNLOGGED),
            "Opaque tokens instead of JWTs": self.issued(volume, ISSUE_OPAQUE),
            "`SystemLogLevel=INFO`": self.issued(volume, setup=informed),
            "`Tracing=Active`": self.issued(volume, setup=replace(setup, tracing=True)),
        }
        return {name: bill.total(dollars) for name, dollars in chosen.items()}

    def at_duration(self, seconds: float, volume: float) -> tuple[float, float]:
        """The issue path and everything, if a call took so long."""
        dollars = self.issued(volume, setup=replace(self.setup, duration=seconds))
        return bill.total(dollars, bill.PATH), bill.total(dollars)

    def _per_million(self, items: list[Item], volume: float) -> dict[str, float]:
        dollars = bill.bill(items, self.prices)
        return {label: amount / volume * MILLION for label, amount in dollars.items()}
