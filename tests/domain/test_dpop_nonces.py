"""Nonces of this server in DPoP proofs (RFC 9449 section 8)."""

import pytest
from token_service.domain.dpop import Proof, ProofVerifier
from token_service.domain.errors import InvalidProof, NonceRequired, Unavailable
from token_service.domain.server_nonces import SLOT, ServerNonces

from tests.clock import FrozenClock
from tests.memory_store import MemoryNonces
from tests.prover import Prover

URL = "https://api.example.test/orders"
SEED = b"s" * 32


def nonces_of(clock: FrozenClock, seed: bytes = SEED) -> ServerNonces:
    """As a function that has just started makes them."""
    return ServerNonces(lambda: seed, clock)


def test_a_nonce_is_good_for_a_slot_and_the_next() -> None:
    """5 to 10 minutes, in every copy of every function."""
    clock = FrozenClock(SLOT * 6_000_000)
    nonce = nonces_of(clock).current()
    for later, good in ((0, True), (SLOT - 1, True), (2 * SLOT - 1, True), (2 * SLOT, False)):
        other = FrozenClock(clock.at + later)
        assert nonces_of(other).accepts(nonce) is good
    assert not nonces_of(FrozenClock(clock.at - 1)).accepts(nonce)


def test_every_slot_has_another() -> None:
    """And nobody can tell the next from those before without the seed."""
    clock = FrozenClock()
    first = nonces_of(clock).current()
    assert nonces_of(clock, b"t" * 32).current() != first
    clock.advance(SLOT)
    assert nonces_of(clock).current() != first
    assert len(first) == 43


@pytest.mark.parametrize("text", ["", "x", "é", "\ud800", "A" * 43])
def test_others_are_refused(text: str) -> None:
    """Whatever a stranger writes there."""
    assert not nonces_of(FrozenClock()).accepts(text)


@pytest.fixture
def verifier() -> ProofVerifier:
    """One that requires nonces."""
    clock = FrozenClock()
    return ProofVerifier(MemoryNonces(), clock, nonces_of(clock))


def test_without_one_the_client_is_given_one(verifier: ProofVerifier) -> None:
    """The refusal holds the nonce that the next proof is accepted with."""
    prover = Prover(FrozenClock())
    for stale in (None, "stale"):
        prover.nonce = stale
        with pytest.raises(NonceRequired) as refusal:
            verifier.verify(Proof(prover.prove("POST", URL), "POST", URL))
        assert refusal.value.nonce == verifier.next_nonce()
    prover.nonce = refusal.value.nonce
    assert verifier.verify(Proof(prover.prove("POST", URL), "POST", URL)).jkt == prover.jkt


def test_a_bad_proof_is_given_none(verifier: ProofVerifier) -> None:
    """A nonce would not mend it."""
    prover = Prover(FrozenClock())
    with pytest.raises(InvalidProof):
        verifier.verify(Proof(prover.prove("GET", URL), "POST", URL))


@pytest.mark.parametrize("nonce", [None, 1, [], True])
def test_a_nonce_is_text(nonce: object) -> None:
    """Also where none is asked for."""
    prover = Prover(FrozenClock())
    verifier = ProofVerifier(MemoryNonces(), prover.now)
    with pytest.raises(InvalidProof):
        verifier.verify(Proof(prover.prove("POST", URL, nonce=nonce), "POST", URL))


def test_where_none_is_asked_for_an_old_one_does_no_harm() -> None:
    """A client goes on sending the last it was given when the operator turns them off."""
    prover = Prover(FrozenClock())
    prover.nonce = "of some time ago"
    verifier = ProofVerifier(MemoryNonces(), prover.now)
    assert verifier.verify(Proof(prover.prove("POST", URL), "POST", URL)).jkt == prover.jkt
    assert verifier.next_nonce() is None


def test_without_a_seed_nothing_is_known() -> None:
    """Neither yes nor no: the store did not answer, and is asked again."""
    answers: list[bytes] = []

    def load() -> bytes:
        if not answers:
            raise Unavailable
        return answers[0]

    nonces = ServerNonces(load, FrozenClock())
    with pytest.raises(Unavailable):
        nonces.accepts("x")
    answers.append(SEED)
    assert nonces.accepts(nonces.current())
    answers.clear()
    assert nonces.accepts(nonces.current())
