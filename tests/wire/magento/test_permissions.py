"""Who gets through the authorizer to what, and how a backend refuses.

Numbers are sections of docs/platforms/magento.md.
"""

import json

import pytest
from token_service.domain.grants import Grant
from token_service.domain.issue import IssueRequest
from token_service.domain.owners import ClientCredentials, OwnerKind, OwnerRef
from token_service.wire.http import Response

from tests.wire.demo_clients import CLIENT, SECRET, register
from tests.wire.magento.world import CUSTOMER, World, denied

ME, OTHER = "/rest/V1/customers/me", "/rest/V1/customers/2"
ALL, CONFIGS, SITES = "/rest/V1/customers", "/rest/V1/store/storeConfigs", "/rest/V1/store/websites"
CUSTOMERS, MANAGE, STORE = (
    "Magento_Customer::customer",
    "Magento_Customer::manage",
    "Magento_Backend::store",
)
OK = None
# Rows of 6.4: method, path; then what a guest, a customer, an admin with Magento_Customer::customer
# and an admin with everything are told to lack.
TABLE = {
    "6.4 GET /V1/customers/me": ("GET", ME, "self", OK, "self", "self"),
    "6.4 GET /V1/customers/2": ("GET", OTHER, CUSTOMERS, CUSTOMERS, OK, OK),
    "6.4 PUT /V1/customers/me": ("PUT", ME, "self", OK, "self", "self"),
    "6.4 POST /V1/customers": ("POST", ALL, OK, OK, OK, OK),
    "6.4 GET /V1/store/storeConfigs": ("GET", CONFIGS, STORE, STORE, STORE, OK),
    "8 GET /V1/store/websites": ("GET", SITES, STORE, STORE, STORE, OK),
    "6.2 PUT /V1/customers/2": ("PUT", OTHER, MANAGE, MANAGE, MANAGE, OK),
}
PREFIXES = ["/rest/V1", "/rest/default/V1", "/rest/all/V1", "/index.php/rest/V1"]


def lacks(world: World, method: str, path: str, token: str | None) -> str | None:
    """What the caller is told to lack, or None if it gets through."""
    found = world.call(method, path, token)
    if not isinstance(found, Response):
        return None
    assert found.status == 401
    assert found.headers["content-type"] == "application/json; charset=utf-8"
    told = json.loads(found.body)
    resources: str = told["parameters"]["resources"]
    assert told == denied(resources)
    return resources


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_table(world: World, row: tuple[str, ...], prefix: str) -> None:
    """6.4: each caller gets through or is told what it lacks, under every form of the URL."""
    method, path, *expected = row
    callers = [
        None,
        world.customer_token(),
        world.new_admin("clerk", CUSTOMERS),
        world.admin_token(),
    ]
    path = path.replace("/rest/V1", prefix)
    assert [lacks(world, method, path, token) for token in callers] == expected


def bad_tokens(world: World) -> list[str]:
    """Tokens that are no longer, or never were."""
    revoked, expired = world.customer_token(), world.new_admin("briefly", STORE)
    world.service.login.end_all(_owner(world, revoked))
    world.service.now.advance(4 * 3600)
    return ["nonsense", "0" * 32, "a.b.c", revoked, expired]


def _owner(world: World, token: str) -> OwnerRef:
    active = world.service.validator.validate(token)
    assert active is not None
    return active.record.owner


def test_a_bad_token_is_a_guest(world: World) -> None:
    """6.1: it passes on anonymous routes; elsewhere it reads just like missing rights."""
    for token in bad_tokens(world):
        assert lacks(world, "POST", ALL, token) is None
        assert lacks(world, "GET", CONFIGS, token) == STORE
        assert lacks(world, "GET", ME, token) == "self"


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER {}"])
def test_the_scheme_in_any_case(world: World, header: str) -> None:
    """6.1: `bearer` is compared without case."""
    token = world.customer_token()
    found = world.call("GET", ME, headers={"authorization": header.format(token)})
    assert not isinstance(found, Response)


@pytest.mark.parametrize(
    "header",
    ["", "{}", "Bearer", "Bearer  {}", "Bearer {} {}", "Token {}", "Basic {}", " Bearer {}"],
)
def test_headers_that_are_ignored(world: World, header: str) -> None:
    """6.1: anything but the scheme, one space and a token leaves a guest."""
    given = {"authorization": header.replace("{}", world.customer_token())}
    found = world.call("GET", ME, headers=given)
    assert isinstance(found, Response)
    assert json.loads(found.body) == denied("self")


def test_who_the_backend_is_told_of(world: World) -> None:
    """The kind and the id of whoever got through; `me` is the customer's own record."""
    found = world.call("GET", ME, world.customer_token())
    assert not isinstance(found, Response)
    account = world.accounts.show(OwnerKind.CUSTOMER, CUSTOMER)
    assert (found.kind, found.subject) == ("customer", f"customer:{account.id}")
    assert found.client_id == ""


def test_a_guest_gets_through_as_nobody(world: World) -> None:
    """6.2: an anonymous route's backend is told that there is nobody."""
    found = world.call("POST", ALL)
    assert not isinstance(found, Response)
    assert (found.kind, found.client_id, found.subject) == ("", "", "")


def test_grants_are_read_at_each_call(world: World) -> None:
    """Resources given or taken count from the next call on, with the token in hand."""
    token = world.new_admin("clerk", CUSTOMERS)
    world.accounts.grant("clerk", (STORE,))
    assert (world.opens(OTHER, token), world.opens(CONFIGS, token)) == (False, True)
    world.accounts.grant("clerk", ())
    assert (world.opens(OTHER, token), world.opens(CONFIGS, token)) == (False, False)


def test_me_outranks_an_id(world: World) -> None:
    """6.4: /me is never the customer whose id is `me`; an admin for customers is refused there."""
    assert lacks(world, "GET", ME, world.new_admin("clerk", CUSTOMERS)) == "self"


def test_an_error_in_xml(world: World) -> None:
    """2.2: the enforcing backend negotiates like the token endpoints."""
    found = world.call("GET", ME, headers={"accept": "application/xml"})
    assert isinstance(found, Response)
    assert "<resources>self</resources>" in found.body


def test_clients_of_other_platforms_are_not_people(world: World) -> None:
    """A client's token opens none of the routes of the table: it has neither self nor resources."""
    register(world.service.administration)
    token = _client_token(world)
    for path in (ME, OTHER, CONFIGS, SITES):
        assert not world.opens(path, token)


def test_people_s_tokens_open_no_other_platform(world: World) -> None:
    """A customer's token, and a clerk's, are not enough for routes of other platforms."""
    for token in (world.customer_token(), world.new_admin("clerk", STORE)):
        assert not world.opens("/v2/products", token)
    assert world.opens("/v2/products", world.admin_token())


@pytest.mark.parametrize("prefix", ["/v2", "/v2/products", "/v2/rest/x"])
def test_other_platforms_routes_are_not_magento_s(world: World, prefix: str) -> None:
    """A path of another platform that ends like an anonymous route is not as open as that."""
    assert not world.opens(f"{prefix}/rest/V1/customers", None, "POST")
    assert world.opens("/index.php/rest/V1/customers", None, "POST")


@pytest.mark.parametrize(
    "path",
    [
        "/rest/V1/customers/../store/storeConfigs",
        "/rest/V1/customers/%2e%2e/me",
        "/rest/V1/customers//me",
        "/rest/V1/customers/me%2F..%2F2",
    ],
)
def test_paths_that_could_mean_another(world: World, path: str) -> None:
    """What a backend might read otherwise is refused to everybody, by the gateway itself."""
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {"authorization": f"Bearer {world.admin_token()}"},
        "requestContext": {"stage": "$default", "http": {"method": "GET"}},
    }
    answer = world.authorizer.answer(event)
    assert answer["isAuthorized"] is False
    assert answer["context"]["verdict"] == "insufficient"


def _client_token(world: World) -> str:
    asked = IssueRequest("client_credentials", ClientCredentials(CLIENT, SECRET), frozenset(Grant))
    return world.service.issuer.issue(asked).value
