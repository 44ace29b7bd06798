"""Signing keys: what is refused at load, and how long a key is held."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from token_service.domain.algorithms import LoadedKey, SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.jwk import WeakKeyError
from token_service.domain.keys import (
    KEEP_RETIRED,
    KeyState,
    PrivateKey,
    PublicKey,
    SigningKeys,
    VerificationKeys,
    load_private,
    load_public,
)

from tests.client_keys import whole_jwk
from tests.clock import FrozenClock
from tests.domain.forge import sign
from tests.service import key_pair

RS256, PS256, ES256, EDDSA, ED25519 = SigningAlgorithm
RSA_1024 = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
P384 = ec.generate_private_key(ec.SECP384R1())
ED448 = ed448.Ed448PrivateKey.generate()
type AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_what_one_half_signs_the_other_verifies(algorithm: SigningAlgorithm) -> None:
    """A pair belongs together, and to nothing else."""
    private, public = (load_private(key_pair(algorithm)[0]), load_public(key_pair(algorithm)[1]))
    signature = sign(b"message", private)
    assert public.verifies(b"message", signature)
    assert not public.verifies(b"massage", signature)
    assert not public.verifies(b"message", signature[:-1])


@pytest.mark.parametrize(
    ("algorithm", "key"), [(RS256, RSA_1024), (PS256, RSA_1024), (ES256, P384), (EDDSA, ED448)]
)
def test_weak_keys_and_other_curves_are_refused(algorithm: SigningAlgorithm, key: AnyKey) -> None:
    """RSA below 2048 bits or another curve: neither signs nor verifies (item 44)."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    jwk = whole_jwk(LoadedKey("k", algorithm, key.public_key()))
    with pytest.raises(WeakKeyError):
        load_private(PrivateKey("k", algorithm, pem))
    with pytest.raises(WeakKeyError):
        load_public(PublicKey("k", algorithm, jwk, KeyState.CURRENT, 1))


@pytest.mark.parametrize("named", SigningAlgorithm)
@pytest.mark.parametrize("made_for", SigningAlgorithm)
def test_a_key_is_of_its_algorithm_s_type(
    named: SigningAlgorithm, made_for: SigningAlgorithm
) -> None:
    """A key published under an algorithm of another type is refused (item 43).

    RS256 and PS256 share their keys, and so do EdDSA and Ed25519; tokens under such a key still
    verify by its own alone.
    """
    private, public = key_pair(made_for)
    if named is made_for or {named, made_for} in ({RS256, PS256}, {EDDSA, ED25519}):
        assert load_private(private).kid == load_public(public).kid == private.kid
        return
    with pytest.raises(WeakKeyError):
        load_private(replace(private, algorithm=named))
    with pytest.raises(WeakKeyError):
        load_public(replace(public, algorithm=named))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_published_key_has_public_members_only(algorithm: SigningAlgorithm) -> None:
    """What the JWKS shows: how to verify, and nothing to sign with (item 54)."""
    shown = key_pair(algorithm)[1].published()
    members = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}[shown["kty"]]
    assert set(shown) == members | {"kty", "kid", "alg", "use"}
    assert (shown["alg"], shown["use"]) == (algorithm, "sig")


def test_a_private_key_is_not_shown() -> None:
    """Neither logs nor tracebacks hold it (item 78)."""
    private = key_pair(ES256)[0]
    assert "PRIVATE" not in repr(private)
    assert "key=" not in repr(load_private(private))


class Keys:
    """A place that publishes keys, counts reads and can be down."""

    def __init__(self, *keys: PublicKey) -> None:
        self.keys, self.reads, self.down = keys, 0, False

    def load(self) -> tuple[PublicKey, ...]:
        """The keys, if it is up."""
        self.reads += 1
        if self.down:
            raise Unavailable
        return self.keys


OURS, OTHER = key_pair(ES256)[1], replace(key_pair(EDDSA)[1], kid="other")
ALIEN = "no-such-kid"


def named(kid: str) -> PublicKey:
    """Our key under another id."""
    return replace(OURS, kid=kid)


def test_keys_are_read_when_first_asked_for_and_every_5_minutes(now: FrozenClock) -> None:
    """No read at import, one at first use, the next after 300 seconds."""
    source = Keys(OURS)
    keys = VerificationKeys(source.load, now)
    assert source.reads == 0
    for seconds, reads in ((0, 1), (299, 1), (1, 2), (299, 2), (1, 3)):
        now.advance(seconds)
        assert keys.find(OURS.kid)
        assert keys.published() == (OURS,)
        assert source.reads == reads


def test_a_retired_key_stops_verifying_within_5_minutes(now: FrozenClock) -> None:
    """Once it is no longer published it is no longer found (item 53)."""
    source = Keys(OURS, named("old"))
    keys = VerificationKeys(source.load, now)
    assert keys.find("old")
    source.keys = (OURS,)
    now.advance(300)
    assert keys.find("old") is None


@pytest.mark.parametrize("down", [False, True])
def test_a_key_over_its_time_neither_verifies_nor_is_shown(now: FrozenClock, *, down: bool) -> None:
    """Even if the keyring lists it still, or cannot be read again (item 53)."""
    old = replace(named("old"), state=KeyState.PREVIOUS, retired_at=now() - KEEP_RETIRED + 1)
    source = Keys(OURS, old)
    keys = VerificationKeys(source.load, now)
    assert keys.find("old")
    assert keys.published() == (OURS, old)
    now.advance(1)
    source.down = down
    assert keys.find("old") is None
    assert keys.published() == (OURS,)
    if not down:
        assert VerificationKeys(source.load, now).find("old") is None


def test_a_withdrawn_key_neither_verifies_nor_is_shown(now: FrozenClock) -> None:
    """It is on record alone, and a next key is known like any other (items 53, 54)."""
    states = (KeyState.WITHDRAWN, KeyState.NEXT, KeyState.PREVIOUS)
    source = Keys(OURS, *(replace(named(state), state=state, retired_at=None) for state in states))
    keys = VerificationKeys(source.load, now)
    assert keys.find(KeyState.WITHDRAWN) is None
    assert keys.find(KeyState.NEXT)
    assert [key.kid for key in keys.published()] == [OURS.kid, "next", "previous"]


def test_an_unknown_kid_costs_a_read_a_minute_at_most(now: FrozenClock) -> None:
    """However many strangers' kids arrive, the store is asked once a minute (item 55)."""
    source = Keys(OURS)
    keys = VerificationKeys(source.load, now)
    assert keys.find(OURS.kid)
    for seconds, reads in ((0, 1), (59, 1), (1, 2), (1, 2), (58, 2), (1, 3)):
        now.advance(seconds)
        for n in range(50):
            assert keys.find(f"{ALIEN}{n}") is None
        assert source.reads == reads


def test_a_new_key_is_known_within_a_minute(now: FrozenClock) -> None:
    """A token signed by a key published since is not refused for longer than that (item 53)."""
    source = Keys(OURS)
    keys = VerificationKeys(source.load, now)
    assert keys.find(OURS.kid)
    source.keys = (OURS, named("new"))
    now.advance(60)
    assert keys.find("new")


def test_an_outage_keeps_the_keys_that_are_held(now: FrozenClock) -> None:
    """Keys once read stay true, asked for again only every 5 minutes, until the store is back."""
    source = Keys(OURS)
    keys = VerificationKeys(source.load, now)
    assert keys.find(OURS.kid)
    source.down = True
    for reads in (2, 3):
        now.advance(300)
        for _ in range(5):
            assert keys.find(OURS.kid)
        assert source.reads == reads
    source.down, source.keys = False, (OURS, OTHER)
    now.advance(300)
    assert keys.published() == (OURS, OTHER)


def test_without_any_key_an_outage_is_an_outage(now: FrozenClock) -> None:
    """Before the first read nothing is known, so nothing is refused or accepted; then it works."""
    source = Keys(OURS)
    source.down = True
    keys = VerificationKeys(source.load, now)
    for ask in (lambda: keys.find(OURS.kid), keys.published):
        with pytest.raises(Unavailable):
            ask()
    source.down = False
    assert keys.find(OURS.kid)


def test_the_signing_key_is_held_for_5_minutes(now: FrozenClock) -> None:
    """Rotation reaches a warm function by the first token after 300 seconds."""
    current, reads = [key_pair(ES256)[0]], list[int]()

    def load() -> PrivateKey:
        reads.append(now())
        if not current:
            raise Unavailable
        return current[0]

    keys = SigningKeys(load, now)
    for seconds, count in ((0, 1), (299, 1), (1, 2)):
        now.advance(seconds)
        assert keys.current().kid == current[0].kid
        assert len(reads) == count
    current[0] = key_pair(EDDSA)[0]
    now.advance(299)
    assert keys.current().algorithm is ES256
    now.advance(1)
    assert keys.current().algorithm is EDDSA


def test_an_outage_does_not_stop_signing_for_two_hours(now: FrozenClock) -> None:
    """The key that is held signs on; but not so long that its tokens might outlive it (item 53)."""
    private, up = key_pair(ES256)[0], [True]

    def load() -> PrivateKey:
        if not up[0]:
            raise Unavailable
        return private

    keys = SigningKeys(load, now)
    keys.current()
    up[0] = False
    with pytest.raises(Unavailable):
        SigningKeys(load, now).current()
    for _ in range(23):
        now.advance(300)
        assert keys.current().kid == private.kid
    now.advance(300)
    for _ in range(2):
        with pytest.raises(Unavailable):
            keys.current()
    up[0] = True
    assert keys.current().kid == private.kid


@pytest.mark.parametrize("jwk", [{}, {"kty": "EC"}, {**OURS.jwk, "x": "AAAA"}], ids=" ".join)
def test_unusable_published_key_means_unavailable(now: FrozenClock, jwk: dict[str, str]) -> None:
    """Its tokens may be good, so nothing is claimed; a process that knew the keys goes on."""
    source = Keys(OURS, replace(OTHER, algorithm=ES256, jwk=jwk))
    keys = VerificationKeys(source.load, now)
    for kid in (OURS.kid, OTHER.kid, ALIEN):
        with pytest.raises(Unavailable, match=r"^damaged published signing key: key other "):
            keys.find(kid)
    source.keys = (OURS,)
    assert keys.find(OURS.kid)
    source.keys = (OURS, replace(OTHER, algorithm=ES256, jwk=jwk))
    now.advance(300)
    assert keys.find(OURS.kid)
    assert keys.find(OTHER.kid) is None


def test_unusable_signing_key_means_unavailable(now: FrozenClock) -> None:
    """The error names the key and quotes nothing of it; a process with a key signs on."""
    private = key_pair(ES256)[0]
    current = [replace(private, pem="planted-value")]
    keys = SigningKeys(lambda: current[0], now)
    with pytest.raises(Unavailable, match=r"^damaged signing secret: key ") as caught:
        keys.current()
    assert "planted" not in str(caught.value)
    current[0] = private
    assert keys.current().kid == private.kid
    current[0] = replace(private, pem="planted-value")
    now.advance(300)
    assert keys.current().kid == private.kid
