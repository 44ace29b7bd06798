"""Every dialect this deployment speaks."""

from token_service.wire.client_dialects import client_dialects
from token_service.wire.dialect import Dialect
from token_service.wire.magento.dialect import Magento


def dialects(
    issuer: str, *, elastic_path_repeat_data: bool = True, allow_origin: str = "*"
) -> tuple[Dialect, ...]:
    """All dialects, narrowest prefixes first."""
    spoken = client_dialects(
        issuer, elastic_path_repeat_data=elastic_path_repeat_data, allow_origin=allow_origin
    )
    return (Magento(), *spoken)
