"""JWT claims: what a token that our own key signed must say to be read at all."""

import json
from typing import Any

import pytest
from token_service.domain.limits import CLOCK_SKEW
from token_service.domain.model import TOKEN_OWNERS, Grant, OwnerKind

from tests.domain.acts import issue, register, token_of
from tests.domain.forge import ABSENT, encode, forge, parts, sign_raw
from tests.memory_store import place_of
from tests.samples import an_account
from tests.service import ISSUER, Service


@pytest.fixture(params=[True, False], ids=["recorded", "unrecorded"])
def token(service: Service, request: pytest.FixtureRequest) -> str:
    """A valid token, with a record and without."""
    return token_of(service, scopes=("read", "write"), recorded=request.param).value


@pytest.fixture
def recorded_token(service: Service) -> str:
    """A valid token with a record."""
    return token_of(service, scopes=("read", "write")).value


def is_active(service: Service, token: str) -> bool:
    """Whether the service takes it."""
    return service.validator.validate(token) is not None


def test_an_issued_token_has_every_claim(service: Service, recorded_token: str) -> None:
    """RFC 9068 section 2.2: iss, exp, aud, sub, client_id, iat and jti (item 47)."""
    (record,) = service.tokens.records.values()
    assert parts(recorded_token)[1] == {
        "iss": ISSUER,
        "sub": "shop",
        "client_id": "shop",
        "aud": ISSUER,
        "iat": service.now(),
        "nbf": service.now(),
        "exp": service.now() + 3600,
        "jti": record.handle,
        "gty": "client_credentials",
        "scope": "read write",
    }


def test_an_implicit_token_says_that_it_only_reads(service: Service) -> None:
    """Whoever checks it offline learns its limit too (item 37)."""
    _, credentials = register(service)
    claims = parts(issue(service, credentials, Grant.IMPLICIT).value)[1]
    assert (claims["access"], claims["gty"]) == ("read_only", "implicit")
    assert "scope" not in claims


@pytest.mark.parametrize("audience", [("a",), ("a", "b")])
def test_one_audience_is_a_string_several_are_a_list(
    service: Service, audience: tuple[str, ...]
) -> None:
    """As RFC 7519 section 4.1.3 allows; both are read back."""
    token = token_of(service, audience=audience)
    assert parts(token.value)[1]["aud"] == ("a" if audience == ("a",) else ["a", "b"])
    assert is_active(service, token.value)
    assert token.record.audience == audience


REQUIRED = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]


ODD: list[object] = [ABSENT, None, {}, [], 1.5, -1, 0, "", "x", True, [1], ["x", 1]]
# Any audience of strings is an audience; who is meant is asked where the token is used.
ODD_CLAIMS = [(n, v) for n in REQUIRED for v in ODD if n != "aud" or v not in ("", "x", [])]


@pytest.mark.parametrize(("name", "value"), ODD_CLAIMS)
def test_a_claim_that_is_missing_or_odd_is_refused(
    service: Service, token: str, name: str, value: object
) -> None:
    """Each required claim, absent, of another type or with another value (items 47 to 49)."""
    assert not is_active(service, forge(token, claims={name: value}))


@pytest.mark.parametrize(
    "iss",
    [
        ISSUER + "/",
        ISSUER.upper(),
        ISSUER[:-1],
        ISSUER + "x",
        f" {ISSUER}",
        [ISSUER],
        "http" + ISSUER[5:],
    ],
)
def test_the_issuer_is_compared_exactly(service: Service, token: str, iss: object) -> None:
    """Nearly our issuer is another issuer (item 48)."""
    assert not is_active(service, forge(token, claims={"iss": iss}))


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e3",
        "1e999",
        "1800003600.0",
        "1.8e9",
        "true",
        "null",
        '"1800003600"',
        "-1800003600",
        "0",
        "99999999999",
        "9" * 400,
        "9" * 5000,
        "01800003600",
        "[1800003600]",
        "{}",
        "1800003600 "[:-1] + "x",
    ],
)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_a_time_is_a_sane_whole_number(service: Service, token: str, name: str, text: str) -> None:
    """No NaN, float, string, bool, negative or huge number is a time (item 49)."""
    header, claims = parts(token)
    claims[name] = "HERE"
    raw = json.dumps(claims).replace('"HERE"', text)
    assert not is_active(service, sign_raw(json.dumps(header).encode(), raw.encode()))


@pytest.mark.parametrize(("seconds", "active"), [(3599, True), (3600, False), (3601, False)])
def test_exp_is_judged_without_leeway(
    service: Service, token: str, seconds: int, *, active: bool
) -> None:
    """At the second of its expiry a token is dead (item 49)."""
    service.now.advance(seconds)
    assert is_active(service, token) == active


@pytest.mark.parametrize("name", ["iat", "nbf"])
@pytest.mark.parametrize(
    ("ahead", "active"), [(0, True), (CLOCK_SKEW, True), (CLOCK_SKEW + 1, False)]
)
def test_times_to_come_are_borne_for_a_minute(
    service: Service, token: str, name: str, ahead: int, *, active: bool
) -> None:
    """A clock 60 seconds ahead is borne, one further ahead is not (item 49)."""
    assert is_active(service, forge(token, claims={name: service.now() + ahead})) == active


def test_nbf_may_be_absent(service: Service, token: str) -> None:
    """RFC 9068 does not ask for it."""
    assert is_active(service, forge(token, claims={"nbf": ABSENT}))


@pytest.mark.parametrize("shift", [-1, 1, 3600])
def test_the_record_s_expiry_counts(service: Service, recorded_token: str, shift: int) -> None:
    """A token that says another expiry than its record has is refused."""
    (record,) = service.tokens.records.values()
    assert not is_active(service, forge(recorded_token, claims={"exp": record.expires_at + shift}))


@pytest.mark.parametrize(
    "jti", ["", "x", "08" + "0" * 32, "ff" + "0" * 32, "{jti}0", "{jti}\0", ["{jti}"], 8, None]
)
def test_a_jti_names_a_record_of_ours(
    service: Service,
    recorded_token: str,
    jti: Any,  # noqa: ANN401 - JSON
) -> None:
    """Any other id finds nothing."""
    (record,) = service.tokens.records.values()
    filled = json.loads(json.dumps(jti).replace("{jti}", record.handle))
    assert not is_active(service, forge(recorded_token, claims={"jti": filled}))


def test_a_forged_signature_never_reaches_the_store(service: Service, token: str) -> None:
    """A known jti under a wrong signature is refused before anything is read (item 60)."""
    reads = service.clients.reads
    forged = f"{token.rpartition('.')[0]}.{encode(bytes(64))}"
    assert not is_active(service, forged)
    assert service.clients.reads == reads


def test_another_client_s_name_on_a_token_is_refused(service: Service, token: str) -> None:
    """Record and claims must agree on the owner (item 39)."""
    register(service, id="other")
    for claims in (
        {"client_id": "other"},
        {"sub": "other"},
        {"sub": "other", "client_id": "other"},
    ):
        assert not is_active(service, forge(token, claims=claims))


@pytest.mark.parametrize("kind", sorted(TOKEN_OWNERS))
def test_a_person_s_name_on_a_client_s_token_is_refused(
    service: Service, token: str, kind: OwnerKind
) -> None:
    """No owner of another kind, there or not, takes a client's token over (RFC 9068, 5)."""
    service.owners.accounts[OwnerKind.ADMIN].create(an_account(id="shop"))
    subject = f"{kind}:shop"
    assert not is_active(service, forge(token, claims={"sub": subject, "client_id": subject}))


def test_a_signed_token_without_a_record_is_dead(service: Service, recorded_token: str) -> None:
    """A signature is not enough: the store must know the token, if it was made with a record."""
    (record,) = service.tokens.records.values()
    del service.tokens.records[place_of(record)]
    assert not is_active(service, recorded_token)
