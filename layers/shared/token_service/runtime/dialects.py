"""The dialects as this deployment configures them."""

from functools import cache
from typing import TypedDict

from token_service.runtime.environment import environment
from token_service.wire.client_dialects import client_dialects
from token_service.wire.dialect import Dialect, dialect_for


class _Switches(TypedDict):
    elastic_path_repeat_data: bool
    allow_origin: str


def _switches() -> _Switches:
    env = environment()
    return {
        "elastic_path_repeat_data": env.flag("ELASTIC_PATH_REPEAT_DATA", default=True),
        "allow_origin": env.text("CORS_ALLOW_ORIGIN"),
    }


@cache
def dialects_of_clients() -> tuple[Dialect, ...]:
    """Those that functions for clients answer in."""
    return client_dialects(environment().text("ISSUER"), **_switches())


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """All of them."""
    from token_service.wire.registry import dialects

    return dialects(environment().text("ISSUER"), **_switches())


def dialect_of(path: str) -> Dialect:
    """The dialect in which a backend answers on this path."""
    return dialect_for(path, all_dialects())
