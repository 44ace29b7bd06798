"""Ed25519 public keys with which anybody can sign, and JWKs of other weak keys."""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from token_service.domain.algorithms import SigningAlgorithm

from tests.client_keys import client_jwk
from tests.domain.forge import decode, encode

RS256, PS256, ES256, EDDSA, ED25519 = SigningAlgorithm
P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
P25519 = 2**255 - 19

# The eight points of order 1, 2, 4 and 8, in canonical form. The list is that of libsodium
# (`ge25519_has_small_order`), and of "Taming the many EdDSAs" by Chalkias, Garillot and Nikolaenko.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
# The same points in other spellings (same sources): y is not below the prime, or x is a negative 0.
OTHER_SPELLINGS = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
# Every other y that is not below the prime, with either sign of x (RFC 8032 section 5.1.3).
NOT_CANONICAL = [
    (y | sign << 255).to_bytes(32, "little").hex()
    for y in range(P25519 + 2, 2**255)
    for sign in (0, 1)
]
# A signature whose R is the neutral element and whose S is 0.
ANYBODYS_SIGNATURE = bytes.fromhex(SMALL_ORDER[0]) + bytes(32)


def point(encoded: str) -> dict[str, str]:
    """Return the JWK of an Ed25519 public key, from hexadecimal."""
    return {"kty": "OKP", "crv": "Ed25519", "x": encode(bytes.fromhex(encoded))}


def accepts_forgery(encoded: str, message: bytes) -> bool:
    """Whether the library alone takes anybody's signature for this key's."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(encoded))
    try:
        key.verify(ANYBODYS_SIGNATURE, message)
    except InvalidSignature:
        return False
    return True


def rsa_jwk(bits: int) -> dict[str, str]:
    """Return the JWK of an RSA key of this size."""
    numbers = generate_private_key(65537, bits).public_key().public_numbers()
    return {"kty": "RSA", "n": encode(numbers.n.to_bytes((bits + 7) // 8)), "e": "AQAB"}


def _changed(algorithm: SigningAlgorithm, member: str, value: str) -> dict[str, Any]:
    return client_jwk(algorithm) | {member: value}


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def respelled(value: str) -> list[str]:
    """Return spellings of a base64url value that lenient decoders take for the same bytes."""
    # The last character of a canonical value has these many low bits that are zero.
    spare_bits = {2: 4, 3: 2}.get(len(value) % 4, 0)
    last = ALPHABET.index(value[-1])
    return [
        f"{value}=",
        f"{value}==",
        f"{value}\n",
        f" {value}",
        f"!{value}",
        f"{value[:7]}*{value[7:]}",
        f"{value[:7]}\u00e9{value[7:]}",
        *(value[:-1] + ALPHABET[last + bits] for bits in range(1, 2**spare_bits)),
    ]


def weak_keys() -> dict[str, tuple[SigningAlgorithm, dict[str, Any]]]:
    """Return weak and malformed JWKs by what is wrong with them."""
    found: dict[str, tuple[SigningAlgorithm, dict[str, Any]]] = {}
    for kind, points in (
        ("small order", SMALL_ORDER),
        ("other spelling", OTHER_SPELLINGS),
        ("not canonical", NOT_CANONICAL),
    ):
        found |= {f"{kind} {encoded}": (EDDSA, point(encoded)) for encoded in points}
    found |= {
        f"{algorithm} of 1024 bits": (algorithm, rsa_jwk(1024)) for algorithm in (RS256, PS256)
    }
    found["2040 bits"] = (RS256, rsa_jwk(2040))
    found["4104 bits"] = (RS256, rsa_jwk(4104))
    modulus = int.from_bytes(decode(client_jwk(RS256)["n"]))
    found["even modulus"] = (RS256, _changed(RS256, "n", encode((modulus - 1).to_bytes(256))))
    found["exponent of 1"] = (RS256, _changed(RS256, "e", "AQ"))
    found["even exponent"] = (RS256, _changed(RS256, "e", "Ag"))
    found |= _off_the_curve()
    for algorithm in SigningAlgorithm:
        jwk = client_jwk(algorithm)
        for member in {"RSA": ("n", "e"), "EC": ("x", "y"), "OKP": ("x",)}[jwk["kty"]]:
            for number, other in enumerate(respelled(jwk[member]), 1):
                found[f"{algorithm} {member} respelled {number}"] = (
                    algorithm,
                    jwk | {member: other},
                )
        for member in ("d", "p", "q", "dp", "dq", "qi", "oth", "k"):
            found[f"{algorithm} with {member}"] = (algorithm, jwk | {member: "AQAB"})
    return found


def _off_the_curve() -> dict[str, tuple[SigningAlgorithm, dict[str, Any]]]:
    jwk = client_jwk(ES256)
    x, edwards = decode(jwk["x"]), decode(client_jwk(EDDSA)["x"])
    # The point of P-256 with x = 0; `cryptography` takes x + p for x.
    root = pow(
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, (P256 + 1) // 4, P256
    )
    zero = {
        "kty": "EC",
        "crv": "P-256",
        "x": encode(P256.to_bytes(32)),
        "y": encode(root.to_bytes(32)),
    }
    return {
        "coordinates exchanged": (ES256, jwk | {"x": jwk["y"], "y": jwk["x"]}),
        "not on the curve": (ES256, _changed(ES256, "x", encode(bytes(31) + b"\1"))),
        "coordinate of 31 bytes": (ES256, _changed(ES256, "x", encode(x[1:]))),
        "coordinate of 33 bytes": (ES256, _changed(ES256, "x", encode(b"\0" + x))),
        "coordinate not below the prime": (ES256, zero),
        "Ed25519 of 31 bytes": (EDDSA, _changed(EDDSA, "x", encode(edwards[1:]))),
        "Ed25519 of 33 bytes": (EDDSA, _changed(EDDSA, "x", encode(edwards + b"\0"))),
    }
