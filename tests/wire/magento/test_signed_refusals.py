"""Signatures that open nothing: tampered, misplaced, unreadable, somebody else's."""

import re

import pytest

from tests.wire.magento.signer import PATH, Integration


def tampered(headers: dict[str, str], name: str, value: str) -> dict[str, str]:
    """The header with one parameter changed."""
    (header,) = headers.values()
    return {"authorization": re.sub(rf'{name}="[^"]*"', f'{name}="{value}"', header)}


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("POST", PATH, ""),
        ("GET", "/rest/V1/store/websites", ""),
        ("GET", PATH, "a=1"),
        ("GET", PATH, "%"),
        ("GET", PATH, "%zz=%zz"),
    ],
)
def test_another_request_s_signature(
    integration: Integration, method: str, path: str, query: str
) -> None:
    """A signature is for one method, one URL and one query; nothing is written for others."""
    headers = integration.sign()
    assert not integration.gets_in(headers, method=method, path=path, query=query)
    assert not integration.world.nonces.used
    assert integration.gets_in(headers)


@pytest.mark.parametrize("host", ["other.example", "", "[", "a b", "auth.example.test:1"])
def test_another_host_s_signature(integration: Integration, host: str) -> None:
    """A signature is for one host; one that cannot be read is another's."""
    assert not integration.gets_in(integration.sign() | {"host": host})
    assert not integration.gets_in(integration.sign() | {"x-forwarded-proto": "http"})
    assert not integration.world.nonces.used


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oauth_signature", ""),
        ("oauth_signature", "x"),
        ("oauth_signature_method", "PLAINTEXT"),
        ("oauth_nonce", "0" * 32),
        ("oauth_nonce", ""),
        ("oauth_timestamp", "1800000001"),
        ("oauth_timestamp", "now"),
        ("oauth_timestamp", ""),
        ("oauth_version", "2.0"),
        ("oauth_token", ""),
        ("oauth_token", "0" * 32),
        ("oauth_token", "x" * 5000),
        ("oauth_consumer_key", ""),
        ("oauth_consumer_key", "0" * 32),
        ("oauth_consumer_key", "x" * 5000),
        ("oauth_consumer_key", "' OR 1=1"),
    ],
)
def test_tampered_parameters(integration: Integration, name: str, value: str) -> None:
    """Changed, emptied or absurd: a guest, never a fault, and nothing is written."""
    assert not integration.gets_in(tampered(integration.sign(), name, value))
    assert not integration.world.nonces.used


@pytest.mark.parametrize(
    "header",
    [
        "OAuth ",
        "OAuth x",
        "OAuth =,=",
        "OAuth oauth_consumer_key",
        'OAuth oauth_consumer_key="',
        "oauth " + "a=b," * 2000,
        'OAuth realm="x"',
    ],
)
def test_headers_that_are_no_signature(integration: Integration, header: str) -> None:
    """What cannot be read is a guest's."""
    assert not integration.gets_in({"authorization": header})


def test_the_scheme_in_any_case(integration: Integration) -> None:
    """RFC 5849 section 3.5.1: `OAuth` is compared without case."""
    (header,) = integration.sign().values()
    assert integration.gets_in({"authorization": header.replace("OAuth", "OAUTH")})


def test_parameters_in_two_places(integration: Integration) -> None:
    """RFC 5849 section 3.5: signing parameters in the header and in the query are refused."""
    headers = integration.sign()
    assert not integration.gets_in(headers, query="oauth_nonce=12345678")


def test_somebody_else_s_credentials(integration: Integration) -> None:
    """A token goes with its own consumer, and only with its own secret."""
    other = Integration.new(integration.world, "Another")
    mixed: list[dict[str, str | None]] = [
        {"resource_owner_key": other.token},
        {"resource_owner_key": other.token, "resource_owner_secret": other.token_secret},
        {"resource_owner_secret": other.token_secret},
        {"client_key": other.key},
        {"client_secret": other.secret},
        {"resource_owner_key": integration.world.admin_token()},
        {"resource_owner_key": None, "resource_owner_secret": None},
        {"client_secret": "", "resource_owner_secret": ""},
    ]
    for how in mixed:
        assert not integration.gets_in(integration.sign(**how))
    assert not integration.world.nonces.used
    assert integration.gets_in(integration.sign())
