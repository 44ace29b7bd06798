"""Requests that integrations sign with OAuth 1.0a, in the authorizer.

RFC 5849; docs/platforms/magento.md, 5.
"""

import re
from collections.abc import Callable

import pytest
from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA1,
    SIGNATURE_HMAC_SHA512,
    SIGNATURE_PLAINTEXT,
)
from token_service.domain.errors import Unavailable
from token_service.wire.http import Response

from tests.wire.magento.signer import HOST, NAME, PATH, Integration
from tests.wire.magento.world import World


def test_a_signed_request_gets_in(integration: Integration) -> None:
    """HMAC-SHA256 over method, URL and parameters, with all four credentials."""
    found = integration.world.call("GET", PATH, headers=integration.sign())
    assert not isinstance(found, Response)
    assert (found.kind, found.grant) == ("integration", "integration")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_every_method(integration: Integration, method: str) -> None:
    """A body that is no form is not signed, so that any method works."""
    assert integration.gets_in(integration.sign(HOST + PATH, method), method=method)


@pytest.mark.parametrize(
    "query",
    [
        "a=1&b=2",
        "b=2&a=1&a=0",
        "searchCriteria",
        "searchCriteria=",
        "a=b%20c&d=%C3%A9",
        "searchCriteria[pageSize]=20&searchCriteria%5BcurrentPage%5D=1",
        "fields=items[id,name]",
        "a=b+c",
        "a=1:2/3?4",
    ],
)
def test_queries_as_clients_write_them(integration: Integration, query: str) -> None:
    """The query is part of what is signed, in any order and however its brackets are written."""
    headers = integration.sign(f"{HOST}{PATH}?{_signable(query)}")
    assert integration.gets_in(headers, query=query)


def _signable(query: str) -> str:
    return query.replace("[", "%5B").replace("]", "%5D")


def test_a_custom_port_and_a_host_in_capitals(integration: Integration) -> None:
    """RFC 5849 section 3.4.1.2: the host in lower case; a port only if it is not the scheme's."""
    for signed, host in (
        ("http://localhost:8080", "localhost:8080"),
        ("https://Shop.Example", "shop.example"),
        ("https://shop.example:443", "shop.example"),
        ("https://shop.example", "SHOP.example:443"),
    ):
        headers = integration.sign(signed + PATH) | {
            "host": host,
            "x-forwarded-proto": signed.partition(":")[0],
        }
        assert integration.gets_in(headers)


def rewritten(headers: dict[str, str]) -> dict[str, str]:
    """The same parameters, the nonce's first character percent-encoded."""
    (header,) = headers.values()
    nonce = re.search(r'oauth_nonce="([^"]+)"', header)
    assert nonce
    first = f"%{ord(nonce[1][0]):02X}"
    return {"authorization": header.replace(nonce[0], f'oauth_nonce="{first}{nonce[1][1:]}"')}


@pytest.mark.parametrize("again", [lambda headers: headers, rewritten], ids=["as is", "rewritten"])
def test_a_request_counts_once(
    integration: Integration, again: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    """A replay is refused, also when its nonce is written in another way."""
    headers = integration.sign()
    assert integration.gets_in(headers)
    assert not integration.gets_in(again(headers))
    assert len(integration.world.nonces.used) == 1


def test_the_nonce_is_remembered_as_long_as_its_timestamp_is_good(
    integration: Integration,
) -> None:
    """However far ahead the signer's clock was, a replay never outlives the memory of it."""
    now = integration.world.service.now
    headers = integration.sign(timestamp=str(now() + 600))
    assert integration.gets_in(headers)
    (expires_at,) = integration.world.nonces.used.values()
    now.at = expires_at
    integration.world.nonces.used.clear()
    now.advance(1)
    assert not integration.gets_in(headers)


@pytest.mark.parametrize(
    ("seconds", "good"), [(-601, False), (-600, True), (0, True), (600, True), (601, False)]
)
def test_timestamps_by_our_clock(integration: Integration, seconds: int, *, good: bool) -> None:
    """Ten minutes either way; an older or newer one is refused, and its nonce not written."""
    timestamp = str(integration.world.service.now() + seconds)
    assert integration.gets_in(integration.sign(timestamp=timestamp)) is good
    assert bool(integration.world.nonces.used) is good


@pytest.mark.parametrize(
    "method", [SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA512, SIGNATURE_PLAINTEXT]
)
def test_other_methods_of_signing(method: str) -> None:
    """SHA-1 only where it is switched on; anything else never."""
    for sha1 in (False, True):
        integration = Integration.new(World(sha1=sha1))
        allowed = sha1 and method == SIGNATURE_HMAC_SHA1
        assert integration.gets_in(integration.sign(signature_method=method)) is allowed
        assert integration.gets_in(integration.sign())


def test_ended_integrations(integration: Integration) -> None:
    """Deactivated, reauthorised or deleted, what it signed with before is refused at once."""
    integrations = integration.world.service.integrations
    for end in (integrations.activate, integrations.deactivate, integrations.delete):
        signer = Integration.new(integration.world, f"Ended by {end.__name__}")
        assert signer.gets_in(signer.sign())
        end(f"Ended by {end.__name__}")
        assert not signer.gets_in(signer.sign())
    assert integration.gets_in(integration.sign())


def test_resources_of_an_integration(integration: Integration) -> None:
    """A signature proves who it is; what it may do is granted, as for its Bearer token."""
    integration.world.service.integrations.grant(NAME, ("Magento_Customer::customer",))
    assert not integration.gets_in(integration.sign())
    path = "/rest/V1/customers/2"
    assert integration.gets_in(integration.sign(HOST + path), path=path)
    assert integration.world.opens(path, integration.token)


def test_bearer_use_is_a_choice() -> None:
    """Switched off, the token is a guest's while signed requests work on."""
    for bearer in (True, False):
        integration = Integration.new(World(bearer=bearer))
        assert integration.world.opens(PATH, integration.token) is bearer
        assert integration.gets_in(integration.sign())
        assert integration.world.opens(PATH, integration.world.admin_token())


def test_a_store_that_does_not_answer(
    integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the memory of nonces nobody is let in, and nobody is told no for good."""

    def use(*_: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(integration.world.nonces, "use", use)
    with pytest.raises(Unavailable):
        integration.gets_in(integration.sign())
