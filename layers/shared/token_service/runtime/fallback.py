"""Where no route is."""

from functools import cache

from token_service.observability import observe
from token_service.runtime.dialects import DialectVariables, all_dialects
from token_service.settings import Settings, load
from token_service.wire.endpoints import Endpoint


class FallbackVariables(Settings, DialectVariables):
    """Settings of the function `fallback`."""


@cache
def endpoint() -> Endpoint:
    """The answer where no route is, and to preflights."""
    return Endpoint(all_dialects(load(FallbackVariables)), observe)
