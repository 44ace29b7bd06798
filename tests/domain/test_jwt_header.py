"""JWT headers: which key and algorithm decide, and that a token's own word never does."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm
from token_service.domain.algorithms import LoadedKey, SigningAlgorithm
from token_service.domain.key_pairs import make_key
from token_service.domain.keys import load_private, load_public

from tests.clock import SeededBytes
from tests.domain.acts import token_of
from tests.domain.forge import ABSENT, encode, forge, hmac_signed, our_key, parts
from tests.service import Service, key_pair


@pytest.fixture
def token(service: Service) -> str:
    """A valid token."""
    return token_of(service).value


def is_active(service: Service, token: str) -> bool:
    """Whether the service takes it."""
    return service.validator.validate(token) is not None


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_takes_what_it_signed(algorithm: SigningAlgorithm) -> None:
    """Under each algorithm offered, an issued token is active, and a forger's signature is not."""
    service = Service(algorithm=algorithm)
    token = token_of(service).value
    assert is_active(service, token)
    assert is_active(service, forge(token, key=our_key(algorithm)))
    assert parts(token)[0] == {"alg": algorithm, "kid": service.private_key.kid, "typ": "at+jwt"}
    stranger = load_private(make_key(algorithm, 1, SeededBytes(99))[0])
    assert not is_active(service, forge(token, key=stranger))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", " none", None, ABSENT, 0, []])
@pytest.mark.parametrize("signature", ["", "AA", None])
def test_no_algorithm_is_no_token(
    service: Service, token: str, alg: object, signature: str | None
) -> None:
    """`none` in any spelling, signed or not, is refused (item 41)."""
    forged = forge(token, {"alg": alg})
    if signature is not None:
        forged = f"{forged.rpartition('.')[0]}.{signature}"
    assert not is_active(service, forged)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_a_public_key_is_no_shared_secret(algorithm: SigningAlgorithm, name: str) -> None:
    """HMAC with whatever is public of our key is refused, in each of its shapes (item 42)."""
    service = Service(algorithm=algorithm)
    token, public = token_of(service).value, service.published[0]
    key = load_public(public).key
    shapes = [
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(public.jwk).encode(),
        json.dumps(public.published()).encode(),
        b"",
    ]
    for secret in shapes:
        assert not is_active(service, hmac_signed(token, secret, name))


@pytest.mark.parametrize("alg", [*SigningAlgorithm, "HS256", "PS256", "ES384", "RS512", "es256"])
@pytest.mark.parametrize("signer", SigningAlgorithm)
def test_the_algorithm_is_the_key_s(
    service: Service, token: str, alg: str, signer: SigningAlgorithm
) -> None:
    """Only the key's own algorithm goes with its kid, whoever signed with whatever (item 43)."""
    forged = forge(token, {"alg": alg}, key=our_key(signer))
    assert is_active(service, forged) == (alg == signer == service.algorithm)


def test_each_kid_stands_for_its_own_key(service: Service, token: str) -> None:
    """With several keys published, one key's signature under another's kid is refused (item 43)."""
    other, public = make_key(SigningAlgorithm.ES256, 1, SeededBytes(50))
    service.published.extend([public, key_pair(SigningAlgorithm.RS256)[1]])
    service.now.advance(300)
    assert is_active(service, forge(token, {"kid": other.kid}, key=load_private(other)))
    assert not is_active(service, forge(token, {"kid": other.kid}))
    assert not is_active(service, forge(token, key=load_private(other)))


@pytest.mark.parametrize(
    "kid",
    [
        ABSENT,
        None,
        "",
        0,
        1.5,
        True,
        [],
        {},
        ["{kid}"],
        {"kid": "{kid}"},
        "unknown",
        "{KID}",
        " {kid}",
        "{kid} ",
        "{kid}\x00",
        "../{kid}",
        "{kid}' OR '1'='1",
        "/dev/null",
        "�",
        "*",
        "k" * 5000,
    ],
)
def test_a_kid_is_looked_up_exactly(service: Service, token: str, kid: object) -> None:
    """Of any other type or spelling it names no key of ours (item 45)."""
    ours = service.private_key.kid
    filled = json.loads(
        json.dumps(None if kid is ABSENT else kid)
        .replace("{kid}", ours)
        .replace("{KID}", ours.upper())
    )
    assert not is_active(service, forge(token, {"kid": ABSENT if kid is ABSENT else filled}))


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_access_token_types(service: Service, token: str, typ: str) -> None:
    """Both spellings of RFC 9068, without regard to case, are access tokens (item 46)."""
    assert is_active(service, forge(token, {"typ": typ}))


@pytest.mark.parametrize(
    "typ",
    [
        "JWT",
        "jwt",
        "",
        "at",
        "at+jwt ",
        "at+jwt;x=1",
        "text/at+jwt",
        "logout+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "application/application/at+jwt",
        ABSENT,
        None,
        1,
        ["at+jwt"],
    ],
)
def test_other_types_are_no_access_tokens(service: Service, token: str, typ: object) -> None:
    """Id tokens, logout tokens and introspection answers we might sign are refused (item 46)."""
    assert not is_active(service, forge(token, {"typ": typ}))


@pytest.mark.parametrize(
    "header",
    [{"crit": value} for value in list[object](([], ["exp"], ["b64"], ["x"], None, "exp", {}))]
    + [{"crit": ["b64"], "b64": False}, {"b64": False}, {"b64": True}]
    + [{"zip": "DEF"}, {"zip": None}, {"zip": "GZIP"}],
)
def test_extensions_are_not_understood(
    service: Service, token: str, header: dict[str, object]
) -> None:
    """`crit`, `b64` and `zip` are refused whatever they say (items 50, 51)."""
    assert not is_active(service, forge(token, header))


STRANGER = ec.generate_private_key(ec.SECP256R1())
STRANGER_KEY = LoadedKey("stranger", SigningAlgorithm.ES256, STRANGER)
STRANGER_JWK = ECAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
OWN_KEYS = [
    {"jwk": STRANGER_JWK},
    {"jku": "https://evil.example/keys.json"},
    {"x5u": "https://evil.example/cert.pem"},
    {"x5c": ["MIIB"]},
    {"x5t": "AAAA", "x5t#S256": "AAAA"},
]


@pytest.mark.parametrize("header", OWN_KEYS)
def test_a_token_brings_no_key_of_its_own(
    service: Service, token: str, header: dict[str, object]
) -> None:
    """A stranger's key named in the header verifies nothing (item 45)."""
    assert not is_active(service, forge(token, header, key=STRANGER_KEY))
    assert not is_active(service, forge(token, {**header, "kid": ABSENT}, key=STRANGER_KEY))


@pytest.mark.parametrize("header", OWN_KEYS)
def test_keys_in_a_header_are_ignored(
    service: Service, token: str, header: dict[str, object]
) -> None:
    """They are not looked at, so they do not harm a token that our own key signed (item 45)."""
    assert is_active(service, forge(token, header))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 96, 255, 256, 257])
def test_a_signature_of_any_length_is_just_wrong(algorithm: SigningAlgorithm, length: int) -> None:
    """Zeros of any length verify nothing and break nothing (item 60)."""
    service = Service(algorithm=algorithm)
    message = token_of(service).value.rpartition(".")[0]
    assert not is_active(service, f"{message}.{encode(bytes(length))}")
