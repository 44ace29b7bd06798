"""A sweep within this process, over the store as the sweeping function has it."""

from token_service.domain.limits import HOUR
from token_service.domain.location import DEFAULT_LAYOUT
from token_service.domain.sweep import SETTLING, Sweeper, SweepResult, SweepSettings
from token_service.side_by_side import side_by_side
from token_service.store.expired import DynamoExpiredTokens
from token_service.system import pause

from bench.dynalite import Dynalite

_CHECKPOINT = {"bucket": {"S": "sweep"}, "handle": {"S": "checkpoint"}}


class Sweep:
    """Sweeps one hour of an engine, as often as it is asked to."""

    def __init__(
        self, engine: Dynalite, hour: int, layout: int = DEFAULT_LAYOUT, at_once: int = 1
    ) -> None:
        """`hour` counts from the epoch; buckets of this layout are swept, so many at once."""
        self._client = engine.client()
        store = DynamoExpiredTokens(self._client, "TokensTable", pause)
        settings = SweepSettings((layout,), since=hour * HOUR)
        self._sweeper = Sweeper(
            store, settings, lambda: (hour + 1) * HOUR + SETTLING, side_by_side(at_once)
        )

    def forget(self) -> None:
        """Have the hour swept again."""
        self._client.delete_item(TableName="TokensTable", Key=_CHECKPOINT)

    def run(self) -> SweepResult:
        """Sweep the hour."""
        return self._sweeper.run(lambda: 900.0)
