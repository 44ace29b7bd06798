"""Tokens bound to a key (RFC 9449) with openid-client, which retries and remembers by itself."""

from typing import Any

import pytest

from tests.e2e.deployed import Deployed, NewClient, Party
from tests.e2e.node import node


@pytest.fixture(scope="module")
def bound(new_client: NewClient) -> Party:
    """A client whose tokens are always bound."""
    return new_client("--dpop-bound", "--scope", "orders:read")


def run(deployed: Deployed, party: Party, scenario: str, **env: str) -> Any:  # noqa: ANN401 - JSON
    """What the package's user gets."""
    return node(
        "openid_client.mjs",
        scenario,
        ISSUER=deployed.url,
        CLIENT_ID=party.id,
        CLIENT_SECRET=party.secret,
        METHOD="ClientSecretBasic",
        DISCOVERY="oauth2",
        **env,
    )


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "RS256", "Ed25519"])
def test_a_token_bound_to_a_key(deployed: Deployed, bound: Party, algorithm: str) -> None:
    """It works with its key, again and again, and neither with another nor as a bearer token."""
    told = run(deployed, bound, "bound", DPOP=algorithm)
    assert told["token"]["token_type"] == "dpop"
    assert told["active"]["cnf"] == {"jkt": told["thumbprint"]}
    assert told["active"]["token_type"] == "DPoP"
    assert told["withItsKey"] == [{"value": 200}] * 2
    for refused in (told["withAnother"], told["asBearer"]):
        assert refused.get("value", refused.get("status")) == 401


def test_a_client_that_is_always_bound_needs_a_proof(deployed: Deployed, bound: Party) -> None:
    """Without one there is no token (RFC 9449 section 5.2)."""
    told = run(deployed, bound, "grant")
    assert (told["error"], told["status"]) == ("invalid_grant", 400)


def test_any_client_may_bind(deployed: Deployed) -> None:
    """A proof binds whoever sends one; without one the same client's token is a bearer token."""
    told = run(deployed, deployed.client, "bound", DPOP="ES256")
    assert told["active"]["cnf"] == {"jkt": told["thumbprint"]}
    token = run(deployed, deployed.client, "grant")["value"]
    assert token["token_type"] == "bearer"
    assert "cnf" not in deployed.introspect(token["access_token"])
