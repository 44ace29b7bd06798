"""List prices, dated and with their sources: bench/prices.toml, in dollars."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True)
class Price:
    """What a month's quantity of one thing costs."""

    what: str
    per: float
    tiers: tuple[tuple[float, float], ...]
    source: str
    as_of: str
    evidence: str
    base: float = 0.0

    def of(self, quantity: float) -> float:
        """Dollars for so many in one month."""
        dollars, begun = self.base, 0.0
        for up_to, rate in self.tiers:
            dollars += max(0.0, min(quantity, up_to) - begun) * rate / self.per
            begun = up_to
        return dollars

    def told(self) -> str:
        """As it is printed."""
        unit = f" for {self.per:,.0f}" if self.per > 1 else ""
        *tiers, (_, last) = self.tiers
        told = [f"{rate:g}{unit} up to {up_to:,.0f}" for up_to, rate in tiers]
        return ", then ".join([*told, f"{last:g}{unit}"])


@dataclass(frozen=True, slots=True)
class Prices:
    """All of them by name, of one Region, read on one day."""

    region: str
    read: str
    by_name: dict[str, Price]

    def of(self, name: str, quantity: float) -> float:
        """Dollars for a month's quantity of one thing."""
        return self.by_name[name].of(quantity)


def read_prices(file: Path = FILE) -> Prices:
    """The price list; it is refused if a price has no source or its tiers no end."""
    content = tomllib.loads(file.read_text("utf-8"))
    region, read = content.pop("region"), content.pop("read")
    by_name = {
        name: Price(**(entry | {"tiers": tuple(map(tuple, entry["tiers"]))}))
        for name, entry in content.items()
    }
    for name, price in by_name.items():
        bounds = [up_to for up_to, _ in price.tiers]
        if not price.source or bounds != sorted(bounds) or bounds[-1] != float("inf"):
            raise ValueError(f"{file}: {name} has no source, or its tiers do not end")
    return Prices(region, read, by_name)
