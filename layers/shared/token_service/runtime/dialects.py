"""The dialects as this deployment configures them."""

from functools import cache

from token_service.runtime.environment import environment
from token_service.wire.dialect import Dialect
from token_service.wire.registry import dialect_for, dialects


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """The dialects as this deployment configures them."""
    env = environment()
    return dialects(
        env.text("ISSUER"),
        elastic_path_repeat_data=env.flag("ELASTIC_PATH_REPEAT_DATA", default=True),
        allow_origin=env.text("CORS_ALLOW_ORIGIN"),
    )


def dialect_of(path: str) -> Dialect:
    """The dialect in which a backend answers on this path."""
    return dialect_for(path, all_dialects())
