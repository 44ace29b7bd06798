"""Elastic Path's own SDK, under Node.js, as its users' programs run it."""

from collections import Counter
from typing import Any

from tests.e2e.deployed import Deployed, Party
from tests.e2e.node import node


def run(deployed: Deployed, scenario: str, party: Party) -> tuple[Any, list[str]]:
    """What the SDK's user gets, and the requests that the SDK sent."""
    secret = {"CLIENT_SECRET": party.secret} if party.secret else {}
    said = node("moltin.mjs", scenario, BASE_URL=deployed.url, CLIENT_ID=party.id, **secret)
    return said["result"], said["sent"]


def test_a_secret_gets_a_full_token(deployed: Deployed) -> None:
    """`Authenticate()` with a secret resolves with the members that the SDK stores."""
    result, sent = run(deployed, "authenticate", deployed.client)
    token = result["value"]
    assert sent == ["POST /oauth/access_token 200"]
    assert token["identifier"] == "client_credentials"
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert deployed.introspect(token["access_token"])["exp"] == token["expires"]


def test_an_id_alone_gets_an_implicit_token(deployed: Deployed) -> None:
    """`Authenticate()` without a secret resolves with an implicit, read-only token."""
    result, _ = run(deployed, "authenticate", deployed.storefront)
    token = result["value"]
    assert token["identifier"] == "implicit"
    assert deployed.introspect(token["access_token"])["access"] == "read_only"


def test_a_listing_works_with_either_token(deployed: Deployed) -> None:
    """`Products.All()` authenticates by itself and lists, also with an implicit token."""
    for party, grant in (
        (deployed.client, "client_credentials"),
        (deployed.storefront, "implicit"),
    ):
        result, sent = run(deployed, "products", party)
        assert sent == ["POST /oauth/access_token 200", "GET /v2/products 200"]
        assert [product["type"] for product in result["value"]["data"]] == ["product"]
        assert result["value"]["meta"]["caller"]["grant"] == grant


def test_five_first_calls_at_once_all_work(deployed: Deployed) -> None:
    """The SDK asks for five tokens at once; none of them kills another."""
    results, sent = run(deployed, "parallel", deployed.client)
    assert [len(result["value"]["data"]) for result in results] == [1] * 5
    assert Counter(sent) == {"POST /oauth/access_token 200": 5, "GET /v2/products 200": 5}


def test_a_revoked_token_is_renewed(deployed: Deployed) -> None:
    """A 401 for a revoked token makes the SDK authenticate again, once, and the call succeed."""
    result, sent = run(deployed, "revoked", deployed.client)
    assert sent == [
        "POST /oauth/access_token 200",
        "GET /v2/products 401",
        "POST /oauth/access_token 200",
        "GET /v2/products 200",
    ]
    assert result["value"]["data"]


def test_missing_rights_reject_at_once(deployed: Deployed) -> None:
    """A 403 is passed on with its errors and without logging in again."""
    result, sent = run(deployed, "create", deployed.storefront)
    assert sent == ["POST /oauth/access_token 200", "POST /v2/products 403"]
    assert result["error"]["errors"] == [{"status": "403", "title": "Forbidden"}]


def test_a_refused_login_rejects_with_errors(deployed: Deployed) -> None:
    """A wrong secret and an unknown id reject with the very same `errors`."""
    wrong = Party(deployed.client.id, "wrong")
    unknown = Party("no-such-client", "wrong")
    for party in (wrong, unknown):
        result, sent = run(deployed, "authenticate", party)
        assert sent == ["POST /oauth/access_token 401"]
        assert result["error"]["errors"] == [{"status": "401", "title": "Unauthorized"}]


def test_application_keys(deployed: Deployed) -> None:
    """Create, All, Update, Get and Delete give the SDK's user what its types promise."""
    result, sent = run(deployed, "keys", deployed.client)
    made = result["made"]["value"]["data"]
    path = f"/v2/application-keys/{made['id']}"
    assert sent == [
        "POST /oauth/access_token 200",
        "POST /v2/application-keys 201",
        "GET /v2/application-keys 200",
        f"PUT {path} 200",
        f"GET {path} 200",
        f"DELETE {path} 204",
        f"GET {path} 404",
    ]
    secret = made.pop("client_secret")
    assert secret
    assert secret not in str(result["listed"])
    listed = result["listed"]["value"]
    assert made["id"] in {key["id"] for key in listed["data"]}
    assert deployed.client.id in {key["client_id"] for key in listed["data"]}
    assert listed["meta"]["total_reserved_rate_limit"] >= 1
    found = result["found"]["value"]
    assert found == result["changed"]["value"]
    assert (found["data"]["name"], found["data"]["client_id"]) == ("Renamed", made["client_id"])
    assert found["links"]["self"].endswith(path)
    assert result["deleted"]["value"] == "{}"  # what the SDK makes of 204
    assert result["gone"]["error"]["errors"][0]["detail"] == "application key not found"


def test_implicit_tokens_manage_no_keys(deployed: Deployed) -> None:
    """403 rejects at once, in the envelope."""
    result, sent = run(deployed, "keys", deployed.storefront)
    assert sent == ["POST /oauth/access_token 200", "POST /v2/application-keys 403"]
    assert result["made"]["error"]["errors"] == [{"status": "403", "title": "Forbidden"}]
