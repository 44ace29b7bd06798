"""Standard OAuth 2.0 with the libraries that people use: requests-oauthlib, authlib, PyJWT."""

import time
from typing import Any

import jwt
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, InvalidScopeError
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.e2e.deployed import OPEN, SHUT, Deployed

pytestmark = pytest.mark.usefixtures("insecure_transport")
METHODS = ("client_secret_basic", "client_secret_post")


def discovered(deployed: Deployed) -> dict[str, Any]:
    """The server's metadata, from which these clients learn every address."""
    document: dict[str, Any] = deployed.get("/.well-known/oauth-authorization-server").json()
    return document


def requests_oauthlib_session(deployed: Deployed, *scope: str) -> OAuth2Session:
    """A session for the demo client."""
    return OAuth2Session(
        client=BackendApplicationClient(deployed.client.id, scope=" ".join(scope) or None)
    )


def authlib_session(deployed: Deployed, method: str) -> AuthlibSession:
    """A session for the demo client, authenticating in one of the two ways."""
    party = deployed.client
    return AuthlibSession(party.id, party.secret, token_endpoint_auth_method=method)


@pytest.mark.parametrize("in_body", [False, True], ids=["basic", "include_client_id"])
def test_requests_oauthlib_gets_a_token(deployed: Deployed, *, in_body: bool) -> None:
    """requests-oauthlib authenticates by Basic or by body, and its token opens every door."""
    session = requests_oauthlib_session(deployed, "orders:read")
    credentials: dict[str, Any] = (
        {"include_client_id": True, "client_secret": deployed.client.secret}
        if in_body
        else {"auth": HTTPBasicAuth(*deployed.client.basic)}
    )
    token = session.fetch_token(discovered(deployed)["token_endpoint"], **credentials)
    assert token["scope"] == ["orders:read"]
    assert token["expires_at"] == pytest.approx(time.time() + 3600, abs=30)
    assert session.get(f"{deployed.url}/v2/products").json()["meta"]["caller"]["access"] == "full"
    assert deployed.doors(token["access_token"]) == OPEN


def test_requests_oauthlib_understands_refusals(deployed: Deployed) -> None:
    """A wrong secret and a foreign scope raise the library's own exceptions for them."""
    endpoint = discovered(deployed)["token_endpoint"]
    with pytest.raises(InvalidClientError):
        requests_oauthlib_session(deployed).fetch_token(
            endpoint, auth=HTTPBasicAuth(deployed.client.id, "wrong")
        )
    with pytest.raises(InvalidScopeError):
        requests_oauthlib_session(deployed, "payments").fetch_token(
            endpoint, auth=HTTPBasicAuth(*deployed.client.basic)
        )


@pytest.mark.parametrize("method", METHODS)
def test_authlib_through_a_token_s_whole_life(deployed: Deployed, method: str) -> None:
    """Authlib issues, introspects and revokes a token, and then finds it inactive."""
    addresses = discovered(deployed)
    with authlib_session(deployed, method) as session:
        token = session.fetch_token(addresses["token_endpoint"], grant_type="client_credentials")
        value = token["access_token"]
        told = session.introspect_token(addresses["introspection_endpoint"], token=value).json()
        assert (told["active"], told["client_id"]) == (True, deployed.client.id)
        assert deployed.doors(value) == OPEN
        ended = session.revoke_token(  # type: ignore[no-untyped-call]  # not in its stubs
            addresses["revocation_endpoint"], token=value
        )
        assert (ended.status_code, ended.text) == (200, "")
        told = session.introspect_token(addresses["introspection_endpoint"], token=value).json()
    assert told == {"active": False}
    assert deployed.doors(value) == SHUT


@pytest.mark.parametrize("method", METHODS)
def test_authlib_understands_refusals(deployed: Deployed, method: str) -> None:
    """A wrong secret raises invalid_client however it was sent."""
    with (
        AuthlibSession(deployed.client.id, "wrong", token_endpoint_auth_method=method) as session,
        pytest.raises(OAuthError) as refusal,
    ):
        session.fetch_token(discovered(deployed)["token_endpoint"], grant_type="client_credentials")
    assert refusal.value.error == "invalid_client"


def test_a_jwt_is_verified_offline_through_discovery(deployed: Deployed) -> None:
    """PyJWT verifies a token of each dialect by nothing but the metadata and the JWKS."""
    addresses = discovered(deployed)
    keys = jwt.PyJWKClient(addresses["jwks_uri"])
    for dialect in ("standard", "simple_store", "elastic_path"):
        token = deployed.issue(deployed.client, dialect)
        header = jwt.get_unverified_header(token)
        assert (header["typ"], header["alg"]) == ("at+jwt", "RS256")
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["RS256"],
            issuer=deployed.url,
            audience=deployed.url,
            options={"require": ["iss", "sub", "aud", "client_id", "iat", "exp", "jti"]},
        )
        assert claims["sub"] == claims["client_id"] == deployed.client.id
        assert claims["exp"] - claims["iat"] == 3600
    assert addresses["issuer"] == deployed.url
