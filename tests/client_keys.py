"""Clients that prove themselves by keys: their keys, and assertions signed with them."""

import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from token_service.domain.algorithms import JWS, LoadedKey, SigningAlgorithm
from token_service.domain.key_pairs import make_key
from token_service.domain.keys import load_private

from tests.clock import SeededBytes

ES256 = SigningAlgorithm.ES256


class Absent:
    """Stands for a member that is left out."""

    def __repr__(self) -> str:
        """The same in every process: it is part of tests' names."""
        return "ABSENT"


ABSENT = Absent()


@cache
def _pair(algorithm: SigningAlgorithm, number: int) -> tuple[LoadedKey, dict[str, Any]]:
    private, public = make_key(
        algorithm,
        1_700_000_000,
        SeededBytes(1000 * list(SigningAlgorithm).index(algorithm) + number),
    )
    return load_private(private), dict(public.published())


def client_key(algorithm: SigningAlgorithm = ES256, number: int = 1) -> LoadedKey:
    """The private key that a client signs with; another for each number."""
    return _pair(algorithm, number)[0]


def client_jwk(
    algorithm: SigningAlgorithm = ES256,
    number: int = 1,
    **members: Any,  # noqa: ANN401 - anything a JWK may hold
) -> dict[str, Any]:
    """The public half, as it is registered."""
    return _with(_pair(algorithm, number)[1], members)


def whole_jwk(key: LoadedKey) -> dict[str, Any]:
    """All of a key, private members too, as PyJWT writes it."""
    algorithm = JWS.get_algorithm_by_name(key.algorithm)
    jwk: dict[str, Any] = algorithm.to_jwk(key.key, as_dict=True)
    jwk.pop("key_ops", None)
    return jwk


def an_assertion(
    client_id: str,
    audience: Any,  # noqa: ANN401 - what a caller may write there
    now: int,
    header: dict[str, Any] | None = None,
    key: LoadedKey | None = None,
    **claims: Any,  # noqa: ANN401 - anything a JWT may hold
) -> str:
    """A good assertion with other members, signed all the same."""
    key = key or client_key()
    good = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + 300,
        "jti": urlsafe_b64encode(SeededBytes(now)(16)).decode(),
    }
    head = _with({"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}, header or {})
    return signed(json.dumps(head), json.dumps(_with(good, claims)), key)


def signed(header: str, claims: str, key: LoadedKey) -> str:
    """A JWS of exactly these texts."""
    message = f"{_segment(header.encode())}.{_segment(claims.encode())}"
    signature = JWS.get_algorithm_by_name(key.algorithm).sign(message.encode(), key.key)
    return f"{message}.{_segment(signature)}"


def _segment(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _with(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = members | changes
    return {name: value for name, value in merged.items() if value is not ABSENT}
