"""A protected backend that answers in the dialects of this deployment."""

from functools import cache

from token_service.runtime.dialects import DialectVariables, all_dialects
from token_service.settings import Settings, load
from token_service.wire.dialect import Dialect, dialect_for


class ExampleVariables(Settings, DialectVariables):
    """Settings of the function `example`."""


@cache
def _dialects() -> tuple[Dialect, ...]:
    return all_dialects(load(ExampleVariables))


def dialect_of(path: str) -> Dialect:
    """The dialect in which a backend answers on this path."""
    return dialect_for(path, _dialects())
