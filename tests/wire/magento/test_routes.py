"""Where Magento's token service is, and what it says elsewhere.

Numbers are sections of docs/platforms/magento.md.
"""

import json

import pytest

from tests.wire.magento.world import (
    ADMIN,
    ADMIN_PASSWORD,
    ADMIN_TOKEN,
    CUSTOMER,
    CUSTOMER_PASSWORD,
    CUSTOMER_TOKEN,
    REVOKE,
    World,
    token_of,
    told,
)

PREFIXES = {
    "1.1 plain": "/rest",
    "1.1 store code default": "/rest/default",
    "1.1 store code all": "/rest/all",
    "1.1 any store code": "/rest/french_store2",
    "1.1 below index.php": "/index.php/rest",
    "1.1 below index.php with a code": "/index.php/rest/default",
    "1.1 below index.php, all": "/index.php/rest/all",
}
NO_ROUTE = {"message": "Request does not match any route."}
KINDS = {"admin": (ADMIN, ADMIN_PASSWORD), "customer": (CUSTOMER, CUSTOMER_PASSWORD)}


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_had_under_every_url_form(world: World, prefix: str, kind: str) -> None:
    """Admins and customers log in below /rest, with or without index.php and a store's code."""
    name, password = KINDS[kind]
    token = token_of(world.log_in(f"{prefix}/V1/integration/{kind}/token", name, password))
    active = world.service.validator.validate(token)
    assert active is not None
    assert active.record.owner.kind == kind
    assert world.outcomes[-1].client_id == active.record.owner.subject


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_revoking_works_under_every_url_form(world: World, prefix: str) -> None:
    """A customer's revocation is found wherever its login is."""
    token = world.customer_token()
    path = f"{prefix}/V1/integration/customer/revoke-customer-token"
    assert told(world.send("POST", path, token=token)) == (200, True)
    assert world.service.validator.validate(token) is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [ADMIN_TOKEN, CUSTOMER_TOKEN, REVOKE])
def test_a_wrong_verb_is_no_route(world: World, method: str, path: str) -> None:
    """1.5: a verb that Magento knows, on a route for POST, is 404 and not 405."""
    assert told(world.send(method, path)) == (404, NO_ROUTE)


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", ""])
@pytest.mark.parametrize("path", [ADMIN_TOKEN, "/rest/V1/nowhere"])
def test_a_verb_that_magento_does_not_know(world: World, method: str, path: str) -> None:
    """1.5: 405 comes before 404, and names the verb as it was sent."""
    answer = world.send(method, path)
    assert told(answer) == (405, {"message": f"The {method} HTTP method is not supported."})
    assert answer.headers["allow"] == "GET, POST, PUT, DELETE"  # RFC 9110 section 15.5.6


@pytest.mark.parametrize(
    "path",
    [
        "/rest",
        "/rest/",
        "/rest/V1",
        "/rest/V1/",
        "/rest/V2/integration/admin/token",
        "/rest/v1/integration/admin/token",
        "/rest/V1/integration/admin/token/",
        "/rest/V1/integration/admin",
        "/rest/V1/integration/admin/tokens",
        "/rest/V1/integration/integration/token",
        "/rest/V1//integration/admin/token",
        "/rest/two/codes/V1/integration/admin/token",
        "/rest/not-a-code/V1/integration/admin/token",
        "/rest/%2e%2e/V1/integration/admin/token",
        "/rest//V1/integration/admin/token",
        "/index.php/V1/integration/admin/token",
        "/index.php/index.php/rest/V1/integration/admin/token",
        "/shop/rest/V1/integration/admin/token",
        "/rest/" + "a/" * 4000 + "V1/integration/admin/token",
    ],
    ids=lambda path: path[:50],
)
def test_no_route_elsewhere(world: World, path: str) -> None:
    """1.1: whatever is not one of the three routes is 404, and nobody is logged in there."""
    body = json.dumps({"username": ADMIN, "password": ADMIN_PASSWORD})
    answer = world.post(path, body)
    if path.startswith(("/rest/", "/index.php/")):
        assert told(answer) == (404, NO_ROUTE)
    assert answer.status == 404
    assert not world.service.tokens.records


def test_credentials_in_the_query_are_not_read(world: World) -> None:
    """1.1: Magento takes them there; here they would end in logs, and are as good as missing."""
    query = f"username={ADMIN}&password={ADMIN_PASSWORD}"
    answer = world.send("POST", ADMIN_TOKEN, query=query)
    assert answer.status == 400
    assert not world.service.tokens.records


def test_the_kinds_do_not_mix(world: World) -> None:
    """An admin's name and password are nothing to the customers' route, and the other way round."""
    assert world.log_in(CUSTOMER_TOKEN, ADMIN, ADMIN_PASSWORD).status == 401
    assert world.log_in(ADMIN_TOKEN, CUSTOMER, CUSTOMER_PASSWORD).status == 401


def test_answers_set_no_cookie_and_are_not_stored(world: World) -> None:
    """1.3: no session is opened; no cache may keep a token or a refusal."""
    for answer in (world.log_in(), world.log_in(password="wrong"), world.send("GET", "/rest/")):
        assert "set-cookie" not in answer.headers
        assert "www-authenticate" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
