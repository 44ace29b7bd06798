"""Public JSON Web Keys (RFC 7517). PyJWT reads and writes them; weak ones are refused here.

Every JWK passes these checks when it is registered and again when it is loaded: our own, a
client's, the one in a DPoP proof and a provider's. PyJWT skips characters outside the base64url
alphabet, and neither PyJWT nor `cryptography` looks at small subgroups or at even moduli.
"""

from collections.abc import Mapping
from typing import Any

from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from token_service.domain.base64url import base64url_decode

# RFC 8725 section 3.5 and RFC 7518 section 3.3.
MIN_RSA_BITS = 2048
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# The algorithm class that reads a key type, and the members that hold the key.
_READERS: Mapping[object, tuple[Any, tuple[str, ...]]] = {
    "RSA": (RSAAlgorithm, ("n", "e")),
    "EC": (ECAlgorithm, ("x", "y")),
    "OKP": (OKPAlgorithm, ("x",)),
}
# The primes of the fields (SP 800-186): `cryptography` reduces a coordinate that is not smaller.
_PRIMES = {
    "P-256": 2**256 - 2**224 + 2**192 + 2**96 - 1,
    "P-384": 2**384 - 2**128 - 2**96 + 2**32 - 1,
}
# The field's prime, and the y coordinates of every point of small order. A key at such a point
# verifies signatures that nobody made. Ed25519 has eight such points, Ed448 four; the sign of x
# does not matter (RFC 8032 section 5.1; Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs").
_P25519 = 2**255 - 19
_P448 = 2**448 - 2**224 - 1
_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_EDWARDS = {
    "Ed25519": (_P25519, frozenset({0, 1, _P25519 - 1, _ORDER_8, _P25519 - _ORDER_8})),
    "Ed448": (_P448, frozenset({0, 1, _P448 - 1})),
}


class WeakKeyError(ValueError):
    """A key is weak, malformed, private where it must not be, or not of its algorithm's type."""


def is_private(jwk: Mapping[str, Any]) -> bool:
    """Whether a JWK has members of a private or a symmetric key."""
    return not _PRIVATE_MEMBERS.isdisjoint(jwk)


def read_public_jwk(name: str, jwk: Mapping[str, Any]) -> Any:  # noqa: ANN401 - its class depends on `kty`
    """Return the `cryptography` public key of a JWK; `name` stands for the key in errors.

    Raises:
        WeakKeyError: private, malformed or weak.

    """
    if is_private(jwk):
        raise WeakKeyError(f"key {name} has private members")
    kind = jwk.get("kty")
    # A JWK from outside can hold anything, also values that cannot be looked up.
    if not isinstance(kind, str) or kind not in _READERS:
        raise WeakKeyError(f"key {name} is of no type that is offered")
    reader, members = _READERS[kind]
    held = {member: jwk[member] for member in ("kty", "crv", *members) if member in jwk}
    try:
        values = [base64url_decode(held[member]) for member in members]
        key = reader.from_jwk(held)
    except (InvalidKeyError, KeyError, TypeError, ValueError) as error:
        raise WeakKeyError(f"key {name} is malformed") from error
    if kind == "RSA":
        _check_modulus(name, key.key_size, int.from_bytes(values[0]))
    elif kind == "OKP":
        _check_point(name, str(held["crv"]), values[0])
    else:
        _check_coordinates(name, str(held["crv"]), values)
    return key


def write_public_jwk(
    algorithm: Any,  # noqa: ANN401 - a PyJWT algorithm, or its class
    key: Any,  # noqa: ANN401 - a `cryptography` public key
) -> dict[str, str]:
    """Return the JWK of a public key: `kty` and the members that identify the key, no others."""
    jwk: dict[str, Any] = algorithm.to_jwk(key, as_dict=True)
    # RFC 7517 section 4.3: `key_ops` should not stand beside `use`.
    jwk.pop("key_ops", None)
    return jwk


def _check_modulus(name: str, bits: int, modulus: int) -> None:
    if bits < MIN_RSA_BITS:
        raise WeakKeyError(f"RSA key {name} has {bits} bits; at least {MIN_RSA_BITS} are needed")
    if modulus % 2 == 0:
        raise WeakKeyError(f"RSA key {name} has an even modulus")


def _check_coordinates(name: str, curve: str, values: list[bytes]) -> None:
    # No other curve is offered, so an unknown one has no coordinate in range.
    if any(int.from_bytes(value) >= _PRIMES.get(curve, 0) for value in values):
        raise WeakKeyError(f"{curve} key {name} has a coordinate out of range")


def _check_point(name: str, curve: str, encoded: bytes) -> None:
    prime, small_order = _EDWARDS[curve]
    sign_of_x = 1 << (8 * len(encoded) - 1)
    y = int.from_bytes(encoded, "little") & ~sign_of_x
    # RFC 8032 section 5.1.3 step 1: a larger y is another spelling of a smaller one.
    if y >= prime or y in small_order:
        raise WeakKeyError(f"{curve} key {name} is a weak point, or not in canonical form")
