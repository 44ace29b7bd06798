"""How hot partitions and items get, in cases that can be told without a simulation."""

from random import Random

import pytest

from bench.crowding import Peak, hottest, item_reads, partitions_needed, top_share
from bench.partitions import chosen, warm


def test_load_is_writes_and_reads_together() -> None:
    """1,000 writes are a partition's worth, and so are 3,000 reads, whatever hours they go to."""
    load = Peak(1000.0, 3.0).load_by_hour()
    assert sum(load.values()) == pytest.approx(2.0)
    assert set(load) == set(range(25))


def test_writes_go_to_the_hour_of_expiry() -> None:
    """Nobody verifies, so that only the hours of expiry are touched."""
    load = {hour: burden for hour, burden in Peak(1000.0, 0.0).load_by_hour().items() if burden}
    assert load == pytest.approx({1: 0.80, 24: 0.15, 4: 0.05})


def test_tokens_without_a_record_are_looked_for_all_the_same() -> None:
    """`recorded: false` saves the writes alone."""
    peak = Peak(1000.0, 3.0, recorded=0.0)
    assert sum(peak.load_by_hour().values()) == pytest.approx(1.0)


def test_one_partition_bears_it_all() -> None:
    """And many bear at least an even share each."""
    peak = Peak(1000.0, 3.0)
    assert hottest(peak, 8, 1, Random(1)) == pytest.approx(2.0)  # noqa: S311 - a simulation
    assert hottest(peak, 8, 16, Random(1)) > 2.0 / 16  # noqa: S311 - a simulation


def test_a_new_table_is_enough_for_little() -> None:
    """No fewer than it has are ever needed, and more of them where the load is larger."""
    assert partitions_needed(Peak(100.0, 1.0), 8, 5, seed=1) == 4
    needed = partitions_needed(Peak(10_000.0, 1.0), 10, 5, seed=1)
    assert needed
    assert needed > 13


def test_too_few_keys_cannot_be_helped() -> None:
    """One shard is one key, and lies in one partition however many there are."""
    assert partitions_needed(Peak(10_000.0, 1.0), 0, 5, seed=1) is None


def test_the_same_at_every_run() -> None:
    """The seed decides."""
    runs = {partitions_needed(Peak(20_000.0, 1.0), 10, 5, seed=3) for _ in range(3)}
    assert len(runs) == 1


def test_reads_of_a_client() -> None:
    """Every issue and every check reads it; those that hold it at issuance do not."""
    peak = Peak(1000.0, 5.0)
    assert item_reads(peak, 1.0, held=False) == 6000
    assert item_reads(peak, 0.5, held=True) == 2500


def test_share_of_the_busiest() -> None:
    """Of two clients, one and a half, it has two thirds."""
    assert top_share(1) == 1
    assert top_share(2) == pytest.approx(2 / 3)


def test_layout_and_what_to_make_ready() -> None:
    """The least that is not much worse than the best; nothing for what a new table has."""
    assert chosen((None, 50, 30, 28)) == (10, 50)
    assert chosen((None, None, 60, 28)) == (14, 28)
    assert warm(4) == "0,0"
    assert warm(30) == "90000,30000"
