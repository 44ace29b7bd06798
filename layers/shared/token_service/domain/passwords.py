"""People's passwords: Argon2id (RFC 9106), with its parameters inside each hash (PHC strings)."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from token_service.domain.handles import RandomBytes

_SALT_BYTES = 16
_HASH_BYTES = 32
# Any Unicode; the bound keeps one login from costing more than the hash itself.
MAX_PASSWORD = 1000


@dataclass(frozen=True, slots=True)
class HashProfile:
    """Named Argon2id parameters; memory in KiB."""

    iterations: int
    lanes: int
    memory: int


# OWASP's first choice for services that answer many: 19 MiB, two passes, one lane.
OWASP = HashProfile(iterations=2, lanes=1, memory=19 * 1024)
# Only for tests.
CHEAPEST = HashProfile(iterations=1, lanes=1, memory=8)


class PasswordHasher:
    """Hashes passwords and checks them."""

    def __init__(self, profile: HashProfile, random: RandomBytes) -> None:
        """`random` gives n unpredictable bytes, for salts."""
        self._profile = profile
        self._random = random
        # Checked against when there is no account, so that an unknown name costs a hash too.
        self._nobody = self.hash("")

    def hash(self, password: str) -> str:
        """The string to keep."""
        return self._kdf().derive_phc_encoded(password.encode())

    def matches(self, password: str, hashed: str | None) -> bool:
        """Whether this is the password; takes as long when there is no hash to check against."""
        try:
            Argon2id.verify_phc_encoded(password.encode(), hashed or self._nobody)
        except InvalidKey:
            return False
        return hashed is not None

    def _kdf(self) -> Argon2id:
        return Argon2id(
            salt=self._random(_SALT_BYTES),
            length=_HASH_BYTES,
            iterations=self._profile.iterations,
            lanes=self._profile.lanes,
            memory_cost=self._profile.memory,
        )
