"""A private key is validated when it is made and rotated in, and so not in each cold start."""

from dataclasses import replace
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.jwk import WeakKeyError
from token_service.domain.key_pairs import is_valid, make_key, public_half
from token_service.domain.keys import ANNOUNCE, PrivateKey, load_private
from token_service.domain.limits import DAY
from token_service.domain.rotation import RotationPolicy, Step

from tests.clock import SeededBytes
from tests.domain.key_world import KeyWorld
from tests.service import key_pair

RS256 = SigningAlgorithm.RS256


@cache
def inconsistent() -> rsa.RSAPrivateKey:
    """Return an RSA key whose CRT exponent is wrong; it parses, and only validation tells."""
    sound = load_pem_private_key(key_pair(RS256)[0].pem.encode(), password=None)
    assert isinstance(sound, rsa.RSAPrivateKey)
    n = sound.private_numbers()
    wrong = rsa.RSAPrivateNumbers(n.p, n.q, n.d, n.dmp1 - 2, n.dmq1, n.iqmp, n.public_numbers)
    return wrong.private_key(unsafe_skip_rsa_key_validation=True)


def damaged(key: PrivateKey) -> PrivateKey:
    """Return this key with an inconsistent PEM."""
    pem = inconsistent().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return replace(key, pem=pem.decode())


def test_a_cold_start_does_not_validate_the_key() -> None:
    """Validation takes about 30 ms, several times what all else about the key takes."""
    assert load_private(damaged(key_pair(RS256)[0])).kid == key_pair(RS256)[0].kid


def test_publishing_a_key_validates_it() -> None:
    """An inconsistent key gets no public half, and so nobody learns to trust it."""
    private = damaged(key_pair(RS256)[0])
    assert not is_valid(private)
    with pytest.raises(WeakKeyError):
        public_half(private, now=1)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_new_key_is_valid(algorithm: SigningAlgorithm) -> None:
    """Of each algorithm; and a PEM that is none, or another algorithm's, is not."""
    private, _ = make_key(algorithm, 1, SeededBytes(5))
    assert is_valid(private)
    assert not is_valid(replace(private, pem=private.pem[:-60]))
    other = RS256 if algorithm is SigningAlgorithm.ES256 else SigningAlgorithm.ES256
    assert not is_valid(replace(private, algorithm=other))


def test_making_a_key_validates_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the library made wrongly is not used."""
    monkeypatch.setattr(rsa, "generate_private_key", lambda *_: inconsistent())
    with pytest.raises(WeakKeyError):
        make_key(RS256, 1, SeededBytes(5))


@pytest.mark.parametrize("wait", [0, ANNOUNCE], ids=["on its way", "about to sign"])
def test_rotation_discards_a_damaged_next_key(wait: int) -> None:
    """The next key is validated in every run until it signs; a new one takes its place."""
    world = KeyWorld(policy=RotationPolicy(RS256))
    world.advance()
    world.now.advance(DAY)
    world.rotate()
    assert world.private.ring.next is not None
    bad = damaged(world.private.ring.next)
    world.private.ring = replace(world.private.ring, next=bad)
    world.now.advance(wait)
    steps = world.rotation().advance(replace(world.policy, max_age=DAY)).steps
    assert steps[:3] == (Step.DISCARDED, Step.MADE, Step.PUBLISHED)
    assert Step.PROMOTED not in steps
    assert world.private.ring.next is not None
    assert world.private.ring.next.kid != bad.kid
    assert is_valid(world.private.ring.next)
    assert bad.kid not in {key.kid for key in world.public.ring.keys}
