"""Weak and malformed JWKs are refused at registration, at load and in proofs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from token_service.domain.algorithms import SigningAlgorithm, load_jwk
from token_service.domain.client_keys import ClientKeyError, fitting_keys, read_jwks
from token_service.domain.dpop import Proof, ProofVerifier
from token_service.domain.errors import InvalidProof
from token_service.domain.jwk import WeakKeyError
from token_service.domain.keys import KeyState, PublicKey, load_public

from tests.client_keys import client_jwk, client_key
from tests.clock import FrozenClock
from tests.domain.forge import encode, sign
from tests.domain.weak_keys import (
    ANYBODYS_SIGNATURE,
    SMALL_ORDER,
    accepts_forgery,
    point,
    rsa_jwk,
    weak_keys,
)
from tests.memory_store import MemoryNonces
from tests.prover import Prover

MESSAGE = b"header.payload"
MEMBERS = {"RSA": ("n", "e"), "EC": ("x", "y"), "OKP": ("x",)}
WEAK = weak_keys()
URL = "https://api.example.test/orders"


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_jwk_verifies_its_private_half_alone(algorithm: SigningAlgorithm) -> None:
    """The signature of these bytes by this key, and no other."""
    public = load_jwk("k", algorithm, client_jwk(algorithm))
    assert public.verifies(MESSAGE, sign(MESSAGE, client_key(algorithm)))
    assert not public.verifies(MESSAGE + b"!", sign(MESSAGE, client_key(algorithm)))
    assert not public.verifies(MESSAGE, sign(MESSAGE, client_key(algorithm, 2)))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_jwk_is_written_as_it_was_read(algorithm: SigningAlgorithm) -> None:
    """Thumbprints are made of these members, so no other may appear (RFC 7638)."""
    jwk = client_jwk(algorithm)
    identifying = {name: jwk[name] for name in ("kty", "crv", *MEMBERS[jwk["kty"]]) if name in jwk}
    assert load_jwk("k", algorithm, jwk).public_jwk() == identifying


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@given(signature=some.binary(max_size=600))
def test_no_bytes_are_a_signature(algorithm: SigningAlgorithm, signature: bytes) -> None:
    """A wrong signature of any length is False, and never an error."""
    public = load_jwk("k", algorithm, client_jwk(algorithm))
    assert not public.verifies(MESSAGE, signature)


@pytest.mark.parametrize("number", [0, 2**256 - 1])
@pytest.mark.parametrize("half", [0, 1])
def test_numbers_out_of_range_are_no_signature(half: int, number: int) -> None:
    """A verifier that accepts zero accepts any message (CVE-2022-21449)."""
    halves = [b"\x01" * 32, b"\x01" * 32]
    halves[half] = number.to_bytes(32)
    public = load_jwk("k", SigningAlgorithm.ES256, client_jwk())
    assert not public.verifies(MESSAGE, b"".join(halves))


BROKEN: list[Any] = ["", "!", "AQ", 1, None, ["AQAB"], "ü", "\ud800", {}, True, "A" * 2000]


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize("value", BROKEN, ids=repr)
def test_a_malformed_member_is_refused(algorithm: SigningAlgorithm, value: object) -> None:
    """A DPoP proof brings its own JWK: any value in it is a refusal, and never an error."""
    jwk = client_jwk(algorithm)
    for member in MEMBERS[jwk["kty"]]:
        with pytest.raises(WeakKeyError):
            load_jwk("k", algorithm, jwk | {member: value})
        with pytest.raises(WeakKeyError):
            load_jwk("k", algorithm, {name: jwk[name] for name in jwk if name != member})


@pytest.mark.parametrize("name", ["kty", "crv"])
@pytest.mark.parametrize("value", [None, 1, [], {}, ["RSA"], "", "oct", "P-384", "Ed448", "X25519"])
def test_another_type_is_refused(name: str, value: object) -> None:
    """Each algorithm has one key type and one curve."""
    for algorithm in (SigningAlgorithm.ES256, SigningAlgorithm.EDDSA):
        with pytest.raises(WeakKeyError):
            load_jwk("k", algorithm, client_jwk(algorithm) | {name: value})


@pytest.mark.parametrize("wrong", WEAK)
def test_a_weak_key_is_not_loaded(wrong: str) -> None:
    """Neither a client's key nor one of our own, whoever wrote it into the store."""
    algorithm, jwk = WEAK[wrong]
    assert not list(fitting_keys((jwk,), algorithm, None))
    with pytest.raises(WeakKeyError):
        load_public(PublicKey("k", algorithm, jwk, KeyState.CURRENT, 1))


@pytest.mark.parametrize("wrong", WEAK)
def test_a_weak_key_is_not_registered(wrong: str) -> None:
    """A client is told at once, and by a sentence that quotes no key."""
    _, jwk = WEAK[wrong]
    with pytest.raises(ClientKeyError) as caught:
        read_jwks(json.dumps({"keys": [client_jwk(number=2), jwk]}))
    assert str(caught.value).isascii()


def test_keys_at_the_limits_are_strong() -> None:
    """The smallest and the largest modulus, and a leading zero that some libraries write."""
    for bits in (2048, 4096):
        load_jwk("k", SigningAlgorithm.RS256, rsa_jwk(bits))
    jwk = rsa_jwk(2048)
    padded = load_jwk("k", SigningAlgorithm.RS256, jwk | {"e": encode(b"\0\1\0\1")})
    assert padded.public_jwk() == jwk


@pytest.mark.parametrize("encoded", SMALL_ORDER)
def test_a_proof_that_anybody_can_sign_is_refused(encoded: str) -> None:
    """The library verifies the signature; only the check of the key refuses the proof."""
    prover = Prover(FrozenClock(), SigningAlgorithm.EDDSA)
    verifier = ProofVerifier(MemoryNonces(), prover.now)
    header = {"jwk": point(encoded)}
    for _ in range(500):
        signed = prover.prove("POST", URL, header=header).rpartition(".")[0]
        if accepts_forgery(encoded, signed.encode()):
            break
    else:
        pytest.fail("no forgery found")
    with pytest.raises(InvalidProof):
        verifier.verify(Proof(f"{signed}.{encode(ANYBODYS_SIGNATURE)}", "POST", URL))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_proof_with_a_respelled_key_is_refused(algorithm: SigningAlgorithm) -> None:
    """The signature is the key's own, so only the spelling is wrong."""
    prover = Prover(FrozenClock(), algorithm)
    verifier = ProofVerifier(MemoryNonces(), prover.now)
    member = MEMBERS[prover.jwk["kty"]][0]
    for other in (f"{prover.jwk[member]}=", f"{prover.jwk[member]}\n", f"!{prover.jwk[member]}"):
        text = prover.prove("POST", URL, header={"jwk": prover.jwk | {member: other}})
        with pytest.raises(InvalidProof):
            verifier.verify(Proof(text, "POST", URL))
