"""Nonces given out for DPoP proofs (RFC 9449 sections 8 and 9), and stored nowhere."""

from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest, digest

from token_service.domain.base64url import base64url_encode
from token_service.domain.limits import MINUTE
from token_service.domain.ports import Clock

# A nonce is good for one slot and the next: 5 to 10 minutes (seconds).
SLOT = 5 * MINUTE
SEED_BYTES = 32

type LoadSeed = Callable[[], bytes]
"""Reads the deployment's seed; raises Unavailable."""


class ServerNonces:
    """One nonce a time slot, an HMAC under a seed that clients cannot know.

    It proves that a proof was made lately, not that it is used once: that is the `jti`'s business.
    """

    def __init__(self, load_seed: LoadSeed, now: Clock) -> None:
        """`now` gives seconds since the epoch; the seed is read once, when it is first needed."""
        self._load_seed = load_seed
        self._now = now
        self._seed: bytes | None = None

    def current(self) -> str:
        """The nonce to hand out now.

        Raises:
            Unavailable: the seed could not be read.

        """
        return self._of_slot(self._slot())

    def accepts(self, nonce: str) -> bool:
        """Whether this was handed out in this slot or the one before.

        Raises:
            Unavailable: the seed could not be read.

        """
        slot = self._slot()
        matches = [
            compare_digest(nonce.encode("utf-8", "replace"), self._of_slot(s).encode())
            for s in (slot, slot - 1)
        ]
        return any(matches)

    def _slot(self) -> int:
        return self._now() // SLOT

    def _of_slot(self, slot: int) -> str:
        if self._seed is None:
            self._seed = self._load_seed()
        return base64url_encode(digest(self._seed, f"dpop nonce {slot}".encode(), sha256))
