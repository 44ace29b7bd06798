"""Facts that travel through somebody's hands and come back once: sealed, short-lived, used up."""

import json
from collections.abc import Mapping
from typing import Any

from token_service.domain.handles import RandomBytes
from token_service.domain.ports import Clock, Nonces
from token_service.domain.sealing import Sealer, UnsealableError


class OneTimeSeals:
    """Nothing is stored when a seal is made; using it up is one conditional write."""

    def __init__(self, sealer: Sealer, nonces: Nonces, now: Clock, random: RandomBytes) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._sealer = sealer
        self._nonces = nonces
        self._now = now
        self._random = random

    def seal(self, purpose: str, facts: Mapping[str, str], lifetime: int) -> str:
        """The facts as one text that nobody else can read, good for `lifetime` seconds."""
        full = {**facts, "id": self._random(16).hex(), "expires_at": self._now() + lifetime}
        return self._sealer.seal(json.dumps(full, separators=(",", ":")), purpose).rstrip("=")

    def open(self, purpose: str, text: str) -> dict[str, Any] | None:
        """What was sealed for this purpose, if it is not too old; None for anything else."""
        try:
            facts: dict[str, Any] = json.loads(self._sealer.open(text, purpose))
        except UnsealableError:
            return None
        return facts if self._now() < facts["expires_at"] else None

    def use_up(self, purpose: str, facts: Mapping[str, Any]) -> bool:
        """True the first time, False ever after.

        Raises:
            Unavailable: the store did not answer.

        """
        return self._nonces.use(f"{purpose} {facts['id']}", facts["expires_at"])
