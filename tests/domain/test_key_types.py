"""Our keys and signatures are those of another implementation, and broken ones are told apart."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from jwt.algorithms import Algorithm, get_default_algorithms
from token_service.domain.algorithms import ALGORITHMS, SigningAlgorithm, WeakKeyError, load_jwk

from tests.client_keys import client_jwk, client_key

MESSAGE = b"header.payload"
TYPES = {"RSA": ("n", "e"), "EC": ("x", "y"), "OKP": ("x",)}


def theirs(algorithm: SigningAlgorithm) -> Algorithm:
    """PyJWT's, which knows Ed25519 by its older name."""
    return get_default_algorithms()[
        "EdDSA" if algorithm is SigningAlgorithm.ED25519 else algorithm.value
    ]


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_what_we_sign_others_verify_and_the_other_way_round(algorithm: SigningAlgorithm) -> None:
    """By a key that went through its JWK on either side."""
    private, jwk = client_key(algorithm), client_jwk(algorithm)
    their_key = theirs(algorithm).from_jwk(json.dumps(jwk))
    our_key = load_jwk("k", algorithm, jwk)
    assert theirs(algorithm).verify(MESSAGE, their_key, private.sign(MESSAGE))
    signature = theirs(algorithm).sign(MESSAGE, private.key)
    assert our_key.verifies(MESSAGE, signature)
    assert not our_key.verifies(MESSAGE + b"!", signature)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_jwk_is_written_as_others_write_it(algorithm: SigningAlgorithm) -> None:
    """To the last character: thumbprints are made of it (RFC 7638)."""
    public = client_key(algorithm).key.public_key()
    expected = theirs(algorithm).to_jwk(public, as_dict=True)
    assert ALGORITHMS[algorithm].jwk(public) == {
        name: value for name, value in expected.items() if name != "key_ops"
    }


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@given(signature=some.binary(max_size=600))
def test_no_bytes_are_a_signature(algorithm: SigningAlgorithm, signature: bytes) -> None:
    """Whatever their length: False, and never a fault."""
    public = load_jwk("k", algorithm, client_jwk(algorithm))
    assert not public.verifies(MESSAGE, signature)


@pytest.mark.parametrize("number", [0, 2**256 - 1])
@pytest.mark.parametrize("half", [0, 1])
def test_numbers_off_the_curve_are_no_signature(half: int, number: int) -> None:
    """Zero above all: a verifier that takes it believes anything (CVE-2022-21449)."""
    halves = [b"\x01" * 32, b"\x01" * 32]
    halves[half] = number.to_bytes(32)
    public = load_jwk("k", SigningAlgorithm.ES256, client_jwk())
    assert not public.verifies(MESSAGE, b"".join(halves))


BROKEN: list[Any] = ["", "!", "AQ", 1, None, ["AQAB"], "ü", "A" * 2000]


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize("value", BROKEN, ids=repr)
def test_a_broken_jwk_is_refused_as_such(algorithm: SigningAlgorithm, value: object) -> None:
    """A DPoP proof brings its own: whatever is in it, a refusal and never a fault."""
    jwk = client_jwk(algorithm)
    for member in TYPES[jwk["kty"]]:
        with pytest.raises(WeakKeyError):
            load_jwk("k", algorithm, jwk | {member: value})
        with pytest.raises(WeakKeyError):
            load_jwk("k", algorithm, {name: jwk[name] for name in jwk if name != member})


def test_a_point_off_the_curve_is_no_key() -> None:
    """Such keys have been used to find out private ones."""
    jwk = client_jwk()
    with pytest.raises(WeakKeyError):
        load_jwk("k", SigningAlgorithm.ES256, jwk | {"x": jwk["y"], "y": jwk["x"]})
