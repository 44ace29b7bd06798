"""Signed introspection answers (RFC 9701; item 67), and that they are nothing else (item 46)."""

from typing import Any

import jwt
import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keys import PrivateKey, PublicKey, SigningKeys, VerificationKeys
from token_service.domain.signed_introspection import IntrospectionSigner
from token_service.wire.discovery import METADATA_PATHS
from token_service.wire.endpoints import SIGNED
from token_service.wire.http import Response

from tests.service import ISSUER, Service
from tests.wire.api import Api, body_of
from tests.wire.demo_clients import OTHER, OTHER_SECRET, SERVER, SERVER_SECRET
from tests.wire.shapes import assert_refusal

AS_SERVER = {"client_id": SERVER, "client_secret": SERVER_SECRET}
ENDPOINTS = {"standard": "/oauth2/introspect", "simple_store": "/connect/introspect"}
# Ed25519 is a name that others sign by.
OURS = sorted(set(SigningAlgorithm) - {SigningAlgorithm.ED25519})


@pytest.fixture
def api() -> Api:
    """A deployment that signs."""
    return Api(signed=True)


@pytest.fixture(params=ENDPOINTS.values())
def endpoint(request: pytest.FixtureRequest) -> str:
    """Each introspection endpoint."""
    path: str = request.param
    return path


def ask(api: Api, endpoint: str, token: str, accept: str = SIGNED, **who: str) -> Response:
    """What a caller is answered, by default the resource server."""
    return api.post(endpoint, (who or AS_SERVER) | {"token": token}, accept=accept)


def opened(api: Api, response: Response) -> dict[str, Any]:
    """The claims, verified by somebody else's library with what the JWKS publishes."""
    (published,) = body_of(api.send("GET", "/.well-known/jwks.json"))["keys"]
    key = jwt.PyJWK(published)
    options: Any = {"verify_aud": False, "verify_iat": False}
    claims: dict[str, Any] = jwt.decode(
        response.body, key, algorithms=[published["alg"]], options=options
    )
    assert jwt.get_unverified_header(response.body) == {
        "alg": published["alg"],
        "kid": published["kid"],
        "typ": "token-introspection+jwt",
    }
    return claims


@pytest.mark.parametrize("algorithm", OURS)
def test_an_active_token(endpoint: str, algorithm: SigningAlgorithm) -> None:
    """Who says what to whom and when, and within it what the JSON answer says (item 67)."""
    api = Api(Service(algorithm=algorithm), signed=True)
    token = api.issue()
    response = ask(api, endpoint, token)
    assert (response.status, response.headers["content-type"]) == (200, SIGNED)
    assert "no-store" in response.headers["cache-control"]
    claims = opened(api, response)
    plain = body_of(ask(api, endpoint, token, accept="application/json"))
    assert plain["active"]
    assert claims == {
        "iss": ISSUER,
        "aud": SERVER,
        "iat": api.service.now(),
        "token_introspection": plain,
    }


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "f" * 40])
def test_an_inactive_token(api: Api, endpoint: str, token: str) -> None:
    """That it is not active is signed too, and nothing else is said."""
    claims = opened(api, ask(api, endpoint, token))
    assert claims["token_introspection"] == {"active": False}


def test_a_foreign_token(api: Api, endpoint: str) -> None:
    """The audience is the caller, who may know as much as without a signature (item 59)."""
    who = {"client_id": OTHER, "client_secret": OTHER_SECRET}
    claims = opened(api, ask(api, endpoint, api.issue(), **who))
    assert (claims["aud"], claims["token_introspection"]) == (OTHER, {"active": False})


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/jwt", "text/html"])
def test_others_get_json(api: Api, endpoint: str, accept: str) -> None:
    """Only the media type itself asks for a signature (item 67)."""
    response = ask(api, endpoint, api.issue(), accept=accept)
    assert response.headers["content-type"].startswith("application/json")
    assert body_of(response)["active"]


def test_a_deployment_that_does_not_sign(endpoint: str) -> None:
    """It answers in JSON: the content type tells, and a resource server may insist by itself."""
    api = Api()
    response = ask(api, endpoint, api.issue())
    assert response.headers["content-type"].startswith("application/json")
    assert body_of(response)["active"]


@pytest.mark.parametrize("dialect", ENDPOINTS)
def test_errors_stay_json(api: Api, dialect: str) -> None:
    """Who is refused is told so in the dialect's own words (item 56)."""
    response = ask(api, ENDPOINTS[dialect], "t", client_id=SERVER, client_secret="wrong")
    assert response.status == 401
    assert_refusal(dialect, response)
    response = api.post(ENDPOINTS[dialect], AS_SERVER, accept=SIGNED)
    assert response.status == 400
    assert_refusal(dialect, response)


def test_without_the_key_there_is_no_answer(endpoint: str) -> None:
    """An unsigned answer is no substitute."""

    def out() -> PrivateKey:
        raise Unavailable

    service = Service()
    service.signer = IntrospectionSigner(SigningKeys(out, service.now), ISSUER, service.now)
    api = Api(service, signed=True)
    response = ask(api, endpoint, api.issue())
    assert (response.status, response.headers["retry-after"]) == (503, "2")


def test_it_is_no_access_token(api: Api, endpoint: str) -> None:
    """Its type keeps it out, though signed by the same key for the same issuer (item 46)."""
    answer = ask(api, endpoint, api.issue()).body
    assert api.service.validator.validate(answer) is None
    assert body_of(ask(api, endpoint, answer, accept=""))["active"] is False
    assert not set(jwt.decode(answer, options={"verify_signature": False})) & {"sub", "exp"}


@pytest.mark.parametrize("path", METADATA_PATHS)
def test_metadata_does_not_wait_for_keys(path: str) -> None:
    """Where they cannot be read the document lacks how answers are signed, and nothing else."""

    def out() -> tuple[PublicKey, ...]:
        raise Unavailable

    expected = body_of(Api().send("GET", path))
    service = Service()
    service.keys = VerificationKeys(out, service.now)
    answer = Api(service, signed=True).send("GET", path)
    assert (answer.status, body_of(answer)) == (200, expected)


@pytest.mark.parametrize("path", METADATA_PATHS)
@pytest.mark.parametrize("algorithm", OURS)
def test_metadata(path: str, algorithm: SigningAlgorithm) -> None:
    """The documents say how answers are signed, once there is a key (item 85)."""
    api = Api(Service(algorithm=algorithm), signed=True)
    document = body_of(api.send("GET", path))
    assert document["introspection_signing_alg_values_supported"] == [algorithm]
    empty = Api(signed=True)
    empty.service.published.clear()
    document = body_of(empty.send("GET", path))
    assert "introspection_signing_alg_values_supported" not in document
