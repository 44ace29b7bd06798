"""The price list, and how it is applied."""

from pathlib import Path

import pytest

from bench.prices import Price, read_prices

INFINITE = float("inf")


def price(*tiers: tuple[float, float], per: float = 1, base: float = 0) -> Price:
    """A price with these tiers."""
    return Price("a thing", per, tiers, "somewhere", "2026-11-22", "page", base)


def test_each_tier_is_paid_at_its_own_rate() -> None:
    """What lies below a tier's bound is not paid at the rate above it."""
    tiered = price((10, 2.0), (30, 1.0), (INFINITE, 0.5))
    assert [tiered.of(quantity) for quantity in (0, 10, 20, 40)] == [0, 20, 30, 45]


def test_a_rate_is_for_so_many_and_a_base_is_paid_anyway() -> None:
    """Prices are told by the thousand or million."""
    assert price((INFINITE, 2.0), per=1000, base=24).of(500) == 25
    assert price((INFINITE, 2.0), base=24).of(0) == 24


def test_what_others_ask_for_the_first_million() -> None:
    """The list holds the figures that are compared with."""
    prices = read_prices()
    assert prices.of("cognito_token", 1e6) == pytest.approx(1687.50)
    assert prices.of("logto_token", 1e6) == pytest.approx(784.00)
    assert prices.of("http_api", 1e9) == pytest.approx(930.00)


@pytest.mark.parametrize("broken", ['source = ""', "tiers = [[10, 1.0]]"])
def test_no_price_without_a_source_or_an_end(tmp_path: Path, broken: str) -> None:
    """Such a list is refused."""
    entry = {
        "what": 'what = "x"',
        "per": "per = 1",
        "tiers": "tiers = [[inf, 1.0]]",
        "source": 'source = "y"',
        "as_of": 'as_of = "2026-11-22"',
        "evidence": 'evidence = "page"',
    }
    entry[broken.split(" ", 1)[0]] = broken
    file = tmp_path / "prices.toml"
    file.write_text("\n".join(['region = "r"', 'read = "d"', "[x]", *entry.values()]), "utf-8")
    with pytest.raises(ValueError, match="x has no source"):
        read_prices(file)


def test_every_price_is_dated_and_its_evidence_named() -> None:
    """Nobody takes a quotation for a bill."""
    for one in read_prices().by_name.values():
        assert one.as_of[:4] in {"2025", "2026"}
        assert one.evidence in {"page", "second-hand"}
