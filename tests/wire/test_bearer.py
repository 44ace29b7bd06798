"""Reading a bearer token from its header (items 73, 76, 77)."""

import pytest
from token_service.domain.limits import LIMITS
from token_service.wire.bearer import read_bearer


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER abc", "abc"),
        ("bEaReR a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="),
        ("abc", "abc"),
        ("Bearer " + "a" * LIMITS.token, "a" * LIMITS.token),
    ],
)
def test_reads(header: str, token: str) -> None:
    """The scheme in any case and one space, or no scheme at all (item 77)."""
    assert read_bearer(header) == token


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "Bearer ",
        "Bearer  abc",
        "Bearer\tabc",
        " Bearer abc",
        "Bearer abc ",
        "Bearer abc\n",
        "Bearer abc\r\nX: y",
        "Bearer abc def",
        "Bearer abc,Bearer def",
        "Bearer a=b",
        "Bearer =",
        "Bearer a\0b",
        "Bearer é",
        "Bearer \u0661",
        "Bearer \ud800",
        "Basic YTpi",
        "Token abc",
        'Bearer "abc"',
        "Bearer " + "a" * (LIMITS.token + 1),
        "Bearer " + "a" * 1_000_000,
    ],
)
def test_refuses(header: str | None) -> None:
    """Anything else is no token; never an error (items 76, 77)."""
    assert read_bearer(header) is None
