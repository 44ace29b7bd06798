"""What opens the secrets that must be read again."""

import secrets
from functools import cache

from token_service.domain.sealing import Sealer
from token_service.runtime.environment import environment, secrets_manager
from token_service.store.sealing_key import sealing_key


@cache
def sealer() -> Sealer:
    """Opens the secrets of integrations; only who may read its key can."""
    key = sealing_key(secrets_manager(), environment().text("SEALING_SECRET"))
    return Sealer(key, secrets.token_bytes)
