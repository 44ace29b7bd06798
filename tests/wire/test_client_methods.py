"""How clients authenticate at every endpoint of both OAuth dialects, and how too much is told."""

from base64 import b64encode
from itertools import count
from urllib.parse import urlencode

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.owners import Introspection
from token_service.wire.client_dialects import assertion_audiences
from token_service.wire.dialect import Operation
from token_service.wire.form import FORM
from token_service.wire.http import Request, Response

from tests.client_keys import an_assertion, client_jwk
from tests.service import ISSUER
from tests.wire.api import Api, basic, body_of
from tests.wire.demo_clients import CLIENT, PUBLIC, SECRET
from tests.wire.shapes import assert_refusal

STANDARD = ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"]
SIMPLE_STORE = ["/connect/token", "/connect/introspect", "/connect/revocation"]
BOTH = [*STANDARD, *SIMPLE_STORE]
EVERY = [*BOTH, "/oauth/access_token"]
KEYED = "demo-keyed-client"
OWN = {"grant_type": "client_credentials", "token": "t"}
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JTI = count()


@pytest.fixture
def keyed(api: Api) -> Api:
    """The API with a client that proves itself by a key."""
    jwks = (client_jwk(),)
    keyed_client = NewClient("Keyed", id=KEYED, jwks=jwks, introspection=Introspection.ANY)
    api.service.administration.create(keyed_client)
    return api


def assertion(api: Api, audience: object = ISSUER) -> dict[str, str]:
    """The form fields of a fresh assertion."""
    text = an_assertion(KEYED, audience, api.service.now(), jti=f"jti-{next(JTI)}")
    return {"client_assertion_type": TYPE, "client_assertion": text}


def refusal(path: str, response: Response) -> object:
    """How a refusal was told; it must be in the dialect's own shape."""
    dialect = {"oauth2": "standard", "connect": "simple_store"}.get(
        path.split("/")[1], "elastic_path"
    )
    assert_refusal(dialect, response)
    return body_of(response).get("error") if response.body else None


INVALID_CLIENT = {
    **dict.fromkeys(EVERY, (400, "invalid_client")),
    "/oauth2/introspect": (401, "invalid_client"),
    "/connect/introspect": (401, None),
    "/oauth/access_token": (401, None),
}


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize("named", [{}, {"client_id": KEYED}])
def test_an_assertion_opens_every_endpoint(keyed: Api, path: str, named: dict[str, str]) -> None:
    """With and without client_id: RFC 7521 section 4.2 (items 23, 26)."""
    for audience in (ISSUER, f"{ISSUER}/oauth2/token", f"{ISSUER}/connect/token"):
        assert keyed.post(path, OWN | named | assertion(keyed, audience)).status == 200
        assert keyed.outcomes[-1].client_id == KEYED


@pytest.mark.parametrize(
    ("operation", "standard", "simple"),
    [
        (Operation.ISSUE, "token", "token"),
        (Operation.INTROSPECT, "introspect", "introspect"),
        (Operation.REVOKE, "revoke", "revocation"),
    ],
)
def test_what_this_server_may_be_called(
    api: Api, operation: Operation, standard: str, simple: str
) -> None:
    """The issuer, both token endpoints, and the endpoints of what is asked for."""
    assert assertion_audiences(ISSUER, operation, api.dialects) == {
        *(ISSUER, f"{ISSUER}/oauth2/token", f"{ISSUER}/connect/token"),
        *(f"{ISSUER}/oauth2/{standard}", f"{ISSUER}/connect/{simple}"),
    }


@pytest.mark.parametrize("path", BOTH)
def test_a_client_id_must_be_the_assertion_s(keyed: Api, path: str) -> None:
    """Somebody else's id beside a good assertion is a failed authentication (item 13)."""
    for other in (CLIENT, "nobody", KEYED.upper()):
        answer = keyed.post(path, OWN | {"client_id": other} | assertion(keyed))
        assert (answer.status, refusal(path, answer)) == INVALID_CLIENT[path]


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize("text", ["x", "a.b.c", "x" * 9000, "é.é.é", "e30.e30.", " "])
def test_no_assertion_is_a_500(keyed: Api, path: str, text: str) -> None:
    """What is no JWT is a failed authentication, with a client_id and without (item 11)."""
    fields = OWN | {"client_assertion_type": TYPE, "client_assertion": text}
    for named in ({}, {"client_id": KEYED}):
        answer = keyed.post(path, fields | named)
        assert (answer.status, refusal(path, answer)) == INVALID_CLIENT[path]


@pytest.mark.parametrize("path", STANDARD)
def test_two_ways_at_once(keyed: Api, path: str) -> None:
    """Basic and an assertion, a secret and an assertion, all three: invalid_request (item 12)."""
    header, secret = basic(CLIENT, SECRET), {"client_id": CLIENT, "client_secret": SECRET}
    for fields, headers in (
        (assertion(keyed), {"authorization": header}),
        (assertion(keyed) | secret, {}),
        (assertion(keyed) | {"client_secret": "x"}, {}),
        (assertion(keyed) | secret, {"authorization": header}),
        (secret, {"authorization": header}),
    ):
        answer = keyed.post(path, OWN | fields, **headers)
        assert (answer.status, refusal(path, answer)) == (400, "invalid_request")
    assert keyed.service.nonces.used == {}


@pytest.mark.parametrize("path", SIMPLE_STORE)
def test_simple_store_takes_the_first_way(keyed: Api, path: str) -> None:
    """IdentityServer's parsers stop at the first secret: Basic, then body, then assertion."""
    header, secret = basic(CLIENT, SECRET), {"client_id": CLIENT, "client_secret": SECRET}
    answer = keyed.post(path, OWN | assertion(keyed), authorization=header)
    assert (answer.status, keyed.outcomes[-1].client_id) == (200, CLIENT)
    answer = keyed.post(path, OWN | assertion(keyed) | secret)
    assert (answer.status, keyed.outcomes[-1].client_id) == (200, CLIENT)
    answer = keyed.post(path, OWN | assertion(keyed) | {"client_id": KEYED, "client_secret": "x"})
    assert (answer.status, refusal(path, answer)) == INVALID_CLIENT[path]


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize(
    "changes",
    [
        {"client_assertion_type": ""},
        {"client_assertion": ""},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion_type": TYPE.upper()},
    ],
)
def test_half_an_assertion(keyed: Api, path: str, changes: dict[str, str]) -> None:
    """It is malformed to the strict (RFC 7521 section 4.2), and nothing to IdentityServer."""
    answer = keyed.post(path, OWN | {"client_id": KEYED} | assertion(keyed) | changes)
    expected = (400, "invalid_request") if path in STANDARD else INVALID_CLIENT[path]
    assert (answer.status, refusal(path, answer)) == expected


@pytest.mark.parametrize("path", BOTH)
def test_no_challenge_for_what_was_not_tried(keyed: Api, path: str) -> None:
    """A failed assertion is answered as a failed body authentication is (item 14)."""
    answer = keyed.post(path, OWN | assertion(keyed, "https://other.example"))
    assert (answer.status, refusal(path, answer)) == INVALID_CLIENT[path]
    assert ("www-authenticate" in answer.headers) is (path == "/oauth2/introspect")


@pytest.mark.parametrize("path", BOTH)
def test_keys_and_secrets_do_not_mix(keyed: Api, path: str) -> None:
    """A secret for a client with keys, an assertion for one with a secret (item 19)."""
    text = an_assertion(CLIENT, ISSUER, keyed.service.now(), jti="1")
    for fields in (
        {"client_id": KEYED, "client_secret": SECRET},
        {"client_id": KEYED},
        {"client_assertion_type": TYPE, "client_assertion": text},
    ):
        answer = keyed.post(path, OWN | fields)
        assert (answer.status, refusal(path, answer)) == INVALID_CLIENT[path]


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("client_id", [CLIENT, "nobody"])
def test_too_many_failures(api: Api, path: str, client_id: str) -> None:
    """Ten are invalid_client, further ones 429 with Retry-After, in each dialect (items 15, 18)."""
    wrong = OWN | {"client_id": client_id, "client_secret": "wrong"}
    for _ in range(10):
        answer = api.post(path, wrong)
        assert (answer.status, refusal(path, answer)) == INVALID_CLIENT[path]
    api.service.now.advance(13)
    answer = api.post(path, wrong)
    assert (answer.status, answer.headers["retry-after"]) == (429, "47")
    assert "www-authenticate" not in answer.headers
    code = refusal(path, answer)
    if path == "/oauth/access_token":
        (entry,) = body_of(answer)["errors"]
        assert (entry["status"], entry["title"]) == ("429", "Too Many Requests")
    else:
        assert code == "temporarily_unavailable"
    assert api.outcomes[-1].result == "too_many_failures"
    good = {"client_id": CLIENT, "client_secret": SECRET}
    assert api.post(path, OWN | good).status == 200


def test_five_mistakes_of_go_s_client(api: Api) -> None:
    """x/oauth2 tries Basic, then the body: each of five mistakes is told invalid_client (18)."""
    body = OWN | {"client_id": CLIENT, "client_secret": "wrong"}
    for _ in range(5):
        by_header = api.post("/oauth2/token", OWN, authorization=basic(CLIENT, "wrong"))
        assert (by_header.status, body_of(by_header)["error"]) == (401, "invalid_client")
        assert body_of(api.post("/oauth2/token", body))["error"] == "invalid_client"
    assert api.post("/oauth2/token", body).status == 429


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {"authorization": basic(CLIENT, "%zz")}),
        ({}, {"authorization": basic(CLIENT, "x" * 101)}),
        ({}, {"authorization": "Basic ZGVtby1jbGllbnQ="}),
        ({"client_id": CLIENT, "client_secret": "x" * 101}, {}),
        ({"client_id": CLIENT}, {}),
        ({"client_id": PUBLIC, "client_secret": "needless"}, {}),
        ({"client_id": CLIENT, "client_assertion_type": TYPE, "client_assertion": "a.b.c"}, {}),
    ],
)
def test_malformed_credentials_that_name_a_client_count(
    api: Api, fields: dict[str, str], headers: dict[str, str]
) -> None:
    """Whatever else is wrong with them (item 18)."""
    for _ in range(10):
        answer = api.post("/oauth2/token", OWN | fields, **headers)
        assert body_of(answer)["error"] == "invalid_client"
    assert api.post("/oauth2/token", OWN | fields, **headers).status == 429


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {}),
        ({}, {"authorization": "Basic !"}),
        ({}, {"authorization": basic("", "x")}),
        ({}, {"authorization": basic("%zz", "x")}),
        ({"client_id": "x" * 101, "client_secret": "x"}, {}),
        ({"client_assertion_type": TYPE, "client_assertion": "a.b.c"}, {}),
    ],
)
def test_what_names_nobody_is_not_counted(
    api: Api, fields: dict[str, str], headers: dict[str, str]
) -> None:
    """It is no guess at anybody's secret."""
    for _ in range(12):
        answer = api.post("/oauth2/token", OWN | fields, **headers)
        assert body_of(answer)["error"] == "invalid_client"
    assert api.service.client_failures.by_key == {}


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("way", ["basic", "malformed", "body", "assertion"])
def test_addresses_are_counted_apart(keyed: Api, path: str, way: str) -> None:
    """The gateway's word for where a request came from is part of the name (item 18)."""
    if path == "/oauth/access_token" and way != "body":
        return  # Elastic Path knows no other way
    header = {"basic": basic(CLIENT, "wrong"), "malformed": basic(CLIENT, "%zz")}.get(way)
    fields = {
        "body": {"client_id": CLIENT, "client_secret": "wrong"},
        "assertion": assertion(keyed, "https://other.example"),
    }.get(way, {})

    def status(source_ip: str) -> int:
        headers = {"content-type": FORM} | ({"authorization": header} if header else {})
        body = urlencode(OWN | fields).encode()
        return keyed.respond(
            Request("POST", path, headers, raw_body=body, source_ip=source_ip)
        ).status

    assert {status("192.0.2.1") for _ in range(10)} <= {400, 401}
    assert (status("192.0.2.1"), status("2001:db8::1") in (400, 401)) == (429, True)


@pytest.mark.parametrize("path", ["/oauth2/revoke", "/connect/revocation"])
def test_basic_without_a_colon_is_malformed(api: Api, path: str) -> None:
    """Also of a public client, which has nothing to put behind it (RFC 7617 section 2)."""
    with_colon = basic(PUBLIC, "")
    without = "Basic " + b64encode(PUBLIC.encode()).decode()
    assert api.post(path, {"token": "t"}, authorization=with_colon).status == 200
    answer = api.post(path, {"token": "t"}, authorization=without)
    assert refusal(path, answer) == "invalid_client"
