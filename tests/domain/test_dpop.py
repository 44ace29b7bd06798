"""DPoP proofs, rule by rule (RFC 9449 section 4.3)."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from token_service.domain.algorithms import LoadedKey, SigningAlgorithm, load_jwk
from token_service.domain.dpop import WINDOW, Proof, ProofVerifier, thumbprint
from token_service.domain.errors import InvalidProof

from tests.clock import FrozenClock
from tests.domain.forge import ABSENT, encode, hmac_signed, parts
from tests.memory_store import MemoryNonces
from tests.prover import Prover

URL = "https://api.example.test/orders"
TOKEN = "a.token.of-some~kind"
JWS_TYPES = ("dpop+jwt", "DPoP+JWT")


@pytest.fixture
def prover() -> Prover:
    """A client with a P-256 key."""
    return Prover(FrozenClock())


@pytest.fixture
def nonces() -> MemoryNonces:
    """What was used."""
    return MemoryNonces()


@pytest.fixture
def verifier(prover: Prover, nonces: MemoryNonces) -> ProofVerifier:
    """On the same clock as the client."""
    return ProofVerifier(nonces, prover.now)


def refused(verifier: ProofVerifier, text: str, token: str | None = None) -> str:
    """What is said of a proof for POST to the address; the sentence must fit into a header."""
    with pytest.raises(InvalidProof) as error:
        verifier.verify(Proof(text, "POST", URL), token)
    assert error.value.public.isascii()
    assert '"' not in error.value.public
    return error.value.public


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_right_proof_proves_its_key(algorithm: SigningAlgorithm, nonces: MemoryNonces) -> None:
    """With every algorithm that the metadata names, and nothing is used up yet."""
    prover = Prover(FrozenClock(), algorithm)
    verifier = ProofVerifier(nonces, prover.now)
    proved = verifier.verify(Proof(prover.prove("POST", URL, TOKEN), "POST", URL), TOKEN)
    assert proved.jkt == prover.jkt
    assert not nonces.used


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "eyJ9.eyJ9.", "é.é.é", "." * 9000])
def test_not_a_jwt(verifier: ProofVerifier, text: str) -> None:
    """Rule 2: one well-formed JWT."""
    refused(verifier, text)


def test_two_proofs_in_one_header(verifier: ProofVerifier, prover: Prover) -> None:
    """Rule 1: a repeated header, as API Gateway joins it, is no proof, even of two good ones."""
    good = prover.prove("POST", URL)
    for joined in (f"{good},{good}", f"{good}, {prover.prove('POST', URL)}", f"{good},"):
        refused(verifier, joined)


@pytest.mark.parametrize("claim", ["jti", "htm", "htu", "iat"])
@pytest.mark.parametrize("value", [ABSENT, None, "", 0, True, [], {}, "\ud800", -1, 1e9, 10**20])
def test_required_claims(verifier: ProofVerifier, prover: Prover, claim: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    """Rule 3: all four claims are there, and of their types."""
    refused(verifier, prover.prove("POST", URL, **{claim: value}))


@pytest.mark.parametrize("jti", ["x" * 257, "a\nb", "é", "\x7f"])
def test_jti_is_bounded_text(verifier: ProofVerifier, prover: Prover, jti: str) -> None:
    """What is remembered of a stranger has a limit (RFC 9449 section 11.1)."""
    refused(verifier, prover.prove("POST", URL, jti=jti))


@pytest.mark.parametrize(
    "typ", [ABSENT, "", "JWT", "at+jwt", "secevent+jwt", 1, None, ["dpop+jwt"]]
)
def test_type(verifier: ProofVerifier, prover: Prover, typ: Any) -> None:  # noqa: ANN401 - any JSON
    """Rule 4: only a proof is a proof (item 46)."""
    refused(verifier, prover.prove("POST", URL, header={"typ": typ}))


@pytest.mark.parametrize("typ", JWS_TYPES)
def test_type_has_no_case(verifier: ProofVerifier, prover: Prover, typ: str) -> None:
    """Media types compare without case."""
    text = prover.prove("POST", URL, header={"typ": typ})
    assert verifier.verify(Proof(text, "POST", URL)).jkt == prover.jkt


@pytest.mark.parametrize(
    "alg",
    [ABSENT, "none", "None", "NONE", "HS256", "RS512", "ES384", "RS256", "EdDSA", 1, True, [], {}],
)
def test_algorithm(verifier: ProofVerifier, prover: Prover, alg: Any) -> None:  # noqa: ANN401 - any JSON
    """Rule 5: asymmetric, known, and the key's own (items 41, 43)."""
    refused(verifier, prover.prove("POST", URL, header={"alg": alg}))


def test_no_signature(verifier: ProofVerifier, prover: Prover) -> None:
    """A right proof with its signature cut off, under `none` or its own name (item 41)."""
    head, claims, _ = prover.prove("POST", URL).split(".")
    refused(verifier, f"{head}.{claims}.")
    none = encode(json.dumps({"typ": "dpop+jwt", "alg": "none", "jwk": prover.jwk}).encode())
    refused(verifier, f"{none}.{claims}.")


def test_hmac_with_the_public_key(verifier: ProofVerifier, prover: Prover) -> None:
    """The key in the header is public, so it can be no secret (item 42)."""
    text = prover.prove("POST", URL)
    secret = json.dumps(prover.jwk).encode()
    refused(verifier, hmac_signed(text, secret))
    symmetric = {"kty": "oct", "k": encode(secret)}
    refused(verifier, hmac_signed(prover.prove("POST", URL, header={"jwk": symmetric}), secret))


def test_signature_by_another_key(verifier: ProofVerifier, prover: Prover) -> None:
    """Rule 6: whoever only knows the public key proves nothing."""
    other = Prover(prover.now)
    refused(verifier, prover.prove("POST", URL, key=other.key))
    refused(verifier, prover.prove("POST", URL, header={"jwk": other.jwk}))


def test_changed_claims(verifier: ProofVerifier, prover: Prover) -> None:
    """Rule 6: a proof for one request cannot be made into one for another."""
    head, _, signature = prover.prove("GET", URL).split(".")
    _, claims = parts(prover.prove("POST", URL))
    refused(verifier, f"{head}.{encode(json.dumps(claims).encode())}.{signature}")


@pytest.mark.parametrize("jwk", [ABSENT, None, "", "foo", 1, True, [], {}, {"kty": "EC"}])
def test_no_key(verifier: ProofVerifier, prover: Prover, jwk: Any) -> None:  # noqa: ANN401 - any JSON
    """Rule 5: the header holds a key."""
    refused(verifier, prover.prove("POST", URL, header={"jwk": jwk}))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_private_key(algorithm: SigningAlgorithm) -> None:
    """Rule 7: a key that was shown to us is nobody's own any more."""
    prover = Prover(FrozenClock(), algorithm)
    verifier = ProofVerifier(MemoryNonces(), prover.now)
    refused(verifier, prover.prove("POST", URL, header={"jwk": prover.private_jwk}))
    halves = prover.jwk | {"d": "AQAB"}
    refused(verifier, prover.prove("POST", URL, header={"jwk": halves}))


@pytest.mark.parametrize("member", ["x", "y"])
@pytest.mark.parametrize("value", [ABSENT, None, 5, "", "!!", "AAAA", "\ud800", ["x"], "A" * 43])
def test_broken_key(verifier: ProofVerifier, prover: Prover, member: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    """A point that is none, or not on the curve, is a bad proof and no fault of ours."""
    jwk = {k: v for k, v in (prover.jwk | {member: value}).items() if v is not ABSENT}
    refused(verifier, prover.prove("POST", URL, header={"jwk": jwk}))


def test_weak_keys(verifier: ProofVerifier, prover: Prover) -> None:
    """1024 bits are too few, and other curves are not offered; both really signed (item 44)."""
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is to be refused
    jwk = RSAAlgorithm.to_jwk(short.public_key(), as_dict=True)
    key = LoadedKey("", SigningAlgorithm.RS256, short)
    refused(verifier, prover.prove("POST", URL, header={"jwk": jwk, "alg": "RS256"}, key=key))
    curve = ec.generate_private_key(ec.SECP256K1())
    jwk = ECAlgorithm.to_jwk(curve.public_key(), as_dict=True)
    key = LoadedKey("", SigningAlgorithm.ES256, curve)
    refused(verifier, prover.prove("POST", URL, header={"jwk": jwk}, key=key))


@pytest.mark.parametrize("method", ["post", "Post", "GET", "POST ", "PUT"])
def test_method(verifier: ProofVerifier, prover: Prover, method: str) -> None:
    """Rule 8: methods have case."""
    assert "method" in refused(verifier, prover.prove(method, URL))


def test_an_event_without_a_method_proves_nothing(verifier: ProofVerifier, prover: Prover) -> None:
    """Nor does one without an address: nothing equals nothing."""
    for method, url in (("", URL), ("POST", ""), ("POST", "nonsense")):
        text = prover.prove(method, url)
        with pytest.raises(InvalidProof):
            verifier.verify(Proof(text, method, url))


@pytest.mark.parametrize(
    "url", ["https://api.example.test/order", "http://api.example.test/orders", "foo", "/orders"]
)
def test_address(verifier: ProofVerifier, prover: Prover, url: str) -> None:
    """Rule 9: a proof is for one address."""
    assert "address" in refused(verifier, prover.prove("POST", url))


def test_address_has_no_query(verifier: ProofVerifier, prover: Prover) -> None:
    """Rule 9: query and fragment are ignored, on either side."""
    for htu, url in ((f"{URL}?a=1#b", URL), (URL, f"{URL}?page=2"), (f"{URL}?", f"{URL}#x")):
        text = prover.prove("POST", htu)
        assert verifier.verify(Proof(text, "POST", url)).jkt == prover.jkt


@pytest.mark.parametrize("off", [-WINDOW, -60, 0, 60, WINDOW])
def test_times_within_the_window(verifier: ProofVerifier, prover: Prover, off: int) -> None:
    """Rule 11: a minute either way, and a little (RFC 9449 section 11.1)."""
    text = prover.prove("POST", URL, iat=prover.now() + off)
    assert verifier.verify(Proof(text, "POST", URL)).jkt == prover.jkt


@pytest.mark.parametrize("off", [-301, -WINDOW - 1, WINDOW + 1, 301])
def test_times_beyond_the_window(verifier: ProofVerifier, prover: Prover, off: int) -> None:
    """Rule 11: neither old proofs nor such as were made ahead."""
    refused(verifier, prover.prove("POST", URL, iat=prover.now() + off))


def test_times_that_were_not_asked_for(verifier: ProofVerifier, prover: Prover) -> None:
    """A proof that says when it ends or begins is held to it (RFC 7519 section 4.1)."""
    now = prover.now()
    refused(verifier, prover.prove("POST", URL, exp=now - WINDOW))
    refused(verifier, prover.prove("POST", URL, nbf=now + WINDOW + 1))
    refused(verifier, prover.prove("POST", URL, exp="tomorrow"))
    refused(verifier, prover.prove("POST", URL, nbf=None))
    fair = Proof(prover.prove("POST", URL, exp=now + 10, nbf=now - 10), "POST", URL)
    assert verifier.verify(fair).jkt == prover.jkt


@pytest.mark.parametrize("ath", [ABSENT, None, "", 1, "é", "\ud800"])
def test_token_hash(verifier: ProofVerifier, prover: Prover, ath: Any) -> None:  # noqa: ANN401 - any JSON
    """Rule 12: beside a token, the proof is for that very token."""
    refused(verifier, prover.prove("POST", URL, ath=ath), TOKEN)
    assert "token" in refused(verifier, prover.prove("POST", URL, "another.token"), TOKEN)


def test_token_hash_where_there_is_no_token(verifier: ProofVerifier, prover: Prover) -> None:
    """The token endpoint has none to compare with, and asks for none."""
    proof = Proof(prover.prove("POST", URL, TOKEN), "POST", URL)
    assert verifier.verify(proof).jkt == prover.jkt


def test_used_once(verifier: ProofVerifier, prover: Prover, nonces: MemoryNonces) -> None:
    """A proof is remembered for as long as it could be sent again (RFC 9449 section 11.1)."""
    ahead = prover.now() + WINDOW
    proof = Proof(prover.prove("POST", URL, iat=ahead), "POST", URL)
    verifier.use(verifier.verify(proof))
    with pytest.raises(InvalidProof):
        verifier.use(verifier.verify(proof))
    (until,) = nonces.used.values()
    assert until > ahead + WINDOW


def test_the_same_jti_of_others_is_another(verifier: ProofVerifier, prover: Prover) -> None:
    """By key and by address: nobody can use up what another client will send."""
    other = Prover(prover.now)
    for client, url in ((prover, URL), (other, URL), (prover, f"{URL}/7")):
        proof = Proof(client.prove("POST", url, jti="1"), "POST", url)
        verifier.use(verifier.verify(proof))


def test_another_spelling_of_the_address_is_the_same_proof(
    verifier: ProofVerifier, prover: Prover
) -> None:
    """A replay cannot hide behind an escape."""
    text = prover.prove("POST", URL, jti="1")
    verifier.use(verifier.verify(Proof(text, "POST", URL)))
    spelled = URL.replace("orders", "%6Frders").replace("api", "API")
    with pytest.raises(InvalidProof):
        verifier.use(verifier.verify(Proof(text, "POST", spelled)))


def test_critical_extensions(verifier: ProofVerifier, prover: Prover) -> None:
    """None is understood here (item 50)."""
    refused(verifier, prover.prove("POST", URL, header={"crit": ["exp"], "exp": 1}))


def test_thumbprint_of_the_rfc() -> None:
    """RFC 7638 section 3.1, and RFC 8037 appendix A.3."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
        "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
        "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
        "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    rsa_key = {"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    found = thumbprint(load_jwk("", SigningAlgorithm.RS256, rsa_key))
    assert found == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    okp_key = {"kty": "OKP", "crv": "Ed25519", "x": x}
    found = thumbprint(load_jwk("", SigningAlgorithm.EDDSA, okp_key))
    assert found == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_one_key_has_one_thumbprint(prover: Prover) -> None:
    """However its owner writes it down: members that say nothing of the key change nothing."""
    dressed = {**dict(reversed(prover.jwk.items())), "kid": "mine", "use": "sig"}
    assert thumbprint(load_jwk("", SigningAlgorithm.ES256, dressed)) == prover.jkt
