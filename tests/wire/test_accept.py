"""Which Accept headers ask for something that only some know of (RFC 9110 section 12.5.1)."""

import pytest
from token_service.wire.accept import asks_for

SPECIAL, USUAL = "application/token-introspection+jwt", "application/json"


@pytest.mark.parametrize(
    "accept",
    [
        SPECIAL,
        SPECIAL.upper(),
        f" {SPECIAL} ; charset=utf-8",
        f"{SPECIAL};q=0.001",
        f"{SPECIAL};q=1.000, {USUAL}",
        f"{USUAL}, {SPECIAL}",
        f"{USUAL};q=0.5, {SPECIAL};q=0.5",
        f"{SPECIAL}, */*",
        f"text/html, */*;q=0.8,{SPECIAL};Q=0.9",
        f"{SPECIAL};q=0.2, {USUAL};q=0.1, */*;q=0.9",
        f"{SPECIAL}, {USUAL};q=nonsense",
        f"{SPECIAL};q=0.5, {USUAL};q=0, */*",
    ],
)
def test_names_the_special_type(accept: str) -> None:
    """Named, wanted at all, and no less than the usual one."""
    assert asks_for(accept, SPECIAL, USUAL)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/*, */*;q=0.1",
        USUAL,
        "application/jwt",
        "token-introspection+jwt",
        f"x{SPECIAL}",
        f"{SPECIAL};q=0",
        f"{SPECIAL};q=0.000",
        f"{SPECIAL};q=2",
        f"{SPECIAL};q=-1",
        f"{SPECIAL};q=nan",
        f"{SPECIAL};q=",
        f"{SPECIAL};q=0.5, {USUAL}",
        f"{SPECIAL};q=0.5, application/*;q=0.6",
        f"{SPECIAL};q=0.5, */*",
        ",;,;q=1,",
        "\0",
    ],
)
def test_asks_for_the_usual_type(accept: str) -> None:
    """Not named, not wanted, wanted less, or unreadable; a wildcard names nothing."""
    assert not asks_for(accept, SPECIAL, USUAL)
