"""The metadata documents and the JWKS (items 54, 85)."""

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.wire.dialect import ClientTokens
from token_service.wire.discovery import METADATA_PATHS, PATHS

from openapi.document import build
from tests.service import ISSUER, Service
from tests.wire.api import Api, body_of
from tests.wire.shapes import assert_refusal

JWKS_PATHS = ("/.well-known/jwks.json", "/.well-known/openid-configuration/jwks")
PUBLIC_MEMBERS = {
    SigningAlgorithm.RS256: {"kty", "n", "e"},
    SigningAlgorithm.PS256: {"kty", "n", "e"},
    SigningAlgorithm.ES256: {"kty", "crv", "x", "y"},
    SigningAlgorithm.EDDSA: {"kty", "crv", "x"},
    SigningAlgorithm.ED25519: {"kty", "crv", "x"},
}


@pytest.mark.parametrize("path", METADATA_PATHS)
def test_metadata(api: Api, path: str) -> None:
    """Both documents name the issuer exactly, and endpoints that exist (items 26, 85)."""
    document = body_of(api.send("GET", path))
    assert document["issuer"] == ISSUER
    clients = [dialect for dialect in api.dialects if isinstance(dialect, ClientTokens)]
    routes = {path for dialect in clients for path in dialect.routes} | set(PATHS)
    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri"):
        assert document[name].startswith(ISSUER)
        assert document[name].removeprefix(ISSUER) in routes
    assert document["grant_types_supported"] == ["client_credentials"]
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    assert document["token_endpoint_auth_methods_supported"] == methods
    assert document["introspection_endpoint_auth_methods_supported"] == methods
    assert document["revocation_endpoint_auth_methods_supported"] == [*methods, "none"]
    for name in ("token", "introspection", "revocation"):  # RFC 8414 section 2 asks for these, too
        algorithms = document[f"{name}_endpoint_auth_signing_alg_values_supported"]
        assert algorithms == ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
    assert document["service_documentation"] == f"{ISSUER}/docs"
    assert "introspection_signing_alg_values_supported" not in document
    assert document["dpop_signing_alg_values_supported"] == list(SigningAlgorithm)
    # Required by RFC 8414 and OpenID Connect Discovery.
    assert document["response_types_supported"] == []
    assert document["subject_types_supported"] == ["public"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]


def test_the_schema_describes_every_member() -> None:
    """The OpenAPI document has each member that is served, and says that there are no others."""
    schema = build()["components"]["schemas"]["Metadata"]
    document = body_of(Api(signed=True).send("GET", METADATA_PATHS[0]))
    assert set(schema["properties"]) == set(document)
    assert schema["additionalProperties"] is False
    always = set(document) - {
        "introspection_signing_alg_values_supported",
        "service_documentation",
    }
    assert set(schema["required"]) == always


@pytest.mark.parametrize("path", JWKS_PATHS)
@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_jwks_has_public_members_only(path: str, algorithm: SigningAlgorithm) -> None:
    """The set has the signing key without a private member, under a kid of its own (item 54)."""
    api = Api(Service(algorithm=algorithm))
    (key,) = body_of(api.send("GET", path))["keys"]
    assert set(key) == PUBLIC_MEMBERS[algorithm] | {"kid", "alg", "use"}
    assert (key["alg"], key["use"]) == (algorithm, "sig")
    assert key["kid"] == api.service.private_key.kid


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_may_be_cached(api: Api, path: str, method: str) -> None:
    """Anybody may keep a document for five minutes, and read it from any page (item 54)."""
    response = api.send(method, path)
    assert response.status == 200
    assert response.headers == {
        "content-type": "application/json",
        "cache-control": "public, max-age=300",
        "access-control-allow-origin": "*",
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", ""])
def test_other_methods(api: Api, path: str, method: str) -> None:
    """Other methods are 405 with Allow, and that answer is not kept."""
    response = api.send(method, path)
    assert (response.status, response.headers["allow"]) == (405, "GET, HEAD")
    assert_refusal("standard", response)


@pytest.mark.parametrize("path", ["/.well-known/", "/.well-known/jwks", "/.well-known/jwks.json/"])
def test_other_documents(api: Api, path: str) -> None:
    """There are no other documents."""
    assert api.send("GET", path).status == 404


def test_no_key_yet() -> None:
    """Before the first key the set is empty, not broken."""
    api = Api()
    api.service.published.clear()
    assert body_of(api.send("GET", JWKS_PATHS[0])) == {"keys": []}
