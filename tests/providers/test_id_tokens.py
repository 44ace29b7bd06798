"""Which keys and headers verify an ID token (OpenID Connect Core sections 3.1.3.7 and 10.1)."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from token_service.domain.openid import Exchange, ProviderRefusedError
from token_service.providers.openid import OpenIdRelyingParty

from tests.clock import FrozenClock
from tests.domain.forge import encode
from tests.domain.weak_keys import ANYBODYS_SIGNATURE, SMALL_ORDER, accepts_forgery, point
from tests.openid_world import (
    CALLBACK,
    CLIENT_SECRET,
    ISSUER,
    KEY,
    Provider,
    ProviderKey,
    ok,
    provider,
)

RSA_1024 = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
WRONG_TYPES: tuple[object, ...] = (True, "1", [], {})
KINDS: dict[str, Any] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), KEY.private),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.fixture
def world() -> Provider:
    """An honest provider."""
    return Provider(FrozenClock())


def subject(world: Provider) -> str:
    """Exchange the code with the provider's keys read afresh."""
    party = OpenIdRelyingParty(world, world.clock)
    exchange = Exchange("code", CALLBACK, "nonce", "v" * 43)
    return party.identity(provider(), CLIENT_SECRET, exchange).subject


def assert_refused(world: Provider) -> None:
    """The ID token proves nothing."""
    with pytest.raises(ProviderRefusedError):
        subject(world)


def sign_with(world: Provider, key: ProviderKey, *others: ProviderKey, **header: object) -> None:
    """Publish this key and the others, and sign with this one."""
    world.published, world.signing_key = [key, *others], key
    world.header = {"alg": key.algorithm, "kid": key.kid} | header
    world.header = {name: value for name, value in world.header.items() if value is not None}


@pytest.mark.parametrize("algorithm", KINDS)
@pytest.mark.parametrize("alg", [True, False], ids=["with alg", "without alg"])
def test_each_algorithm_of_providers(world: Provider, algorithm: str, *, alg: bool) -> None:
    """The JWK may name its algorithm, or leave it to the token."""
    members = {"alg": algorithm} if alg else {}
    sign_with(world, ProviderKey("one", algorithm, KINDS[algorithm], members))
    assert subject(world) == "sub-1"


def test_ed448_is_eddsa_as_well(world: Provider) -> None:
    """RFC 8037 has one name for both curves."""
    sign_with(world, ProviderKey("one", "EdDSA", ed448.Ed448PrivateKey.generate()))
    assert subject(world) == "sub-1"


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": []},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"alg": ["RS256"]},
        {"kid": "other"},
        {"kid": 1},
        {"d": "AQAB"},
        {"k": "AQAB"},
        {"e": "AQAB="},
        {"e": "AQ!AB"},
        {"n": KEY.jwk()["n"] + "\n"},
    ],
    ids=" ".join,
)
def test_a_key_for_something_else_verifies_nothing(
    world: Provider, members: dict[str, Any]
) -> None:
    """It is skipped for its use, its algorithm, its kid, its private members or its spelling."""
    sign_with(world, ProviderKey("one", private=KEY.private, members=members))
    assert_refused(world)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_key_of_1024_bits_verifies_nothing(world: Provider) -> None:
    """Its signature is right, and the key is weak."""
    sign_with(world, ProviderKey("one", private=RSA_1024))
    assert_refused(world)


@pytest.mark.parametrize("encoded", SMALL_ORDER)
def test_a_key_of_small_order_verifies_nothing(world: Provider, encoded: str) -> None:
    """Anybody could sign for it."""
    world.answers[f"{ISSUER}/keys"] = ok({"keys": [point(encoded) | {"kid": "one"}]})
    now = world.clock()
    claims = {"iss": ISSUER, "aud": provider().client_id, "sub": "x", "nonce": "nonce"}
    for jti in range(500):
        body = json.dumps(claims | {"iat": now, "exp": now + 60, "jti": jti})
        head = json.dumps({"alg": "EdDSA", "kid": "one"})
        signed = f"{encode(head.encode())}.{encode(body.encode())}"
        if accepts_forgery(encoded, signed.encode()):
            break
    else:
        pytest.fail("no forgery found")
    answer = {"access_token": "at-1", "id_token": f"{signed}.{encode(ANYBODYS_SIGNATURE)}"}
    world.answers[f"{ISSUER}/token"] = ok(answer)
    assert_refused(world)


@pytest.mark.parametrize("encoded", ["01" + "00" * 56, "00" * 57, "00" * 56 + "80"])
def test_a_key_of_small_order_on_ed448_is_skipped(world: Provider, encoded: str) -> None:
    """A single other key is then the only one, so a token without a kid is verified with it."""
    weak = {"kty": "OKP", "crv": "Ed448", "x": encode(bytes.fromhex(encoded))}
    world.answers[f"{ISSUER}/keys"] = ok({"keys": [weak, KEY.jwk()]})
    world.header = {"alg": "RS256"}
    assert subject(world) == "sub-1"


def test_a_token_without_a_kid(world: Provider) -> None:
    """It is verified if the provider has one key, and refused if it has several."""
    other = ProviderKey("two", "ES256", KINDS["ES256"])
    sign_with(world, KEY, kid=None)
    assert subject(world) == "sub-1"
    sign_with(world, KEY, other, kid=None)
    assert_refused(world)
    sign_with(world, ProviderKey(None, private=KEY.private), other, kid=None)
    assert_refused(world)


def test_two_keys_of_one_kid(world: Provider) -> None:
    """The algorithm tells them apart."""
    other = ProviderKey("one", "ES256", KINDS["ES256"])
    sign_with(world, other, KEY)
    assert subject(world) == "sub-1"
    sign_with(world, KEY, other)
    assert subject(world) == "sub-1"


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "\ud800"},
        {"crit": []},
        {"crit": ["exp"], "exp": 1},
        {"zip": "DEF"},
    ],
    ids=str,
)
def test_headers_that_are_refused(world: Provider, header: dict[str, Any]) -> None:
    """Extensions, and a kid of no key, even on a token that the provider signed."""
    sign_with(world, KEY, **header)
    assert_refused(world)


@pytest.mark.parametrize("typ", ["JWT", "jwt", "id_token+jwt", 7])
def test_a_provider_may_write_any_type(world: Provider, typ: object) -> None:
    """OpenID Connect gives ID tokens no type of their own."""
    sign_with(world, KEY, typ=typ)
    assert subject(world) == "sub-1"


@pytest.mark.parametrize("segment", range(3))
@pytest.mark.parametrize("change", ["{s}=", "{s}==", "{s}\n", " {s}", "{s}.", "{s}A", "", "{s}é"])
def test_each_segment_has_one_spelling(world: Provider, segment: int, change: str) -> None:
    """As of our own tokens."""
    world.respell = lambda token: ".".join(
        change.replace("{s}", part) if i == segment else part
        for i, part in enumerate(token.split("."))
    )
    assert_refused(world)


@pytest.mark.parametrize("raw", ['"exp": 1e400', '"exp": 1e999, "x": 1', '"sub": "a", "sub": "a"'])
def test_json_that_can_be_misread_is_refused(world: Provider, raw: str) -> None:
    """A number that is read as infinity never expires, and a repeated name has two meanings."""
    name = raw.partition(":")[0].strip('"')
    world.claims = {name: None}
    world.edit = lambda claims: f"{claims[:-1]}, {raw}}}"
    assert_refused(world)


@pytest.mark.parametrize("exp", [1_800_000_060.5, 10**12, 1_799_999_941])
def test_times_are_any_numbers(world: Provider, exp: float) -> None:
    """Fractions too, far ahead, and a minute ago for clocks that differ (RFC 7519 section 2)."""
    world.claims = {"exp": exp, "iat": 1_800_000_060, "nbf": 1_800_000_060}
    assert subject(world) == "sub-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_799_999_940},
        {"iat": 1_800_000_061},
        {"nbf": 1_800_000_061},
        *({name: value} for name in ("exp", "iat", "nbf") for value in WRONG_TYPES),
        {"nonce": ["nonce"]},
        {"aud": [provider().client_id, 1], "azp": provider().client_id},
    ],
    ids=str,
)
def test_claims_at_their_limits(world: Provider, claims: dict[str, Any]) -> None:
    """One second further, or of another type, they are refused."""
    world.claims = claims
    assert_refused(world)


def test_for_several_clients_of_whom_we_are_named(world: Provider) -> None:
    """`azp` says for whom it was made."""
    ours = provider().client_id
    world.claims = {"aud": [ours, "other"], "azp": ours}
    assert subject(world) == "sub-1"


def test_long_tokens(world: Provider) -> None:
    """Hundreds of groups are usual in some directories; more than 128 KiB are not."""
    world.claims = {"groups": ["8f6f2f64-0000-4000-8000-000000000001"] * 1000}
    assert subject(world) == "sub-1"
    world.claims = {"groups": ["8f6f2f64-0000-4000-8000-000000000001"] * 3000}
    assert_refused(world)
