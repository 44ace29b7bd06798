"""The `resource` parameter of both OAuth token endpoints (RFC 8707; item 34)."""

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.limits import LIMITS

from tests.service import ISSUER
from tests.wire.api import CLIENT_CREDENTIALS, Api, body_of
from tests.wire.demo_clients import CLIENT, SECRET, SERVER, SERVER_SECRET

ORDERS, STOCK = "https://orders.example.test/v1", "urn:example:stock"
HELD = (ORDERS, STOCK, "an-old-name")
SHOP_SECRET = "shop-secret-shop-secret-shop-secret-shop"
SHOP = f"grant_type=client_credentials&client_id=shop&client_secret={SHOP_SECRET}"
DEMO = f"grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}"
TOKENS = ("/oauth2/token", "/connect/token")


@pytest.fixture(params=TOKENS)
def token_path(request: pytest.FixtureRequest) -> str:
    """Each endpoint that reads `resource`."""
    path: str = request.param
    return path


@pytest.fixture
def api(api: Api) -> Api:
    """An API with a client of three audiences."""
    api.service.administration.create(
        NewClient("Shop", id="shop", secret=SHOP_SECRET, audience=HELD)
    )
    return api


def audience(api: Api, path: str, body: str) -> object:
    """The audience that a resource server is told of the token that this request is given."""
    response = api.post(path, body)
    assert response.status == 200, response
    question = {"client_id": SERVER, "client_secret": SERVER_SECRET}
    token = body_of(response)["access_token"]
    return body_of(api.post("/oauth2/introspect", question | {"token": token}))["aud"]


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("", list(HELD)),
        ("&resource=", list(HELD)),
        (f"&resource={ORDERS}", ORDERS),
        (f"&resource={STOCK}&resource={ORDERS}", [STOCK, ORDERS]),
        (f"&resource={STOCK}&resource={STOCK}", STOCK),
        (f"&resource=&resource={STOCK}", STOCK),
    ],
)
def test_selects_audiences(api: Api, token_path: str, asked: str, granted: object) -> None:
    """Exactly those asked for, of one or several; without any all the client has (item 34)."""
    assert audience(api, token_path, SHOP + asked) == granted


@pytest.mark.parametrize("asked", ["", f"&resource={ISSUER}"])
def test_the_deployment_s_audience(api: Api, token_path: str, asked: str) -> None:
    """A client with no audience of its own may name the deployment's."""
    assert audience(api, token_path, DEMO + asked) == ISSUER


@pytest.mark.parametrize(
    ("client", "asked"),
    [
        (SHOP, "&resource=https://other.example.test"),
        (SHOP, f"&resource={ORDERS}&resource=https://other.example.test"),
        (SHOP, f"&resource={ORDERS}/"),
        (SHOP, f"&resource={ORDERS.upper()}"),
        (SHOP, f"&resource={ORDERS}%23part"),
        (SHOP, f"&resource={ORDERS}+{STOCK}"),
        (SHOP, "&resource=an-old-name"),
        (SHOP, "&resource=/v1"),
        (SHOP, "&resource=%C3%A9:x"),
        (SHOP, f"&resource={ISSUER}"),
        (DEMO, f"&resource={ORDERS}"),
        (SHOP, f"&resource={ORDERS}" * (LIMITS.resources + 1)),
        (SHOP, f"&resource=urn:{'x' * LIMITS.audience}"),
    ],
)
def test_refuses_others(api: Api, token_path: str, client: str, asked: str) -> None:
    """Not held, not absolute, with a fragment, too many, too long: no token (item 34)."""
    before = len(api.service.tokens.records)
    response = api.post(token_path, client + asked)
    assert (response.status, body_of(response)["error"]) == (400, "invalid_target")
    assert "www-authenticate" not in response.headers
    assert len(api.service.tokens.records) == before


def test_a_stranger_learns_no_audience(api: Api, token_path: str) -> None:
    """The client is judged first (item 15)."""
    body = SHOP.replace(SHOP_SECRET, "wrong") + "&resource=https://other.example.test"
    assert body_of(api.post(token_path, body))["error"] == "invalid_client"


def test_no_other_field_may_be_repeated(api: Api) -> None:
    """Only `resource` is exempt from the rule (item 4)."""
    response = api.post("/oauth2/token", CLIENT_CREDENTIALS | {"resource": ISSUER})
    assert response.status == 200
    for extra in ("&audience=a&audience=b", "&Resource=a&Resource=b"):
        response = api.post("/oauth2/token", SHOP + extra)
        assert body_of(response)["error"] == "invalid_request"
