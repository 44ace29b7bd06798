"""private_key_jwt: what proves a client, and every way in which an assertion does not."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.client_assertions import named_client
from token_service.domain.errors import InvalidClient, Unavailable
from token_service.domain.limits import LIMITS
from token_service.domain.owners import ClientCredentials

from tests.client_keys import ABSENT, an_assertion, client_jwk, client_key, signed
from tests.domain.acts import issue, register
from tests.samples import NOW, SECRET
from tests.service import ISSUER, Service

RS256, PS256, EDDSA = SigningAlgorithm.RS256, SigningAlgorithm.PS256, SigningAlgorithm.EDDSA
ED25519 = SigningAlgorithm.ED25519
TOKEN_URL = f"{ISSUER}/oauth2/token"


def keyed(service: Service, *jwks: dict[str, Any]) -> None:
    """Register the client shop with these keys, or with the usual one."""
    register(service, jwks=jwks or (client_jwk(),))


def by(assertion: str) -> ClientCredentials:
    """Shop's credentials."""
    return ClientCredentials("shop", assertion=assertion)


def good(**changes: Any) -> str:  # noqa: ANN401 - see an_assertion
    """Shop's assertion, good but for the changes."""
    return an_assertion("shop", changes.pop("aud", ISSUER), changes.pop("now", NOW), **changes)


def assert_refused(service: Service, credentials: ClientCredentials) -> str:
    """Refused as everybody is; what the log is told."""
    with pytest.raises(InvalidClient) as caught:
        issue(service, credentials)
    assert (type(caught.value), caught.value.public) == (InvalidClient, "")
    assert (credentials.assertion or "nothing") not in caught.value.detail
    return caught.value.detail


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_registered_key_proves_a_client(service: Service, algorithm: SigningAlgorithm) -> None:
    """Each algorithm offered works, and a stranger's key of the same kind does not (item 26)."""
    keyed(service, client_jwk(algorithm))
    assert issue(service, by(good(key=client_key(algorithm)))).record.owner.id == "shop"
    forged = good(key=replace(client_key(algorithm, 2), kid=client_key(algorithm).kid), jti="2")
    assert "wrongly signed" in assert_refused(service, by(forged))


@pytest.mark.parametrize(
    "changes",
    [
        {"header": {"typ": ABSENT}},
        {"header": {"typ": "jwt"}},
        {"header": {"typ": "client-authentication+jwt"}},
        {"header": {"kid": ABSENT}},
        {"aud": TOKEN_URL},
        {"aud": f"{ISSUER}/connect/token"},
        {"aud": [ISSUER]},
        {"aud": [TOKEN_URL, ISSUER]},
        {"iat": ABSENT},
        {"nbf": NOW},
        {"iat": NOW + 60, "nbf": NOW + 60},
        {"exp": NOW + 1},
        {"exp": NOW + 3600},
        {"exp": NOW + 3660},  # made for an hour by a clock that is a minute ahead
        {"jti": "x" * 256},
        {"extra": "claims mean nothing", "scope": "admin"},
    ],
    ids=str,
)
def test_what_clients_may_write(service: Service, changes: dict[str, Any]) -> None:
    """Types, audiences, times and ids as libraries have them."""
    keyed(service)
    issue(service, by(good(**changes)))


NO_ALGORITHM: tuple[object, ...] = ("none", "None", "HS256", "ES384", "RS256", "", None, 5, [])
REFUSED: list[dict[str, Any]] = [
    *({"header": {"typ": t}} for t in ("at+jwt", "application/at+jwt", "dpop+jwt", "JWS", 1, None)),
    *({"header": {"alg": name}} for name in NO_ALGORITHM),
    {"header": {"alg": ABSENT}},
    *({"header": {"kid": k}} for k in ("other", "", 1, None, ["x"])),
    *({"header": {name: True}} for name in ("b64", "zip")),
    {"header": {"crit": ["exp"]}},
    *({"iss": value} for value in (ABSENT, "", "other", None, ["shop"], ISSUER)),
    *({"sub": value} for value in (ABSENT, "", "other", None, ["shop"], "SHOP")),
    *(
        {"aud": value}
        for value in (
            *(ABSENT, "", [], None, 1, {"a": ISSUER}),
            *([ISSUER, 1], [1], [None], [[ISSUER]]),
            *(f"{ISSUER}/", "https://other.example", f"{TOKEN_URL}?x", ISSUER.upper()),
            *([ISSUER, "https://other.example"], f"{ISSUER}/v2/products"),
        )
    ),
    *({"exp": v} for v in (ABSENT, None, "soon", 0, -1, NOW, NOW - 1, NOW + 3661, 1e400, True)),
    *({"exp": v} for v in (float(NOW + 300), str(NOW + 300), 10**30)),
    *({"iat": v} for v in (NOW + 61, "now", None, -5, True)),
    *({"nbf": v} for v in (NOW + 61, "now", None, -5, True)),
    *({"jti": v} for v in (ABSENT, "", None, 5, ["x"], "x" * 257, "\ud800", "a\nb", "\0")),
]


@pytest.mark.parametrize("changes", REFUSED, ids=lambda c: str(c)[:60])
def test_what_proves_nobody(service: Service, changes: dict[str, Any]) -> None:
    """Each thing that is wrong is refused, and nothing used up (items 23, 24, 41, 46, 49, 50)."""
    keyed(service)
    assert_refused(service, by(good(**changes)))
    assert service.nonces.used == {}
    issue(service, by(good()))


def test_our_own_tokens_are_no_assertions(service: Service) -> None:
    """An access token of the client says nothing of who sends it (item 46)."""
    keyed(service)
    token = issue(service, by(good())).value
    assert_refused(service, by(token))


def test_a_shared_secret_is_no_key(service: Service) -> None:
    """HMAC with the public key, in whatever shape, is refused (item 42)."""
    keyed(service)
    header, claims, _ = good(header={"alg": "HS256"}).split(".")
    for secret in (json.dumps(client_jwk()).encode(), client_jwk()["x"].encode(), b""):
        mac = hmac.new(secret, f"{header}.{claims}".encode(), hashlib.sha256).digest()
        signature = urlsafe_b64encode(mac).rstrip(b"=").decode()
        assert_refused(service, by(f"{header}.{claims}.{signature}"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda text: text.rpartition(".")[0],
        lambda text: text.rpartition(".")[0] + ".",
        lambda text: text + ".x",
        lambda text: text + "=",
        lambda text: text[:-4],
        lambda text: text.replace(".", ". ", 1),
        lambda _: "{}",
        lambda text: "é" + text,
        lambda _: "x" * (LIMITS.token + 1),
    ],
)
def test_what_is_no_jws(service: Service, spoil: Any) -> None:  # noqa: ANN401 - a function
    """Anything but three clean segments is refused (item 52)."""
    keyed(service)
    assert_refused(service, by(spoil(good())))


def test_repeated_claims_are_refused(service: Service) -> None:
    """Two subjects in one assertion are none (item 52)."""
    keyed(service)
    key = client_key()
    once = json.dumps({"iss": "shop", "sub": "shop", "aud": ISSUER, "exp": NOW + 60, "jti": "1"})
    claims = once.replace('"sub"', '"sub": "other", "sub"')
    header = json.dumps({"alg": key.algorithm, "kid": key.kid})
    assert_refused(service, by(signed(header, claims, key)))


def test_keys_in_the_header_are_not_looked_at(service: Service) -> None:
    """`jwk` and its kin are a stranger's word (item 45)."""
    keyed(service)
    stranger = client_key(number=2)
    header = {"jwk": client_jwk(number=2), "jku": "https://x.example/keys", "kid": ABSENT}
    assert_refused(service, by(good(key=stranger, header=header)))


def test_a_replay_is_refused(service: Service) -> None:
    """An assertion counts once, whichever endpoint it was shown at; its jti is the client's own."""
    keyed(service)
    register(service, id="other", jwks=(client_jwk(),))
    issue(service, by(good()))
    assert assert_refused(service, by(good())) == "assertion replayed"
    with pytest.raises(InvalidClient):
        service.introspector.authenticate(by(good()))
    service.introspector.authenticate(by(good(jti="another")))
    issue(service, ClientCredentials("other", assertion=an_assertion("other", ISSUER, NOW)))
    (kept, *_) = service.nonces.used.values()
    assert kept == NOW + 300 + 60


def test_a_forger_uses_nothing_up(service: Service) -> None:
    """Who cannot sign cannot spoil the jti of who can."""
    keyed(service)
    forged = good(key=replace(client_key(number=2), kid=client_key().kid))
    assert_refused(service, by(forged))
    issue(service, by(good()))


def test_a_store_that_does_not_answer_proves_nobody(service: Service) -> None:
    """Without knowing whether it is a replay nothing is handed out (item 40)."""
    keyed(service)

    def down(_value: str, _until: int) -> bool:
        raise Unavailable

    service.nonces.use = down  # type: ignore[assignment,method-assign]
    with pytest.raises(Unavailable):
        issue(service, by(good()))
    assert service.tokens.records == {}


def test_keys_are_found_by_kid_or_by_algorithm(service: Service) -> None:
    """Of several keys the kid names one; without it, any that fits may have signed."""
    keyed(service, client_jwk(number=1), client_jwk(number=2), client_jwk(RS256))
    for number, key in enumerate((client_key(number=2), client_key(RS256), client_key())):
        issue(service, by(good(key=key, jti=f"a{number}")))
        issue(service, by(good(key=key, jti=f"b{number}", header={"kid": ABSENT})))
    wrong = good(key=client_key(number=2), header={"kid": client_key().kid}, jti="c")
    assert_refused(service, by(wrong))


def test_a_key_s_own_algorithm_is_the_only_one(service: Service) -> None:
    """An RSA key registered for PS256 does not sign RS256, one registered so does (item 43)."""
    key, jwk = client_key(PS256), client_jwk(PS256)
    rsa = replace(key, algorithm=RS256)
    keyed(service, jwk)
    issue(service, by(good(key=key)))
    assert_refused(service, by(good(key=rsa, jti="2")))
    service.administration.update("shop", jwks=(jwk | {"use": "sig", "alg": "RS256"},))
    issue(service, by(good(key=rsa, jti="3")))
    service.administration.update("shop", jwks=(client_jwk(PS256, alg=ABSENT, use=ABSENT),))
    issue(service, by(good(key=rsa, jti="4")))
    issue(service, by(good(key=key, jti="5")))


@pytest.mark.parametrize(("registered", "signed"), [(EDDSA, ED25519), (ED25519, EDDSA)])
def test_one_algorithm_of_two_names(
    service: Service, registered: SigningAlgorithm, signed: SigningAlgorithm
) -> None:
    """A key registered for EdDSA signs as Ed25519 and the other way round (RFC 9864)."""
    keyed(service, client_jwk(registered))
    issue(service, by(good(key=replace(client_key(registered), algorithm=signed))))


def test_one_way_each(service: Service) -> None:
    """With keys no secret works, with a secret no assertion, with neither none (items 12, 19)."""
    keyed(service)
    register(service, id="secret", secret=SECRET)
    register(service, id="page", public=True)
    for credentials in (
        ClientCredentials("shop", SECRET),
        ClientCredentials("shop", ""),
        ClientCredentials("shop"),
        ClientCredentials("shop", SECRET, good()),
        ClientCredentials("secret", SECRET, an_assertion("secret", ISSUER, NOW)),
        ClientCredentials("secret", None, an_assertion("secret", ISSUER, NOW)),
        ClientCredentials("page", None, an_assertion("page", ISSUER, NOW)),
        ClientCredentials("nobody", None, an_assertion("nobody", ISSUER, NOW)),
        ClientCredentials("secret", assertion=good()),
    ):
        assert_refused(service, credentials)
    issue(service, by(good()))
    issue(service, ClientCredentials("secret", SECRET))


def test_a_disabled_client_s_assertion(service: Service) -> None:
    """It proves nobody, and is as good as new when the client is enabled again (item 22)."""
    keyed(service)
    service.administration.set_enabled("shop", enabled=False)
    assert_refused(service, by(good()))
    service.administration.set_enabled("shop", enabled=True)
    issue(service, by(good()))


def test_rotating_keys(service: Service) -> None:
    """A key works from when it is registered until it no longer is; holding does not put it off."""
    service = Service(hold_seconds=60)
    keyed(service)
    new = client_key(number=2)
    issue(service, by(good()))
    assert_refused(service, by(good(key=new, jti="1")))
    service.administration.update("shop", jwks=(client_jwk(), client_jwk(number=2)))
    issue(service, by(good(key=new, jti="1")))
    issue(service, by(good(jti="2")))


@pytest.mark.parametrize(
    ("assertion", "name"),
    [
        (good(), "shop"),
        (good(key=client_key(number=2)), "shop"),
        (good(sub="s" * 100), "s" * 100),
        *((good(sub=sub), None) for sub in ("s" * 101, "", None, 5, "\ud800", "a\0b", "caf\u00e9")),
        (good(header={"typ": "at+jwt"}), None),
        ("a.b.c", None),
        ("", None),
    ],
)
def test_whom_an_assertion_names(assertion: str, name: str | None) -> None:
    """Its subject, before anything is proved, if it could be a client's id at all."""
    assert named_client(assertion) == name
