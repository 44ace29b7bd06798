"""Clients that prove themselves by a key of their own (RFC 7523 section 2.2)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm
from token_service.domain.keys import load_private

from tests.client_keys import whole_jwk
from tests.domain.forge import ABSENT, sign_raw
from tests.service import key_pair

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class ClientKey:
    """A client's key pair, as each library wants it."""

    algorithm: SigningAlgorithm
    loaded: LoadedKey
    pem: str

    @classmethod
    def make(cls, algorithm: SigningAlgorithm) -> "ClientKey":
        """The one key of an algorithm that this run has for clients."""
        private, _ = key_pair(algorithm)
        return cls(algorithm, load_private(private), private.pem)

    @property
    def private_jwk(self) -> dict[str, Any]:
        """Both halves, for the client."""
        return whole_jwk(self.loaded) | {
            "kid": self.loaded.kid,
            "alg": self.algorithm.value,
            "use": "sig",
        }

    @property
    def public_jwk(self) -> dict[str, Any]:
        """What is registered."""
        private = {"d", "p", "q", "dp", "dq", "qi"}
        return {name: value for name, value in self.private_jwk.items() if name not in private}

    def jwks_file(self, folder: Path) -> str:
        """The file that `tokenctl clients create --jwks` takes; its path."""
        path = folder / f"{self.algorithm}.jwks"
        path.write_text(json.dumps({"keys": [self.public_jwk]}))
        return str(path)

    def assertion(self, claims: dict[str, Any], **header: object) -> str:
        """A signed assertion; what is `ABSENT` is left out."""
        full = {"alg": self.algorithm.value, "kid": self.loaded.kid, **header}
        said = {name: value for name, value in claims.items() if value is not ABSENT}
        return sign_raw(json.dumps(full).encode(), json.dumps(said).encode(), self.loaded)
