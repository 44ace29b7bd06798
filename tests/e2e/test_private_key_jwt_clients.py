"""private_key_jwt (RFC 7523) with openid-client, requests-oauth2client and authlib, and without.

The refusals are what OAuch (DistriNet) asks of client assertions, among others.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import import_key
from requests_oauth2client import OAuth2Client, PrivateKeyJwt
from token_service.domain.algorithms import SigningAlgorithm

from tests.domain.forge import ABSENT, encode, hmac_signed
from tests.e2e.client_keys import ASSERTION_TYPE, ClientKey
from tests.e2e.deployed import OPEN, SHUT, Deployed, NewClient, Party
from tests.e2e.node import node

pytestmark = pytest.mark.usefixtures("insecure_transport")


@dataclass(frozen=True)
class Keyed:
    """A client and its key."""

    party: Party
    key: ClientKey


@pytest.fixture(scope="module")
def keyed_client(
    new_client: NewClient, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[SigningAlgorithm], Keyed]:
    """Makes a client with a key of an algorithm."""

    def create(algorithm: SigningAlgorithm) -> Keyed:
        key = ClientKey.make(algorithm)
        jwks = key.jwks_file(tmp_path_factory.mktemp("jwks"))
        return Keyed(new_client("--jwks", jwks, "--scope", "orders:read"), key)

    return create


@pytest.fixture(scope="module", params=SigningAlgorithm)
def keyed(
    request: pytest.FixtureRequest, keyed_client: Callable[[SigningAlgorithm], Keyed]
) -> Keyed:
    """A client with a key of each algorithm offered."""
    return keyed_client(request.param)


@pytest.fixture(scope="module")
def es256(keyed_client: Callable[[SigningAlgorithm], Keyed]) -> Keyed:
    """A client with a key of one algorithm."""
    return keyed_client(SigningAlgorithm.ES256)


def test_openid_client(deployed: Deployed, keyed: Keyed) -> None:
    """openid-client issues, introspects and revokes; each call takes an assertion of its own."""
    told = node(
        "openid_client.mjs",
        "life",
        ISSUER=deployed.url,
        CLIENT_ID=keyed.party.id,
        CLIENT_KEY=json.dumps(keyed.key.private_jwk),
        METHOD="PrivateKeyJwt",
        DISCOVERY="oauth2",
    )
    assert (told["active"]["active"], told["active"]["client_id"]) == (True, keyed.party.id)
    assert told["ended"] == {"active": False}


def test_requests_oauth2client(deployed: Deployed, keyed: Keyed) -> None:
    """requests-oauth2client does, and addresses each assertion to the endpoint it calls."""
    jwk = keyed.key.private_jwk
    if jwk["alg"] == SigningAlgorithm.ED25519:
        jwk["alg"] = "EdDSA"  # the only name that this library knows of it
    client = OAuth2Client.from_discovery_endpoint(
        issuer=deployed.url,
        auth=PrivateKeyJwt(keyed.party.id, jwk),
        session=deployed.http,
        testing=True,
    )
    token = client.client_credentials(scope="orders:read")
    assert client.introspect_token(token)["client_id"] == keyed.party.id
    assert deployed.doors(token.access_token) == OPEN
    assert client.revoke_access_token(token) is True
    assert deployed.doors(token.access_token) == SHUT


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # in the words of RFC 9864
def test_authlib(deployed: Deployed, keyed: Keyed) -> None:
    """Authlib does, with assertions that live an hour and are all for the token endpoint."""
    addresses = deployed.get("/.well-known/oauth-authorization-server").json()
    endpoint = addresses["token_endpoint"]
    method = PrivateKeyJWT(endpoint, alg=keyed.key.algorithm.value)
    with AuthlibSession(
        keyed.party.id,
        import_key(keyed.key.private_jwk),
        token_endpoint_auth_method=method.name,
        revocation_endpoint_auth_method=method.name,
    ) as session:
        session.register_client_auth_method(method)
        value = session.fetch_token(endpoint, grant_type="client_credentials")["access_token"]
        told = session.introspect_token(addresses["introspection_endpoint"], token=value).json()
        assert (told["active"], told["client_id"]) == (True, keyed.party.id)
        ended = session.revoke_token(  # type: ignore[no-untyped-call]  # not in its stubs
            addresses["revocation_endpoint"], token=value
        )
        assert ended.status_code == 200
    assert deployed.doors(value) == SHUT


def claims(deployed: Deployed, keyed: Keyed, **changes: object) -> dict[str, Any]:
    """What a good assertion says, changed."""
    now = int(time.time())
    return {
        "iss": keyed.party.id,
        "sub": keyed.party.id,
        "aud": deployed.url,
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
        **changes,
    }


def ask(deployed: Deployed, assertion: str, **fields: str) -> requests.Response:
    """Ask for a token with an assertion; `fields` may change anything."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **fields,
    }
    return deployed.post("/oauth2/token", form)


def assert_refused(deployed: Deployed, keyed: Keyed, assertion: str, **fields: str) -> None:
    """It proves nobody; a good one before it sees to it that failures are not slowed."""
    assert ask(deployed, keyed.key.assertion(claims(deployed, keyed))).status_code == 200
    answer = ask(deployed, assertion, **fields)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client"), answer.text


def test_an_assertion_works_once(deployed: Deployed, es256: Keyed) -> None:
    """Good for one token, and then nobody's (item 23)."""
    assertion = es256.key.assertion(claims(deployed, es256))
    assert ask(deployed, assertion).status_code == 200
    assert_refused(deployed, es256, assertion)


def test_it_may_be_for_the_issuer_or_the_endpoint(deployed: Deployed, es256: Keyed) -> None:
    """RFC 7523 section 3: any value that identifies the server, or several."""
    issuer, endpoint = deployed.url, f"{deployed.url}/oauth2/token"
    for audience in (issuer, endpoint, [issuer], [issuer, endpoint]):
        said = claims(deployed, es256, aud=audience)
        assert ask(deployed, es256.key.assertion(said)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ABSENT},
        {"iss": "another"},
        {"sub": ABSENT},
        {"sub": "another"},
        {"aud": ABSENT},
        {"aud": "https://other.example"},
        {"aud": ["https://other.example"]},
        {"aud": []},
        {"exp": ABSENT},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999, "exp": 9_999_999_999 + 60},
        {"jti": ABSENT},
    ],
    ids=str,
)
def test_bad_claims(deployed: Deployed, es256: Keyed, changes: dict[str, object]) -> None:
    """One wrong claim, and it is nobody's (item 23)."""
    assert_refused(deployed, es256, es256.key.assertion(claims(deployed, es256, **changes)))


def test_an_audience_that_is_no_string(deployed: Deployed, es256: Keyed) -> None:
    """A list with something else in it is refused, the right string or not (item 24).

    So is one that names another server too, which could then use the assertion here.
    """
    for other in (1, "https://other.example"):
        said = claims(deployed, es256, aud=[deployed.url, other])
        assert_refused(deployed, es256, es256.key.assertion(said))


def test_bad_signatures(deployed: Deployed, es256: Keyed) -> None:
    """Unsigned, by an HMAC of the public key, by a stranger, for another algorithm (item 23)."""
    good = es256.key.assertion(claims(deployed, es256))
    header, said, _ = good.split(".")
    stranger = ClientKey.make(SigningAlgorithm.RS256)
    public = json.dumps(es256.key.public_jwk).encode()
    bad = (
        f"{encode(b'{"alg":"none"}')}.{said}.",
        f"{header}.{said}.",
        hmac_signed(good, public),
        stranger.assertion(claims(deployed, es256), kid=es256.key.loaded.kid),
        stranger.assertion(claims(deployed, es256)),
        es256.key.assertion(claims(deployed, es256), alg="RS256"),
        es256.key.assertion(claims(deployed, es256), kid="another"),
    )
    for assertion in bad:
        assert_refused(deployed, es256, assertion)
    assert ask(deployed, good).status_code == 200


def test_one_way_at_a_time(deployed: Deployed, es256: Keyed) -> None:
    """A secret beside it, Basic beside it, or half of it: invalid_request (item 12)."""

    def assertion() -> str:
        return es256.key.assertion(claims(deployed, es256))

    answers = [
        ask(deployed, assertion(), client_id=es256.party.id, client_secret="x"),
        ask(deployed, assertion(), client_assertion_type=""),
        ask(deployed, assertion(), client_assertion_type="urn:other"),
        ask(deployed, ""),
        deployed.post(
            "/oauth2/token",
            {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion(),
            },
            es256.party,
        ),
    ]
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [
        (400, "invalid_request")
    ] * len(answers)


def test_the_client_id_may_be_named_too_but_no_other(deployed: Deployed, es256: Keyed) -> None:
    """RFC 7521 section 4.2: unnecessary, and if there, the assertion's (item 13)."""
    good, bad = (es256.key.assertion(claims(deployed, es256)) for _ in range(2))
    assert ask(deployed, good, client_id=es256.party.id).status_code == 200
    assert_refused(deployed, es256, bad, client_id=deployed.client.id)


def test_the_metadata_offers_it(deployed: Deployed) -> None:
    """At every endpoint, with the algorithms that work (items 26, 85)."""
    document = deployed.get("/.well-known/oauth-authorization-server").json()
    for name in ("token", "introspection", "revocation"):
        assert "private_key_jwt" in document[f"{name}_endpoint_auth_methods_supported"]
        offered = document[f"{name}_endpoint_auth_signing_alg_values_supported"]
        assert set(offered) >= {algorithm.value for algorithm in SigningAlgorithm}
