"""Deleting expired tokens."""

from functools import cache

from token_service.domain.sweep import Sweeper, SweepSettings
from token_service.runtime.environment import dynamodb, environment
from token_service.side_by_side import side_by_side
from token_service.store.expired import DynamoExpiredTokens
from token_service.system import now, pause


@cache
def sweeper() -> Sweeper:
    """The sweep over this deployment's tokens."""
    env = environment()
    store = DynamoExpiredTokens(dynamodb(), env.text("TOKENS_TABLE"), pause)
    settings = SweepSettings(
        layouts=env.layouts(),
        since=env.number("TOKENS_SINCE"),
        grace=env.number("SWEEP_GRACE_SECONDS", 0),
    )
    return Sweeper(store, settings, now, side_by_side(env.number("SWEEP_AT_ONCE", 1)))
