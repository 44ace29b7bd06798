"""Malformed HTTP Basic, over-large headers, over-long fields, and the time that refusals take."""

from base64 import b64encode
from statistics import median
from time import perf_counter

import pytest

from tests.e2e.deployed import Deployed
from tests.e2e.endpoints import ENDPOINTS, FORM, OK, Caller, Endpoint, at_every_endpoint, told_as
from tests.e2e.raw import send
from tests.e2e.refusals import ELASTIC_PATH, SIMPLE_STORE, STANDARD, assert_refusal

SAMPLES = 21


def basic(credentials: bytes) -> str:
    """The Authorization header of these bytes."""
    return "Basic " + b64encode(credentials).decode()


@at_every_endpoint
@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YQ",
        "Basic YTpi\u00e9",
        basic(b""),
        basic(b"no-colon"),
        basic(b":no-id"),
        basic(b"\xff\xfe:x"),
        basic(b"a\0b:x"),
        basic(b"%ZZ:x"),
        basic(b"%00:x"),
        basic(b"no-such-client:x"),
        basic(b"no-such-client-2:"),
        basic(b"a" * 101 + b":x"),
        basic(b"a" * 6000 + b":x"),
        f"{basic(b'a:b')}, {basic(b'c:d')}",
        f"bAsIc {b64encode(b'no-such-client-3:x').decode()}",
    ],
)
def test_malformed_basic(caller: Caller, endpoint: Endpoint, header: str) -> None:
    """Whatever Basic cannot be, it is a client that cannot be; a challenge where RFC 6749 asks."""
    authorization = ("authorization", header.encode("latin-1"))
    told_as(endpoint, endpoint.basic, caller.post(endpoint, endpoint.own, FORM, authorization))


@at_every_endpoint
def test_another_scheme_is_nobody(caller: Caller, endpoint: Endpoint) -> None:
    """A bearer token or a bare word authenticates no client; RFC 6749 has it challenged."""
    for header in ("Bearer abc", "abc", "Digest x", ""):
        answer = caller.post(endpoint, endpoint.own, FORM, ("authorization", header))
        challenged = header and endpoint.dialect == STANDARD
        told_as(endpoint, endpoint.basic if challenged else endpoint.nobody, answer)


@at_every_endpoint
def test_basic_and_body_at_once(caller: Caller, endpoint: Endpoint) -> None:
    """IdentityServer lets Basic win; RFC 6749 takes one way only; Elastic Path knows no Basic."""
    party = caller.party
    good = ("authorization", basic(f"{party.id}:{party.secret}".encode()))
    wrong = ("authorization", basic(f"{party.id}:wrong".encode()))
    told_good, told_wrong = {
        ELASTIC_PATH: (OK, OK),
        SIMPLE_STORE: (OK, endpoint.client),
        STANDARD: (endpoint.repeated, endpoint.repeated),
    }[endpoint.dialect]
    told_as(endpoint, told_good, caller.post(endpoint, caller.form(endpoint), FORM, good))
    told_as(endpoint, told_wrong, caller.post(endpoint, caller.form(endpoint), FORM, wrong))


@at_every_endpoint
def test_headers_as_large_as_the_gateway_takes(caller: Caller, endpoint: Endpoint) -> None:
    """9 KB of headers change nothing, neither in one that is read nor in one that is not."""
    good = caller.form(endpoint)
    told_as(endpoint, OK, caller.post(endpoint, good, FORM, ("x-large", "y" * 9000)))
    # To RFC 6749 an Authorization header of no known scheme is a client that failed.
    told = endpoint.basic if endpoint.dialect == STANDARD else OK
    told_as(endpoint, told, caller.post(endpoint, good, FORM, ("authorization", "z" * 9000)))
    repeated = [(f"x-{i}", "y" * 80) for i in range(90)]
    told_as(endpoint, OK, caller.post(endpoint, good, FORM, *repeated))


@pytest.mark.parametrize("path", ["/v2/products", "/example/whoami", "/.well-known/jwks.json"])
@pytest.mark.parametrize("method", ["BREW", "DELETE", "PUT", "POST"])
@pytest.mark.parametrize("body", [b"", b"\xff\0%ZZ", b"a" * 2**20], ids=["empty", "junk", "1 MB"])
def test_endpoints_that_read_no_body(
    deployed: Deployed, path: str, method: str, body: bytes
) -> None:
    """They refuse any odd method and body in their dialect's words too."""
    answer = send(deployed.url, method, path, [("content-type", "application/json")], body)
    dialect = ELASTIC_PATH if path.startswith("/v2/") else STANDARD
    assert_refusal(dialect, answer.status, answer.headers, answer.text)


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("scope=" + "a" * 301, {SIMPLE_STORE: "invalid_scope", STANDARD: "invalid_scope"}),
        ("scope=a%20%20b", {SIMPLE_STORE: "invalid_scope", STANDARD: "invalid_scope"}),
        ("scope=%22", {SIMPLE_STORE: "invalid_scope", STANDARD: "invalid_scope"}),
        ("scope=caf%C3%A9", {SIMPLE_STORE: "invalid_scope", STANDARD: "invalid_scope"}),
    ],
)
def test_malformed_scope(caller: Caller, field: str, codes: dict[str, str]) -> None:
    """A scope outside RFC 6749's grammar or too long is invalid_scope; Elastic Path has none."""
    for endpoint in ENDPOINTS:
        if endpoint.own.startswith("grant_type"):
            answer = caller.post(endpoint, f"{caller.form(endpoint)}&{field}", FORM)
            code = codes.get(endpoint.dialect)
            told_as(endpoint, (400, code) if code else OK, answer)


@pytest.mark.parametrize(
    "grant", ["nonsense", "password", "authorization_code", "x" * 5000, "Client_Credentials"]
)
def test_grants_that_nobody_offers(caller: Caller, grant: str) -> None:
    """An unknown, over-long or misspelt grant is refused as such."""
    credentials = f"client_id={caller.party.id}&client_secret={caller.party.secret}"
    for endpoint in ENDPOINTS:
        if endpoint.own.startswith("grant_type"):
            answer = caller.post(endpoint, f"grant_type={grant}&{credentials}", FORM)
            title = "Bad Request" if endpoint.dialect == ELASTIC_PATH else "unsupported_grant_type"
            told_as(endpoint, (400, title), answer)


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "." * 3000, "0" * 40, "x" * 60_000, "%F0%9F%94%91", "eyJhbGciOiJub25lIn0.e30."],
)
def test_strange_tokens_are_inactive(caller: Caller, token: str) -> None:
    """Whatever is no token of ours is inactive, and revoking it succeeds at nothing."""
    credentials = f"client_id={caller.party.id}&client_secret={caller.party.secret}"
    for endpoint in ENDPOINTS:
        if endpoint.own.startswith("token"):
            answer = caller.post(endpoint, f"token={token}&{credentials}", FORM)
            expected = '{"active":false}' if "introspect" in endpoint.path else ""
            assert (answer.status, answer.text) == (200, expected)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{}",
        '{"grant_type":',
        '{"a":' + "[" * 60_000,
        '{"a":' + "1" * 5000 + "}",
        '{"grant_type":1,"client_id":[]}',
        '{"grant_type":"implicit","client_id":"\\ud800"}',
        '{"grant_type":"implicit","client_id":"a\\u0000"}',
        '{"client_id":"a","client_id":"b","grant_type":"implicit"}',
        '{"grant_type":"implicit","client_id":null}',
    ],
)
def test_broken_json_for_elastic_path(caller: Caller, body: str) -> None:
    """JSON is read where it is found, and anything wrong with it is a 400 in the envelope."""
    endpoint = ENDPOINTS[0]
    answer = caller.post(endpoint, body, ("content-type", "application/json"))
    told_as(endpoint, (400, "Bad Request"), answer)


def test_refusals_take_the_same_time(caller: Caller) -> None:
    """Nobody can tell an unknown id from a wrong secret with a clock."""

    def seconds(endpoint: Endpoint, client_id: str) -> float:
        body = f"{endpoint.own}&client_id={client_id}&client_secret=wrong"
        started = perf_counter()
        told_as(endpoint, endpoint.client, caller.post(endpoint, body, FORM))
        return perf_counter() - started

    def pair(endpoint: Endpoint, number: int) -> tuple[float, float]:
        """One of each; a success then forgets the failure, so that none is one too many."""
        unknown = seconds(endpoint, f"no-such-client{endpoint.path.replace('/', '-')}-{number}")
        wrong = seconds(endpoint, caller.party.id)
        told_as(endpoint, OK, caller.post(endpoint, caller.form(endpoint), FORM))
        return unknown, wrong

    for endpoint in ENDPOINTS[:3]:
        pairs = [pair(endpoint, number) for number in range(SAMPLES)]
        unknown, wrong = (median(side) for side in zip(*pairs, strict=True))
        assert abs(unknown - wrong) < 0.01 + 0.25 * max(unknown, wrong)
