"""What of a provider's answers is believed (OpenID Connect Core section 3.1.3.7, Discovery 4.3)."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.openid import Exchange, Identity, ProviderRefusedError
from token_service.providers.openid import Fetched, OpenIdRelyingParty

from tests.clock import FrozenClock
from tests.openid_world import (
    CALLBACK,
    CLIENT_ID,
    CLIENT_SECRET,
    FOREIGN_KEY,
    ISSUER,
    KEY,
    Provider,
    ProviderKey,
    ok,
    provider,
)

EXCHANGE = Exchange("code", CALLBACK, "nonce", "v" * 43)


@pytest.fixture
def clock() -> FrozenClock:
    """Time."""
    return FrozenClock()


@pytest.fixture
def world(clock: FrozenClock) -> Provider:
    """A provider that tells the truth."""
    return Provider(clock)


@pytest.fixture
def relying_party(world: Provider, clock: FrozenClock) -> OpenIdRelyingParty:
    """What is tested."""
    return OpenIdRelyingParty(world, clock)


def identity(relying_party: OpenIdRelyingParty) -> Identity:
    """Exchange the code."""
    return relying_party.identity(provider(), CLIENT_SECRET, EXCHANGE)


def test_an_honest_provider_is_believed(relying_party: OpenIdRelyingParty) -> None:
    """A code becomes who somebody is."""
    assert identity(relying_party) == Identity(
        "sub-1", "ada@example.com", email_verified=True, name="Ada"
    )
    assert relying_party.authorization_endpoint(provider()) == f"{ISSUER}/auth?tenant=1"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "somebody else"},
        {"aud": ["somebody else"]},
        {"aud": [CLIENT_ID, "other"]},  # for several, without azp
        {"aud": [CLIENT_ID, "other"], "azp": "other"},
        {"azp": "other"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_799_999_900},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": 1_800_000_100},
        {"iat": None},
        {"nbf": 1_800_000_100},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "s" * 256},
        {"sub": "\ud800"},
    ],
    ids=str,
)
def test_a_lying_id_token_is_refused(
    world: Provider, relying_party: OpenIdRelyingParty, claims: dict[str, Any]
) -> None:
    """Issuer, audience, nonce, times and subject are each checked."""
    world.claims = claims
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)


def test_a_foreign_signature_is_refused(world: Provider, relying_party: OpenIdRelyingParty) -> None:
    """The provider's own published key must have signed."""
    world.signing_key = FOREIGN_KEY
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)


@pytest.mark.parametrize(
    "id_token",
    [
        "",
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
    ],
)
def test_what_is_no_id_token_is_refused(
    world: Provider, relying_party: OpenIdRelyingParty, id_token: str
) -> None:
    """No signature at all, or one by our own client secret, proves nothing."""
    world.answers[f"{ISSUER}/token"] = ok({"access_token": "at-1", "id_token": id_token})
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS256", "kid": ["one"]},
        {"alg": "RS256", "kid": {"one": 1}},
        {"alg": "RS256", "kid": 7},
        {"alg": "RS256", "kid": "one", "crit": 5},
        {"alg": "RS256", "kid": "one", "crit": [[]]},
        {"alg": ["RS256"], "kid": "one"},
        {"kid": "one"},
        ["RS256"],
        "RS256",
        None,
    ],
    ids=str,
)
def test_a_malformed_header_is_refused(
    world: Provider,
    relying_party: OpenIdRelyingParty,
    header: object,
) -> None:
    """Of whatever JSON it is made: a refusal and no accident."""
    head = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    world.answers[f"{ISSUER}/token"] = ok({"access_token": "at-1", "id_token": f"{head}.e30.AAAA"})
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)


@pytest.mark.parametrize(
    "access_token", ["a\nb", "a b", "\u20ac", "\ud800", "", "=", None, 7, ["at-1"]], ids=repr
)
def test_what_is_no_access_token_is_not_sent(
    world: Provider, relying_party: OpenIdRelyingParty, access_token: object
) -> None:
    """RFC 6750 section 2.1: nothing else fits into the header."""
    world.claims = {"email": None}
    world.access_token = access_token
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)
    assert f"GET {ISSUER}/me" not in world.asked


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "EC", "crv": "P-999", "x": "AQAB", "y": "AQAB"},
        {"kty": "EC"},
        {"kty": "RSA", "n": "", "e": ""},
        {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": ["Ed25519"], "x": "AQAB"},
        {"kty": ["RSA"]},
        {"kty": "new"},
        "key",
    ],
    ids=str,
)
def test_an_odd_key_does_no_harm(
    world: Provider, relying_party: OpenIdRelyingParty, odd: object
) -> None:
    """The keys beside it still are the provider's."""
    published = [odd, KEY.jwk(), odd]
    world.answers[f"{ISSUER}/keys"] = ok({"keys": published})
    assert identity(relying_party).subject == "sub-1"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": f"{ISSUER}/"},
        {"issuer": None},
        {"token_endpoint": "http://idp.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"jwks_uri": 7},
        {"authorization_endpoint": "http://127.0.0.1/auth"},
        {"userinfo_endpoint": "http://169.254.169.254/"},
        {"authorization_endpoint": f"{ISSUER}/\ud800"},
        {"authorization_endpoint": f"{ISSUER}/a\r\nset-cookie: x"},
        {"token_endpoint": f"{ISSUER}/\u20ac"},
        {"jwks_uri": "https://[::"},
    ],
    ids=str,
)
def test_lying_metadata_is_refused(
    world: Provider, relying_party: OpenIdRelyingParty, metadata: dict[str, Any]
) -> None:
    """Another issuer's document, and addresses that are not https."""
    world.metadata = metadata
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)
    assert not [request for request in world.asked if not request.split(" ")[1].startswith(ISSUER)]


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        ("/.well-known/openid-configuration", Fetched(404, b""), ProviderRefusedError),
        ("/.well-known/openid-configuration", Fetched(302, b""), ProviderRefusedError),
        ("/.well-known/openid-configuration", Fetched(503, b""), Unavailable),
        ("/.well-known/openid-configuration", Fetched(200, b"<html>"), ProviderRefusedError),
        ("/.well-known/openid-configuration", Fetched(200, b"[" * 99999), ProviderRefusedError),
        ("/keys", Fetched(200, b"[]"), ProviderRefusedError),
        ("/keys", Fetched(200, b'{"keys": 7}'), ProviderRefusedError),
        ("/keys", Fetched(200, b'{"keys": []}'), ProviderRefusedError),
        ("/token", Fetched(400, b'{"error":"invalid_grant"}'), ProviderRefusedError),
        ("/token", Fetched(500, b""), Unavailable),
        ("/token", Fetched(200, b'"at"'), ProviderRefusedError),
    ],
    ids=str,
)
def test_a_broken_provider_is_told_from_one_that_is_down(
    world: Provider,
    relying_party: OpenIdRelyingParty,
    path: str,
    answer: Fetched,
    error: type[Exception],
) -> None:
    """Whatever it answers, nothing is made of it."""
    world.answers[f"{ISSUER}{path}"] = answer
    with pytest.raises(error):
        identity(relying_party)


def test_an_address_is_asked_of_userinfo(
    world: Provider, relying_party: OpenIdRelyingParty
) -> None:
    """Providers may keep the address out of the ID token (Core section 5.4)."""
    world.claims = {"email": None, "email_verified": None, "name": None}
    world.userinfo = {"sub": "sub-1", "email": "ada@example.com", "email_verified": "true"}
    assert identity(relying_party) == Identity(
        "sub-1", "ada@example.com", email_verified=False, name="ada@example.com"
    )


def test_userinfo_about_somebody_else_is_refused(
    world: Provider, relying_party: OpenIdRelyingParty
) -> None:
    """Core section 5.3.2: the subjects must be the same."""
    world.claims = {"email": None}
    world.userinfo = {"sub": "sub-2", "email": "eve@example.com"}
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)


def test_metadata_is_held_and_read_again(
    world: Provider, relying_party: OpenIdRelyingParty, clock: FrozenClock
) -> None:
    """Two requests for five minutes' sign-ins; then a rotated key is known."""
    identity(relying_party)
    identity(relying_party)
    assert sum("openid-configuration" in request for request in world.asked) == 1
    new = ProviderKey("two")
    world.published, world.signing_key = [KEY, new], new
    world.header = {"alg": "RS256", "kid": "two"}
    clock.advance(300)
    assert identity(relying_party).subject == "sub-1"


def test_a_new_key_is_known_at_once(world: Provider, relying_party: OpenIdRelyingParty) -> None:
    """A provider that rotates without notice: one more look, and no more than one."""
    identity(relying_party)
    new = ProviderKey("two")
    world.published, world.signing_key = [new], new
    world.header = {"alg": "RS256", "kid": "two"}
    assert identity(relying_party).subject == "sub-1"
    world.header = {"alg": "RS256", "kid": "three"}
    with pytest.raises(ProviderRefusedError):
        identity(relying_party)
    assert sum("/keys" in request for request in world.asked) == 3


def test_loopback_is_for_the_local_stack_alone(world: Provider, clock: FrozenClock) -> None:
    """Plain HTTP to this machine, and only where that was allowed."""
    local = provider(issuer="http://127.0.0.1:9")
    world.answers["http://127.0.0.1:9/.well-known/openid-configuration"] = Fetched(404, b"")
    with pytest.raises(ProviderRefusedError, match="not https"):
        OpenIdRelyingParty(world, clock).authorization_endpoint(local)
    with pytest.raises(ProviderRefusedError, match="404"):
        OpenIdRelyingParty(world, clock, allow_loopback=True).authorization_endpoint(local)
