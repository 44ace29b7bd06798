"""Secrets that must be read again: encrypted at rest, and bound to what they belong to."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from token_service.domain.handles import RandomBytes

_NONCE_BYTES = 12


class UnsealableError(ValueError):
    """Tampered with, sealed as something else's, or never sealed here."""


class Sealer:
    """AES-256-GCM under one key of the deployment."""

    def __init__(self, key: bytes, random: RandomBytes) -> None:
        """`key` has 32 bytes; `random` gives n unpredictable bytes, for nonces."""
        self._cipher = AESGCM(key)
        self._random = random

    def seal(self, secret: str, belongs_to: str) -> str:
        """The text to keep; it opens only as what it belongs to."""
        nonce = self._random(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), belongs_to.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, belongs_to: str) -> str:
        """The secret; padding may be left out.

        Raises:
            UnsealableError: tampered with, sealed as something else's, or never sealed here.

        """
        try:
            data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            nonce, ciphertext = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, ciphertext, belongs_to.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise UnsealableError from error
