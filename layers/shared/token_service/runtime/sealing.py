"""What opens the secrets that must be read again."""

import secrets
from functools import cache

from token_service.domain.sealing import Sealer
from token_service.runtime.environment import secrets_manager
from token_service.settings import Tables
from token_service.store.sealing_key import sealing_key


class SealingVariables(Tables):
    """Variables of the functions that open sealed secrets."""

    sealing_secret: str


@cache
def sealer(secret: str) -> Sealer:
    """Opens the secrets of integrations with the key in the secret of this name."""
    return Sealer(sealing_key(secrets_manager(), secret), secrets.token_bytes)
