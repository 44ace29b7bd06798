"""Any text at all, and any token with one character changed: refused, never an error."""

import json
from string import printable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.dpop import Proof
from token_service.domain.errors import InvalidProof

from tests.domain.acts import KINDS, token_of
from tests.domain.forge import encode, forge, sign_raw
from tests.prover import Prover
from tests.service import ISSUER, Service

SERVICE = Service()
PROVER = Prover(SERVICE.now)
VALID = {kind: token_of(SERVICE, id=kind, **details).value for kind, details in KINDS.items()}
BOUNDED = settings(derandomize=True, max_examples=200, deadline=None, database=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
SEGMENT = st.binary(max_size=60).map(encode) | st.text(max_size=30)


@BOUNDED
@given(st.text() | st.lists(SEGMENT, max_size=6).map(".".join) | st.from_regex("[0-9a-f]{40}"))
@example("." * 100)
@example("\ud800.\ud800.\ud800")
def test_no_text_breaks_the_validator(text: str) -> None:
    """Whatever a caller sends as a token is refused, and nothing is raised (item 58)."""
    assert SERVICE.validator.validate(text) is None


@BOUNDED
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "x"]), JSON), JSON)
def test_no_signed_json_breaks_the_validator(header: dict[str, object], claims: object) -> None:
    """Not even what our own key signed can raise."""
    full = {"alg": "ES256", "kid": SERVICE.private_key.kid, "typ": "at+jwt", **header}
    token = sign_raw(_json(full), _json(claims))
    assert SERVICE.validator.validate(token) is None


@BOUNDED
@given(
    st.dictionaries(
        st.sampled_from(["epoch", "gty", "access", "scope", "cnf", "account", "aud", "jti"]), JSON
    )
)
def test_no_fact_breaks_the_validator(claims: dict[str, object]) -> None:
    """Whatever a token without a record says of itself, there is an answer."""
    active = SERVICE.validator.validate(forge(VALID["unrecorded"], claims=claims))
    assert active is None or "epoch" not in claims


@BOUNDED
@given(
    st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "x5c", "oth"]), JSON),
    st.sampled_from(({}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256"}, {"kty": "OKP"})),
    st.sampled_from(SigningAlgorithm),
)
def test_no_json_for_a_key_breaks_a_proof(
    jwk: dict[str, object], kind: dict[str, object], algorithm: SigningAlgorithm
) -> None:
    """Whatever stands where a DPoP proof has its key, the proof is refused (item 11)."""
    text = PROVER.prove("GET", ISSUER, header={"alg": algorithm, "jwk": jwk | kind})
    with pytest.raises(InvalidProof):
        SERVICE.proofs.verify(Proof(text, "GET", ISSUER))


@pytest.mark.parametrize("kind", KINDS)
@BOUNDED
@given(st.data())
def test_one_changed_character_is_another_token(kind: str, data: st.DataObject) -> None:
    """Replacing, inserting or dropping one character anywhere makes no valid token."""
    token = VALID[kind]
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(printable) | st.characters())
    dropped = data.draw(st.integers(0, 1))
    mutant = token[:at] + letter + token[at + dropped :]
    expected = mutant == token
    assert (SERVICE.validator.validate(mutant) is not None) == expected
    assert SERVICE.validator.validate(token[:at] + token[at + 1 :]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_position_counts(kind: str) -> None:
    """At each position in turn, another letter of the same alphabet is refused."""
    token = VALID[kind]
    assert SERVICE.validator.validate(token) is not None
    for at, letter in enumerate(token):
        other = "0" if letter != "0" else "1"
        assert SERVICE.validator.validate(token[:at] + other + token[at + 1 :]) is None


def _json(value: object) -> bytes:

    return json.dumps(value).encode()
