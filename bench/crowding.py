"""How hot the hottest partition and the hottest item get: nothing here was measured on AWS."""

from collections import Counter
from dataclasses import dataclass
from math import ceil
from random import Random

# Units a second of one partition, or of one item; or a mixture of both that comes to as much (AWS
# re:Post, "on-demand table throttling", and aws-facts 2.3).
WRITES, READS = 1000.0, 3000.0
# A new table: 4,000 writes and 12,000 reads a second (aws-facts 2.3).
NEW_TABLE = 4
_MOST = 16  # times as many partitions as an even load would need; more is no answer
_FINE = 1.1
_EVEN = 0.03  # hours that get less of the load are taken to spread it evenly


@dataclass(frozen=True, slots=True)
class Peak:
    """Tokens issued a second, and how often each is verified before it expires.

    `lifetimes` are shares of the tokens by hours of life. `recorded` is the share that is written:
    of `recorded: false` clients only what they revoke, while a check looks for it as for any other.
    """

    tokens: float
    verified: float
    lifetimes: tuple[tuple[int, float], ...] = ((1, 0.80), (24, 0.15), (4, 0.05))
    recorded: float = 1.0

    @property
    def verifications(self) -> float:
        """A second."""
        return self.tokens * self.verified

    def load_by_hour(self) -> dict[int, float]:
        """What each expiry hour from now on takes, in partitions' worth.

        In the middle of an hour: a token that lives for one hour expires in the next one, and of
        those alive half expire in this one. A token is verified equally often all its life.
        """
        load: dict[int, float] = {}
        for hours, share in self.lifetimes:
            written = self.tokens * share * self.recorded / WRITES
            load[hours] = load.get(hours, 0.0) + written
            read = self.verifications * share / READS / hours
            for hour in range(hours + 1):
                part = read / 2 if hour in (0, hours) else read
                load[hour] = load.get(hour, 0.0) + part
        return load


def hottest(peak: Peak, layout: int, partitions: int, random: Random) -> float:
    """What the most burdened of these partitions has to bear, 1 being all that it can.

    The keys of an hour fall on partitions at random. That DynamoDB splits what stays hot is left
    out: the next hour has keys of its own.
    """
    load = peak.load_by_hour()
    total, keys = sum(load.values()), 1 << layout
    borne = [0.0] * partitions
    even = 0.0
    for burden in load.values():
        if burden < total * _EVEN:
            even += burden / partitions
            continue
        for where, count in Counter(random.choices(range(partitions), k=keys)).items():
            borne[where] += count * burden / keys
    return even + max(borne)


def partitions_needed(peak: Peak, layout: int, hours: int, seed: int) -> int | None:
    """The fewest partitions of which none is overburdened in so many simulated hours.

    None if many times those of an even load do not do: the keys are too few.
    """
    even = sum(peak.load_by_hour().values())
    partitions = max(NEW_TABLE, ceil(even))
    while partitions <= max(NEW_TABLE, even * _MOST):
        random = Random(seed)  # noqa: S311 - a simulation, the same at every run
        if all(hottest(peak, layout, partitions, random) <= 1 for _ in range(hours)):
            return partitions
        partitions = ceil(partitions * _FINE)
    return None


def item_reads(peak: Peak, share: float, *, held: bool) -> float:
    """Reads a second of the client that has this share of all; `held` at issuance: none there."""
    return share * (peak.verifications + (0.0 if held else peak.tokens))


def top_share(clients: int) -> float:
    """The busiest one's share, when each has one over its rank (Zipf)."""
    return 1 / sum(1 / rank for rank in range(1, clients + 1))
