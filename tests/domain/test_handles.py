"""Opaque tokens and JWT ids: what they look like and what is refused before any read."""

import re
from hashlib import sha256
from secrets import token_bytes

import pytest
from token_service.domain.grants import TokenFormat
from token_service.domain.handles import (
    layout_of_jwt_id,
    new_base36_token,
    new_jwt_id,
    new_opaque_token,
    opaque_format,
    read_opaque_token,
)
from token_service.domain.limits import DAY, HOUR, NEVER, OPAQUE_MAX_LIFETIME
from token_service.domain.location import MAX_LAYOUT, locate

from tests.clock import SeededBytes

NOW = 1_800_000_000
MAKERS = {
    TokenFormat.OPAQUE: (new_opaque_token, "[0-9a-f]{40}"),
    TokenFormat.BASE36: (new_base36_token, "[0-9a-z]{32}"),
}


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("layout", range(MAX_LAYOUT + 1))
@pytest.mark.parametrize("lifetime", [60, HOUR, DAY, OPAQUE_MAX_LIFETIME, NEVER - NOW])
def test_a_token_says_where_its_record_lies(
    form: TokenFormat, layout: int, lifetime: int, random: SeededBytes
) -> None:
    """Hour and layout are read back from the characters, and the handle is their hash."""
    make, shape = MAKERS[form]
    token = make(NOW + lifetime, layout, random)
    assert re.fullmatch(shape, token)
    assert opaque_format(token) is form
    read = read_opaque_token(token, NOW)
    assert read is not None
    assert (read.hour, read.layout) == ((NOW + lifetime) // HOUR, layout)
    assert read.handle == sha256(token.encode()).hexdigest()
    assert read.location == locate(read.handle, read.hour, layout)


def test_the_random_part_is_128_bits_taken_as_they_come() -> None:
    """All of the randomness given is in the token, and 128 bits are asked for (item 32)."""
    asked: list[int] = []

    def ones(count: int) -> bytes:
        asked.append(count)
        return b"\xff" * count

    assert new_opaque_token(0x123456 * HOUR, 8, ones) == "123456" + "08" + "f" * 32
    assert new_jwt_id(8, ones) == "08" + "f" * 32
    assert int(new_base36_token(0x123456 * HOUR, 8, ones), 36) == int("12345608" + "f" * 32, 16)
    assert asked == [16, 16, 16]


def test_tokens_are_unique() -> None:
    """No two of a million tokens of one hour are the same, of the system's randomness (item 32)."""
    assert len({new_opaque_token(NOW, 8, token_bytes) for _ in range(1_000_000)}) == 1_000_000


GOOD = new_opaque_token(NOW + HOUR, 8, SeededBytes(5))
SHORT = new_base36_token(NOW + HOUR, 8, SeededBytes(5))


@pytest.mark.parametrize(
    "token",
    [
        "",
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        " " + GOOD[1:],
        GOOD.upper(),
        GOOD[:-1] + "g",
        GOOD[:-1] + "é",
        GOOD[:-1] + "\N{ARABIC-INDIC DIGIT THREE}",
        GOOD[:-1] + "\0",
        GOOD[:-1] + "\ud800",
        GOOD[:6] + f"{MAX_LAYOUT + 1:02x}" + GOOD[8:],
        GOOD[:6] + "ff" + GOOD[8:],
        "0x" + GOOD[2:],
        "0" * 40,
        "f" * 40,
        "a" * 1_000_000,
        SHORT[:-1],
        SHORT + "0",
        SHORT + "\n",
        SHORT.upper(),
        SHORT[:-1] + "_",
        SHORT[:-1] + "\N{ARABIC-INDIC DIGIT THREE}",
        "0" * 32,
        "z" * 32,  # more than 160 bits
    ],
)
def test_what_is_no_token_of_ours_is_refused_unread(token: str) -> None:
    """Wrong length, alphabet, case or layout: nothing is looked up (item 58)."""
    assert read_opaque_token(token, NOW) is None


@pytest.mark.parametrize(
    ("hour", "accepted"),
    [
        (NOW // HOUR - 1, False),
        (NOW // HOUR, True),
        ((NOW + OPAQUE_MAX_LIFETIME) // HOUR, True),
        ((NOW + OPAQUE_MAX_LIFETIME) // HOUR + 1, False),
        (NEVER // HOUR - 1, False),
        (NEVER // HOUR, True),
    ],
)
@pytest.mark.parametrize("form", MAKERS)
def test_only_hours_that_can_be_live_are_looked_up(
    form: TokenFormat, hour: int, *, accepted: bool
) -> None:
    """A token whose hour has passed, or is further off than any but never, costs no read."""
    token = MAKERS[form][0](hour * HOUR, 8, SeededBytes())
    assert (read_opaque_token(token, NOW) is not None) == accepted


@pytest.mark.parametrize("layout", range(MAX_LAYOUT + 1))
def test_a_jwt_id_says_its_layout(layout: int, random: SeededBytes) -> None:
    """34 hexadecimal characters, of which the first two are the layout."""
    jti = new_jwt_id(layout, random)
    assert re.fullmatch("[0-9a-f]{34}", jti)
    assert layout_of_jwt_id(jti) == layout


@pytest.mark.parametrize(
    "jti",
    [
        "",
        "08",
        "08" + "a" * 31,
        "08" + "a" * 33,
        "0F" + "a" * 32,
        "0f" + "a" * 32,
        "08" + "g" * 32,
        "08" + "a" * 32 + "\n",
        "٠٨" + "a" * 32,
        "ff" * 17,
    ],
)
def test_other_jwt_ids_are_not_ours(jti: str) -> None:
    """Any other shape names no layout, and so no record."""
    assert layout_of_jwt_id(jti) is None
