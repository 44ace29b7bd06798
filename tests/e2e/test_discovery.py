"""Documents that anybody may read, and the answer where nothing is."""

import pytest

from tests.e2e.deployed import Deployed
from tests.e2e.refusals import ELASTIC_PATH, SIMPLE_STORE, STANDARD, assert_refusal

METADATA = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
JWKS = ("/.well-known/jwks.json", "/.well-known/openid-configuration/jwks")


@pytest.mark.parametrize("path", METADATA)
def test_metadata_names_endpoints_that_are_there(deployed: Deployed, path: str) -> None:
    """Issuer is exact, and every address in the document answers in the standard dialect."""
    answer = deployed.get(path)
    document = answer.json()
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert document["issuer"] == deployed.url
    assert document["grant_types_supported"] == ["client_credentials"]
    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        address = document[name].removeprefix(deployed.url)
        assert {"client_secret_basic", "client_secret_post"} <= set(
            document[f"{name}_auth_methods_supported"]
        )
        refused = deployed.get(address)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert deployed.get(document["jwks_uri"].removeprefix(deployed.url)).json()["keys"]


@pytest.mark.parametrize("path", JWKS)
def test_the_jwks_holds_public_members_only(deployed: Deployed, path: str) -> None:
    """Every key can verify, none can sign, and no kid is there twice."""
    keys = deployed.get(path).json()["keys"]
    assert all(set(key) == {"kty", "kid", "use", "alg", "n", "e"} for key in keys)
    assert {(key["kty"], key["use"], key["alg"]) for key in keys} == {("RSA", "sig", "RS256")}
    assert len({key["kid"] for key in keys}) == len(keys) > 0


@pytest.mark.parametrize("path", METADATA + JWKS)
def test_documents_are_only_read(deployed: Deployed, path: str) -> None:
    """HEAD works; a POST is 405 and says what is allowed."""
    assert deployed.send("HEAD", path).status_code == 200
    refused = deployed.send("POST", path)
    assert refused.headers["allow"] == "GET, HEAD"
    assert_refusal(STANDARD, refused.status_code, refused.headers, refused.text)


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/oauth/nothing", ELASTIC_PATH),
        ("/oauth/access_token/", ELASTIC_PATH),
        ("/oidc-idp/nothing", ELASTIC_PATH),
        ("/connect/nothing", SIMPLE_STORE),
        ("/connect/token/more", SIMPLE_STORE),
        ("/oauth2/nothing", STANDARD),
        ("/oauth2", STANDARD),
        ("/.well-known/nothing", STANDARD),
        ("/", STANDARD),
        ("/nothing/at/all", STANDARD),
        ("/oauth2/%ZZ%00", STANDARD),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_nothing_is_the_dialect_of_the_path_says_so(
    deployed: Deployed, method: str, path: str, dialect: str
) -> None:
    """404 in the dialect of the path's beginning, for any method."""
    answer = deployed.send(method, path)
    assert answer.status_code == 404
    assert_refusal(dialect, answer.status_code, answer.headers, answer.text)
