"""What the bars of reads and writes are held against."""

from collections import Counter

from bench.meter import Use
from bench.metered_world import Counted
from bench.report import Bar
from bench.units import FLOWS, Swept, bars

CALLER = Use(reads=1, calls=Counter(GetItem=1))
ALL = Use(reads=3, calls=Counter(BatchGetItem=1))
SWEPT = Swept(tokens=100, record_bytes=260, use=Use(reads=10, writes=101), empty=Use(reads=257))


def measured(further: dict[str, Use]) -> dict[str, Bar]:
    """The bars where some flows used this, and all others nothing."""
    counted = {name: Counted(Use(), further.get(name, Use())) for name in FLOWS}
    return {bar.name: bar for bar in bars(counted, SWEPT)}


def test_an_introspection_is_held_to_the_reads_of_a_token() -> None:
    """The caller's own read is subtracted; its round trip is none of its own."""
    found = measured({"Introspect a JWT": ALL, "Introspect no token: the caller alone": CALLER})
    assert found["Introspect a JWT: reads of it and its owner"].value == 2
    assert found["Introspect a JWT: round trips, its caller's included"].value == 1


def test_a_unit_too_many_meets_no_bar() -> None:
    """One read where an owner is held is one too many."""
    found = measured({"Issue a JWT, its client held": Use(reads=1, writes=1)})
    assert not found["Issue, client held: reads"].met
    assert found["Issue, client held: writes"].met


def test_the_sweep_is_counted_by_the_token() -> None:
    """Units over tokens."""
    found = measured({})
    assert found["Sweep: writes per expired token"].value == 1.01
    assert found["Sweep: reads per expired token"].value == 0.1
