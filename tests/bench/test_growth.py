"""What counts as growth."""

from collections import Counter
from dataclasses import replace

from bench.growth import Found, bars
from bench.meter import Use

USE = Use(reads=3, writes=1, items_read=2, calls=Counter(Query=1))
STEADY = [1.0, 2.0, 1.5]


def found(use: Use, cpu: list[float]) -> Found:
    """Two places, the second with this."""
    return Found((10, 100), {"sweep": [USE, use]}, {"sweep": [STEADY, cpu]}, [USE, USE])


def test_the_same_units_and_about_the_same_time_are_no_growth() -> None:
    """A tenth of the CPU time more is the most; what disturbs a round disturbs both."""
    units, cpu = bars(found(USE, [1.09, 2.0, 1.6]))
    assert (units.met, units.shown) == (True, "identical")
    assert cpu.met


def test_any_unit_call_or_item_more_is_growth() -> None:
    """Identical means identical."""
    for other in (
        replace(USE, reads=3.5),
        replace(USE, writes=2),
        replace(USE, items_read=3),
        replace(USE, calls=Counter(Query=2)),
    ):
        units, _ = bars(found(other, STEADY))
        assert not units.met


def test_a_change_of_time_is_told_whichever_way_it_goes() -> None:
    """Less of it is as suspicious as more."""
    for factor in (0.85, 1.15):
        _, cpu = bars(found(USE, [one * factor for one in STEADY]))
        assert not cpu.met
