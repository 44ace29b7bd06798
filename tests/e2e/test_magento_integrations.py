"""Integrations over HTTP: their Bearer token, and requests that real clients sign."""

from typing import Any

import pytest

from tests.e2e.deployed import Deployed
from tests.e2e.magento import CONFIGS, CUSTOMERS, ME, OTHER, STORE, Magento, told_to_lack
from tests.e2e.node import node
from tests.e2e.operator import Operator


@pytest.fixture(scope="module")
def magento(deployed: Deployed, demo: dict[str, str], tokenctl: Operator) -> Magento:
    """The deployment for people and programs."""
    return Magento(deployed, demo, tokenctl)


def test_the_access_token_as_a_bearer_token(magento: Magento) -> None:
    """The seed: it can be used in all calls; those of customers alone stay theirs."""
    token = magento.demo["INTEGRATION_ACCESS_TOKEN"]
    assert len(token) == 32
    found = [magento.lacks(path, token) for path in (CONFIGS, OTHER, ME)]
    assert found == [None, None, "self"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("query", ["", "?a=1&b=2", "?search[pageSize]=20", "?fields=a%20b"])
def test_requests_oauthlib_signs(magento: Magento, method: str, query: str) -> None:
    """It is checked against scheme, host, port, path and query as the client saw them."""
    assert magento.signed(OTHER + query, method).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "0" * 32},
        {"resource_owner_secret": "0" * 32},
        {"client_key": "0" * 32},
        {"resource_owner_key": "0" * 32},
        {"signature_method": "HMAC-SHA1"},
        {"timestamp": "1000000000"},
    ],
)
def test_what_is_not_signed_right(magento: Magento, wrong: dict[str, str]) -> None:
    """A guest's, without a word about the signature."""
    assert told_to_lack(magento.signed(CONFIGS, **wrong)) == STORE


def test_a_replay(magento: Magento) -> None:
    """The very same request counts once."""
    how = {"nonce": "0123456789abcdef0123456789abcdef"}
    first = magento.signed(CONFIGS, **how)
    assert first.status_code == 200
    again = magento.deployed.get(CONFIGS, authorization=str(first.request.headers["Authorization"]))
    assert told_to_lack(again) == STORE


def test_an_integration_s_life(magento: Magento) -> None:
    """Created, activated, limited, reauthorised, deactivated, deleted: each counts at once."""
    name = "End to end"
    made = magento.tokenctl("integrations", "create", name, "--all-resources")

    def credentials(access: dict[str, str]) -> dict[str, str]:
        return {
            "client_key": made["consumer_key"],
            "client_secret": made["consumer_secret"],
            "resource_owner_key": access["access_token"],
            "resource_owner_secret": access["access_token_secret"],
        }

    def fares(access: dict[str, str], path: str = CONFIGS) -> tuple[str | None, str | None]:
        signed = told_to_lack(magento.signed(path, **credentials(access)))
        return signed, magento.lacks(path, access["access_token"])

    first = magento.tokenctl("integrations", "activate", name)
    assert fares(first) == (None, None)
    magento.tokenctl("integrations", "grant", name, CUSTOMERS)
    assert (fares(first), fares(first, OTHER)) == ((STORE, STORE), (None, None))
    second = magento.tokenctl("integrations", "reauthorize", name)
    assert (fares(first, OTHER), fares(second, OTHER)) == ((CUSTOMERS, CUSTOMERS), (None, None))
    magento.tokenctl("integrations", "deactivate", name)
    assert fares(second, OTHER) == (CUSTOMERS, CUSTOMERS)
    third = magento.tokenctl("integrations", "activate", name)
    assert fares(third, OTHER) == (None, None)
    magento.tokenctl("integrations", "delete", name, "--yes")
    assert fares(third, OTHER) == (CUSTOMERS, CUSTOMERS)


def magento_api_rest(magento: Magento, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What the npm package magento-api-rest gets, with the demo integration's credentials."""
    names = {name: value for name, value in magento.demo.items() if name.startswith("INTEGRATION_")}
    return node("magento.mjs", *arguments, BASE_URL=magento.url, **names)


@pytest.mark.parametrize(
    "arguments",
    [
        ("store/storeConfigs",),
        ("store/websites",),
        ("customers/2", '{"fields":"id,email"}'),
        ("customers/2", '{"pageSize":20,"currentPage":2}'),
    ],
)
def test_a_rest_client_of_integrations(magento: Magento, arguments: tuple[str, ...]) -> None:
    """magento-api-rest signs with SHA-256 and gets its data, with and without search criteria."""
    assert magento_api_rest(magento, "256", *arguments)["status"] == 200


def test_a_rest_client_with_sha1(magento: Magento) -> None:
    """Its default is HMAC-SHA1, which is off here: it reads Magento's refusal."""
    refused = magento_api_rest(magento, "1", "store/storeConfigs")
    assert refused["status"] == 401
    assert refused["data"]["parameters"] == {"resources": STORE}
