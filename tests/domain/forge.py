"""Tokens as an attacker (or a broken issuer) would write them, down to the byte."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from token_service.domain.algorithms import JWS, LoadedKey, SigningAlgorithm
from token_service.domain.keys import load_private

from tests.service import key_pair


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(segment: str) -> bytes:
    """Back from base64url."""
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token."""
    header, claims, _ = token.split(".")
    return json.loads(decode(header)), json.loads(decode(claims))


def our_key(algorithm: SigningAlgorithm = SigningAlgorithm.ES256) -> LoadedKey:
    """The key the service signs with."""
    return load_private(key_pair(algorithm)[0])


def sign(message: bytes, key: LoadedKey) -> bytes:
    """Return the bare signature of any bytes."""
    signature: bytes = JWS.get_algorithm_by_name(key.algorithm).sign(message, key.key)
    return signature


def sign_raw(header: bytes, claims: bytes, key: LoadedKey | None = None) -> str:
    """A token of exactly these bytes, with a valid signature."""
    message = f"{encode(header)}.{encode(claims)}"
    return f"{message}.{encode(sign(message.encode(), key or our_key()))}"


def forge(
    token: str,
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    key: LoadedKey | None = None,
) -> str:
    """This token with other members, signed again; a member set to `ABSENT` is left out."""
    former_header, former_claims = parts(token)
    return sign_raw(_merged(former_header, header or {}), _merged(former_claims, claims or {}), key)


def hmac_signed(token: str, secret: bytes, name: str = "sha256") -> str:
    """This token's claims under HS256, HS384 or HS512 with this secret."""
    header, claims = parts(token)
    header["alg"] = f"HS{name.removeprefix('sha')}"
    message = f"{encode(_json(header))}.{encode(_json(claims))}"
    digest = hmac.new(secret, message.encode(), getattr(hashlib, name)).digest()
    return f"{message}.{encode(digest)}"


class Absent:
    """Stands for a member that is left out."""

    def __repr__(self) -> str:
        """The same in every process: it is part of tests' names."""
        return "ABSENT"


ABSENT = Absent()


def _merged(former: dict[str, Any], changes: dict[str, Any]) -> bytes:
    merged = {**former, **changes}
    return _json({name: value for name, value in merged.items() if value is not ABSENT})


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
