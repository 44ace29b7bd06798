"""What is deleted in turns, and how its rates are compared."""

from typing import Any

import pytest

from bench.dynalite import Dynalite
from bench.report import Scale
from bench.sweep_processes import Round
from bench.sweep_speed import Place, Setting, against_bare, bars, settings
from bench.sweep_worker import bare

SETTING = Setting("x", 0, layout=1, tokens=61, sweeps=3)
ROUNDS = {
    ("x", "sweep"): [Round(2.0, 61, 0.1), Round(5.0, 61, 0.1), Round(4.0, 61, 0.1)],
    ("x", "bare"): [Round(1.0, 61, 0.1), Round(4.5, 61, 0.1), Round(3.0, 61, 0.1)],
}


@pytest.mark.parametrize("sweeps", [1, 3, 4])
def test_bare_calls_delete_every_token_once(sweeps: int) -> None:
    """However many processes share them, and each in full batches."""
    setting = Setting("x", 0, layout=1, tokens=61, sweeps=sweeps)
    deleted: list[str] = []

    def batch_write_item(**request: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS's own members
        requests = request["RequestItems"]["TokensTable"]
        assert len(requests) <= 25
        deleted.extend(one["DeleteRequest"]["Key"]["handle"]["S"] for one in requests)
        return {"ConsumedCapacity": [{"CapacityUnits": len(requests)}]}

    tasks = Place(Dynalite("http://127.0.0.1:1", 0), setting).tasks("bare")
    done = [bare(batch_write_item, task["keys"], connections=2) for task in tasks]
    assert len(tasks) == sweeps
    assert len(set(deleted)) == len(deleted) == 61
    assert sum(tokens for tokens, _ in done) == sum(units for _, units in done) == 61


def test_rates_are_compared_round_by_round() -> None:
    """A round that took the bare calls half as long has half their rate."""
    assert against_bare(SETTING, ROUNDS).middle == 0.75


def test_the_bound_is_asked_of_every_setting_that_says_so() -> None:
    """Less than four fifths of the bare rate is not enough."""
    [bar] = bars([SETTING], ROUNDS)
    assert not bar.met
    assert [setting.barred for setting in settings(Scale.FULL)].count(False) == 0
