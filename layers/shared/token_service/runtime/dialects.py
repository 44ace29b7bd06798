"""The dialects as this deployment configures them."""

from functools import cache

from token_service.settings import Flag
from token_service.wire.client_dialects import client_dialects
from token_service.wire.dialect import Dialect


class DialectVariables:
    """Variables of the functions that answer HTTP requests."""

    issuer: str
    cors_allow_origin: str
    elastic_path_repeat_data: Flag


@cache
def dialects_of_clients(settings: DialectVariables) -> tuple[Dialect, ...]:
    """Those that functions for clients answer in."""
    return client_dialects(
        settings.issuer,
        elastic_path_repeat_data=settings.elastic_path_repeat_data,
        allow_origin=settings.cors_allow_origin,
    )


@cache
def all_dialects(settings: DialectVariables) -> tuple[Dialect, ...]:
    """All of them."""
    from token_service.wire.registry import dialects

    return dialects(
        settings.issuer,
        elastic_path_repeat_data=settings.elastic_path_repeat_data,
        allow_origin=settings.cors_allow_origin,
    )
