"""The kinds of keys behind the algorithms, as JWKs have them (RFC 7518 section 6, RFC 8037).

Each signs and verifies, and goes from a JWK to a key and back. A malformed JWK is a ValueError,
TypeError or KeyError; a wrong signature is False and nothing else.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

type Jwk = Mapping[str, Any]

# Of P-256: one coordinate of a point, one half of a signature.
_COORDINATE = 32


class KeyType(Protocol):
    """What an algorithm does with its keys; their classes are those of `cryptography`."""

    def holds(self, key: object) -> bool:
        """Whether this is a private key of this kind."""
        ...

    def public_key(self, jwk: Jwk) -> Any:  # noqa: ANN401 - its class depends on the kind
        """The public key of a JWK; its private members are not looked at."""
        ...

    def jwk(self, public_key: Any) -> dict[str, str]:  # noqa: ANN401 - see above
        """A public key's JWK, without its id and use."""
        ...

    def sign(self, private_key: Any, message: bytes) -> bytes:  # noqa: ANN401 - see above
        """The signature, as a JWS has it."""
        ...

    def verifies(self, public_key: Any, message: bytes, signature: bytes) -> bool:  # noqa: ANN401 - see above
        """Whether the signature is the private half's."""
        ...


class Rsa:
    """RSA with SHA-256, under one of its two paddings (RFC 7518 sections 3.3 and 3.5)."""

    def __init__(self, how: padding.AsymmetricPadding) -> None:
        """`how` a digest is padded."""
        self._padding = how
        self._hash = SHA256()

    def holds(self, key: object) -> bool:
        """Whether this is a private RSA key."""
        return isinstance(key, rsa.RSAPrivateKey)

    def public_key(self, jwk: Jwk) -> rsa.RSAPublicKey:
        """From modulus and exponent."""
        return rsa.RSAPublicNumbers(_integer(jwk["e"]), _integer(jwk["n"])).public_key()

    def jwk(self, public_key: rsa.RSAPublicKey) -> dict[str, str]:
        """Modulus and exponent."""
        numbers = public_key.public_numbers()
        return {"kty": "RSA", "n": _minimal(numbers.n), "e": _minimal(numbers.e)}

    def sign(self, private_key: rsa.RSAPrivateKey, message: bytes) -> bytes:
        """As long as the modulus."""
        return private_key.sign(message, self._padding, self._hash)

    def verifies(self, public_key: rsa.RSAPublicKey, message: bytes, signature: bytes) -> bool:
        """Whether the signature is the private half's."""
        try:
            public_key.verify(signature, message, self._padding, self._hash)
        except InvalidSignature:
            return False
        return True


class P256:
    """ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4)."""

    def __init__(self) -> None:
        """One curve, one digest."""
        self._how = ec.ECDSA(SHA256())

    def holds(self, key: object) -> bool:
        """Whether this is a private key on this curve and no other."""
        return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)

    def public_key(self, jwk: Jwk) -> ec.EllipticCurvePublicKey:
        """From the two coordinates, which must be whole and on the curve."""
        x, y = _decode(jwk["x"]), _decode(jwk["y"])
        if not len(x) == len(y) == _COORDINATE:
            raise ValueError("a coordinate of P-256 has 32 bytes")
        numbers = (int.from_bytes(x), int.from_bytes(y))
        return ec.EllipticCurvePublicNumbers(*numbers, ec.SECP256R1()).public_key()

    def jwk(self, public_key: ec.EllipticCurvePublicKey) -> dict[str, str]:
        """The curve and the two coordinates."""
        numbers = public_key.public_numbers()
        x, y = (_encode(one.to_bytes(_COORDINATE)) for one in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def sign(self, private_key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
        """Two numbers of 32 bytes, not DER."""
        r, s = decode_dss_signature(private_key.sign(message, self._how))
        return r.to_bytes(_COORDINATE) + s.to_bytes(_COORDINATE)

    def verifies(
        self, public_key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes
    ) -> bool:
        """Whether the signature is the private half's."""
        if len(signature) != 2 * _COORDINATE:
            return False
        r, s = signature[:_COORDINATE], signature[_COORDINATE:]
        encoded = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        try:
            public_key.verify(encoded, message, self._how)
        except InvalidSignature:
            return False
        return True


class Ed25519:
    """EdDSA on Curve25519 (RFC 8037)."""

    def holds(self, key: object) -> bool:
        """Whether this is a private key on this curve and no other."""
        return isinstance(key, ed25519.Ed25519PrivateKey)

    def public_key(self, jwk: Jwk) -> ed25519.Ed25519PublicKey:
        """From its 32 bytes."""
        return ed25519.Ed25519PublicKey.from_public_bytes(_decode(jwk["x"]))

    def jwk(self, public_key: ed25519.Ed25519PublicKey) -> dict[str, str]:
        """The curve and the key's bytes."""
        return {"kty": "OKP", "crv": "Ed25519", "x": _encode(public_key.public_bytes_raw())}

    def sign(self, private_key: ed25519.Ed25519PrivateKey, message: bytes) -> bytes:
        """64 bytes."""
        return private_key.sign(message)

    def verifies(
        self, public_key: ed25519.Ed25519PublicKey, message: bytes, signature: bytes
    ) -> bool:
        """Whether the signature is the private half's."""
        try:
            public_key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _integer(member: str) -> int:
    """A Base64urlUInt (RFC 7518 section 2)."""
    return int.from_bytes(_decode(member))


def _minimal(number: int) -> str:
    """The same back, in as few bytes as it has."""
    return _encode(number.to_bytes((number.bit_length() + 7) // 8))


def _decode(member: str) -> bytes:
    return urlsafe_b64decode(member + "=" * (-len(member) % 4))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
