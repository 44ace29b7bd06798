"""Standard OAuth 2.0 with openid-client, under Node.js."""

from typing import Any

import pytest

from tests.e2e.deployed import OPEN, Deployed, Party
from tests.e2e.node import node

METHODS = ("ClientSecretBasic", "ClientSecretPost")


def run(
    deployed: Deployed, scenario: str, method: str, party: Party, discovery: str = "oauth2"
) -> Any:  # noqa: ANN401 - JSON
    """What the package's user gets."""
    return node(
        "openid_client.mjs",
        scenario,
        ISSUER=deployed.url,
        CLIENT_ID=party.id,
        CLIENT_SECRET=party.secret,
        METHOD=method,
        DISCOVERY=discovery,
    )


@pytest.mark.parametrize("discovery", ["oauth2", "oidc"])
@pytest.mark.parametrize("method", METHODS)
def test_a_token_s_whole_life(deployed: Deployed, method: str, discovery: str) -> None:
    """Discovered by either document, a token is issued, active, revoked, and then just inactive.

    (item 85)
    """
    told = run(deployed, "life", method, deployed.client, discovery)
    token = told["token"]
    assert told["issuer"] == deployed.url
    assert (token["token_type"], token["scope"]) == ("bearer", "orders:read")
    assert 3590 <= told["expiresIn"] <= 3600
    assert "refresh_token" not in token
    active = told["active"]
    assert (active["active"], active["scope"]) == (True, "orders:read")
    assert (active["iss"], active["client_id"]) == (deployed.url, deployed.client.id)
    assert told["ended"] == {"active": False}


def test_its_token_opens_every_door(deployed: Deployed) -> None:
    """What it gets is a token like any other."""
    told = run(deployed, "grant", "ClientSecretBasic", deployed.client)
    assert deployed.doors(told["value"]["access_token"]) == OPEN


@pytest.mark.parametrize("method", METHODS)
def test_a_scope_the_client_does_not_hold(deployed: Deployed, method: str) -> None:
    """The package reads the code and the status from the body of the refusal."""
    told = run(deployed, "scope", method, deployed.client)
    assert told == {
        "thrown": "ResponseBodyError",
        "code": "OAUTH_RESPONSE_BODY_ERROR",
        "error": "invalid_scope",
        "status": 400,
    }


@pytest.mark.parametrize("scenario", ["grant", "introspection", "revocation"])
def test_a_wrong_secret(deployed: Deployed, scenario: str) -> None:
    """By Basic a challenge is raised as such; by body it is one only where 401 must be said.

    (item 14, item 56)
    """
    wrong = Party(deployed.client.id, "wrong")
    challenged = {
        "thrown": "WWWAuthenticateChallengeError",
        "code": "OAUTH_WWW_AUTHENTICATE_CHALLENGE",
        "status": 401,
        "challenges": ["basic"],
    }
    told = {
        "thrown": "ResponseBodyError",
        "code": "OAUTH_RESPONSE_BODY_ERROR",
        "error": "invalid_client",
        "status": 400,
    }
    assert run(deployed, scenario, "ClientSecretBasic", wrong) == challenged
    by_body = challenged if scenario == "introspection" else told
    assert run(deployed, scenario, "ClientSecretPost", wrong) == by_body
