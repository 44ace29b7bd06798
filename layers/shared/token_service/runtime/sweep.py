"""Deleting expired tokens."""

from functools import cache

from token_service.domain.sweep import Sweeper, SweepSettings
from token_service.runtime.environment import dynamodb
from token_service.settings import Layouts, Settings, WholeNumber, load
from token_service.side_by_side import side_by_side
from token_service.store.expired import DynamoExpiredTokens
from token_service.system import now, pause


class SweepVariables(Settings):
    """Settings of the function `sweep`."""

    sweep_at_once: WholeNumber
    sweep_grace_seconds: WholeNumber
    token_layouts: Layouts
    tokens_since: WholeNumber
    tokens_table: str


@cache
def sweeper() -> Sweeper:
    """The sweep over this deployment's tokens."""
    variables = load(SweepVariables)
    store = DynamoExpiredTokens(dynamodb(), variables.tokens_table, pause)
    settings = SweepSettings(
        layouts=variables.token_layouts,
        since=variables.tokens_since,
        grace=variables.sweep_grace_seconds,
    )
    return Sweeper(store, settings, now, side_by_side(variables.sweep_at_once))
