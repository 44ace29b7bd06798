"""Standard OAuth 2.0 with requests-oauth2client, which learns every address from the metadata."""

import pytest
from requests_oauth2client import (
    BearerToken,
    ClientSecretBasic,
    ClientSecretPost,
    InvalidClient,
    InvalidScope,
    OAuth2Client,
)

from tests.e2e.deployed import OPEN, SHUT, Deployed, Party

by_either_method = pytest.mark.parametrize("method", [ClientSecretBasic, ClientSecretPost])
type Method = type[ClientSecretBasic | ClientSecretPost]


def discovered(deployed: Deployed, method: Method, party: Party | None = None) -> OAuth2Client:
    """A client as its users make one; `testing` lets it speak HTTP and changes nothing else."""
    who = party or deployed.client
    return OAuth2Client.from_discovery_endpoint(
        issuer=deployed.url, auth=method(who.id, who.secret), session=deployed.http, testing=True
    )


@by_either_method
def test_a_token_s_whole_life(deployed: Deployed, method: Method) -> None:
    """Issued, introspected, used, revoked, and inactive."""
    client = discovered(deployed, method)
    token = client.client_credentials(scope="orders:read")
    assert isinstance(token, BearerToken)
    assert (token.scope, token.refresh_token) == ("orders:read", None)
    assert token.expires_in is not None
    assert 3590 <= token.expires_in <= 3600
    told = client.introspect_token(token)
    assert (told["active"], told["client_id"], told["scope"]) == (
        *(True, deployed.client.id),
        "orders:read",
    )
    assert deployed.doors(token.access_token) == OPEN
    assert client.revoke_access_token(token) is True
    assert client.introspect_token(token) == {"active": False}
    assert deployed.doors(token.access_token) == SHUT


@by_either_method
def test_its_token_is_verified_by_the_discovered_keys(deployed: Deployed, method: Method) -> None:
    """It finds our keys through the metadata, and they verify the token (RFC 9068)."""
    client = discovered(deployed, method)
    jwt = client.client_credentials().access_token_jwt
    jwt.validate(
        issuer=deployed.url,
        audience=deployed.url,
        key=client.authorization_server_jwks,
        alg="RS256",
    )
    assert jwt.headers["typ"] == "at+jwt"


@by_either_method
def test_a_second_revocation_is_as_good_as_the_first(deployed: Deployed, method: Method) -> None:
    """RFC 7009 section 2.2: what is already dead, or never was, is revoked without a word.

    (item 69, item 72)
    """
    client = discovered(deployed, method)
    token = client.client_credentials()
    for what in (token, token, "never-was"):
        assert client.revoke_token(what) is True


def test_a_token_is_bound_to_the_client_that_may_end_it(deployed: Deployed) -> None:
    """Another client revokes it as successfully as it would a token that never was; it lives on.

    (item 68)
    """
    token = discovered(deployed, ClientSecretBasic).client_credentials()
    stranger = discovered(deployed, ClientSecretBasic, deployed.server)
    assert stranger.revoke_token(token) is True
    assert deployed.doors(token.access_token) == OPEN


@by_either_method
def test_refusals_are_the_library_s_own_exceptions(deployed: Deployed, method: Method) -> None:
    """Wrong secret and foreign scope have an exception each, and the first at every endpoint."""
    with pytest.raises(InvalidScope):
        discovered(deployed, method).client_credentials(scope="payments")
    stranger = discovered(deployed, method, Party(deployed.client.id, "wrong"))
    with pytest.raises(InvalidClient):
        stranger.client_credentials()
    with pytest.raises(InvalidClient):
        stranger.introspect_token("x")
    with pytest.raises(InvalidClient):
        stranger.revoke_token("x")
