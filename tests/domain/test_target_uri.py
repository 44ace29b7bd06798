"""When two addresses are one (RFC 3986 sections 6.2.2 and 6.2.3)."""

import pytest
from token_service.domain.target_uri import normalized

PLAIN = "https://example.com/a/b"


@pytest.mark.parametrize(
    "same",
    [
        "HTTPS://EXAMPLE.com/a/b",
        "https://example.com:443/a/b",
        "https://example.com:/a/b",
        "https://example.com/a/b?c=d",
        "https://example.com/a/b#c",
        "https://example.com/a/b?c#d?e",
        "https://example.com/a/./b",
        "https://example.com/a/c/../b",
        "https://example.com/../a/b",
        "https://example.com/%61/%62",
    ],
)
def test_same(same: str) -> None:
    """Case of scheme and host, default port, dot segments, needless escapes, query, fragment."""
    assert normalized(same) == PLAIN


@pytest.mark.parametrize(
    "other",
    [
        "http://example.com/a/b",
        "https://example.com:8443/a/b",
        "https://example.com/A/b",
        "https://example.com/a/b/",
        "https://example.com//a/b",
        "https://example.com/a%2Fb",
        "https://example.com./a/b",
        "https://www.example.com/a/b",
    ],
)
def test_other(other: str) -> None:
    """A path has case, an escaped slash is no slash, and an empty segment is one."""
    assert normalized(other) not in (PLAIN, None)


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://example.com", "https://example.com/"),
        ("https://example.com?x", "https://example.com/"),
        ("http://example.com:80", "http://example.com/"),
        ("https://[::1]:9/a", "https://[::1]:9/a"),
        ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
        ("https://example.com/%7Ea", "https://example.com/~a"),
        ("https://example.com/a/.", "https://example.com/a/"),
        ("https://example.com/a/b/..", "https://example.com/a/"),
        ("https://example.com/a/%2e%2e/b", "https://example.com/b"),
        # A gateway shows paths decoded.
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/é", "https://example.com/%C3%A9"),
        ("https://example.com/%", "https://example.com/%25"),
        ("https://example.com/%zz", "https://example.com/%25zz"),
    ],
)
def test_normal_form(address: str, same: str) -> None:
    """One spelling, which is its own."""
    assert normalized(address) == same
    assert normalized(same) == same


@pytest.mark.parametrize(
    "address",
    [
        "",
        "foo",
        "/a/b",
        "//example.com/a",
        "https:/example.com/a",
        "https:///a",
        "ftp://example.com/a",
        "wss://example.com/a",
        "https://user@example.com/a",
        "https://user:pw@example.com/a",
        "https://example.com:port/a",
        "https://example.com:443443/a",
        "https://example .com/a",
        " https://example.com/a",
        "https://exämple.com/a",
        "https://example.com\\a",
        "https://example.com/\ud800",
    ],
)
def test_none(address: str) -> None:
    """What is no absolute http address, or names a user, equals nothing."""
    assert normalized(address) is None
