"""Elastic Path's own SDK, under Node.js, as its users' programs run it."""

from collections import Counter
from typing import Any

import pytest

from tests.e2e.deployed import Deployed, Party
from tests.e2e.node import node


def run(deployed: Deployed, scenario: str, party: Party, **more: str) -> tuple[Any, list[str]]:
    """What the SDK's user gets, and the requests that the SDK sent; `more` is environment."""
    given = {**more, "BASE_URL": deployed.url, "CLIENT_ID": party.id, "CLIENT_SECRET": party.secret}
    if not party.secret:
        del given["CLIENT_SECRET"]  # the demo client's would make the SDK ask for another grant
    said = node("moltin.mjs", scenario, **given)
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


@pytest.mark.parametrize("with_secret", [True, False])
def test_a_customer_signs_in(
    deployed: Deployed, demo: dict[str, str], *, with_secret: bool
) -> None:
    """`Customers.TokenViaPassword` resolves with a token of 24 hours, with either kind of key."""
    party = deployed.client if with_secret else deployed.storefront
    result, sent = run(deployed, "customer", party, **demo)
    assert sent == ["POST /oauth/access_token 200", "POST /v2/customers/tokens 200"]
    data = result["value"]["data"]
    deployed.tokens.append(data["token"])
    told = deployed.introspect(data["token"])
    assert told["sub"] == f"customer:{data['customer_id']}"
    assert (told["exp"], told["exp"] - told["iat"]) == (data["expires"], 86400)


def test_an_account_member_signs_in(deployed: Deployed, demo: dict[str, str]) -> None:
    """`AccountMembers.GenerateAccountToken` resolves with one element an account."""
    result, sent = run(deployed, "member", deployed.storefront, **demo)
    assert sent == ["POST /oauth/access_token 200", "POST /v2/account-members/tokens 201"]
    value = result["value"]
    (element,) = value["data"]
    deployed.tokens.append(element["token"])
    assert element["account_name"] == "Demo company"
    told = deployed.introspect(element["token"])
    assert told["account"] == element["account_id"]
    assert told["sub"] == f"account_member:{value['meta']['account_member_id']}"


@pytest.mark.parametrize("scenario", ["customer", "member"])
def test_a_wrong_password_rejects_with_errors(
    deployed: Deployed, demo: dict[str, str], scenario: str
) -> None:
    """The SDK takes a 401 for a stale bearer and tries again; then the envelope arrives.

    Its four attempts count against the name, which is nobody's.
    """
    names = {"CUSTOMER_EMAIL": f"{scenario}@nobody", "ACCOUNT_MEMBER_USERNAME": f"{scenario}.no"}
    result, sent = run(deployed, scenario, deployed.storefront, **(demo | names))
    assert sent[-1].endswith("/tokens 401")
    assert result["error"]["errors"] == [{"status": "401", "title": "Unauthorized"}]


def test_a_one_time_password_is_asked_for(deployed: Deployed, demo: dict[str, str]) -> None:
    """`OneTimePasswordTokenRequest.Create` finds the route."""
    result, sent = run(deployed, "one_time_password", deployed.storefront, **demo)
    assert sent[-1].endswith("/one-time-password-token-request 202")
    assert result["value"] == {}
