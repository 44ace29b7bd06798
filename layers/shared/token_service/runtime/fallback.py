"""Where no route is."""

from functools import cache

from token_service.observability import observe
from token_service.runtime.dialects import DialectVariables, all_dialects
from token_service.settings import load
from token_service.wire.endpoints import Endpoint


@cache
def endpoint() -> Endpoint:
    """The answer where no route is, and to preflights."""
    return Endpoint(all_dialects(load(DialectVariables)), observe)
