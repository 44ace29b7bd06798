"""A client that holds a key and proves it, rightly or as an attacker would."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm
from token_service.domain.dpop import thumbprint, token_hash
from token_service.domain.key_pairs import make_key
from token_service.domain.keys import load_private, load_public
from token_service.domain.ports import Clock

from tests.client_keys import whole_jwk
from tests.clock import SeededBytes
from tests.domain.forge import ABSENT, sign_raw

_NUMBERS = count()


@dataclass
class Prover:
    """Makes proofs; any claim or header member may be replaced, or left out by `ABSENT`."""

    now: Clock
    algorithm: SigningAlgorithm = SigningAlgorithm.ES256
    nonce: str | None = None
    key: LoadedKey = field(init=False)

    def __post_init__(self) -> None:
        """Make a key of its own."""
        private, public = make_key(self.algorithm, now=0, random=SeededBytes(1))
        self.key = load_private(private)
        self.public = load_public(public)
        self.jwk: dict[str, Any] = dict(public.jwk)

    @property
    def jkt(self) -> str:
        """The thumbprint of its key."""
        return thumbprint(self.public)

    @property
    def private_jwk(self) -> dict[str, Any]:
        """What no proof may hold."""
        return whole_jwk(self.key)

    def prove(
        self,
        method: str,
        url: str,
        token: str | None = None,
        *,
        header: dict[str, Any] | None = None,
        key: LoadedKey | None = None,
        **claims: Any,  # noqa: ANN401 - right or wrong
    ) -> str:
        """A proof for one request."""
        made = {
            "jti": f"jti-{next(_NUMBERS)}",
            "htm": method,
            "htu": url,
            "iat": self.now(),
            "ath": token_hash(token) if token else ABSENT,
            "nonce": self.nonce or ABSENT,
        }
        members = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.jwk}
        return sign_raw(_json(members | (header or {})), _json(made | claims), key or self.key)


def _json(members: dict[str, Any]) -> bytes:
    present = {name: value for name, value in members.items() if value is not ABSENT}
    return json.dumps(present).encode()
