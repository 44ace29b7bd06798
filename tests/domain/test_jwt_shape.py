"""The shape of JWTs: one spelling only, of three segments, and nothing breaks the reader."""

import json

import pytest
from token_service.domain.limits import LIMITS

from tests.domain.acts import token_of
from tests.domain.forge import decode, parts, sign_raw
from tests.service import Service


@pytest.fixture
def token(service: Service) -> str:
    """A valid token."""
    return token_of(service).value


def is_active(service: Service, token: str) -> bool:
    """Whether the service takes it."""
    return service.validator.validate(token) is not None


@pytest.mark.parametrize("segment", range(3))
@pytest.mark.parametrize(
    "change",
    [
        "",
        "{s}=",
        "{s}==",
        "{s}\n",
        " {s}",
        "{s}A",
        "{s}.",
        ".{s}",
        "{s}+",
        "{s}/",
        "{s}%3D",
        "{s}\x00",
        "{s}é",
        "{s}\u200b",
        "{s}�",
    ],
)
def test_each_segment_has_one_spelling(
    service: Service, token: str, segment: int, change: str
) -> None:
    """Padding, white space, other alphabets, extra dots, empty segments: refused (item 52)."""
    segments = token.split(".")
    segments[segment] = change.replace("{s}", segments[segment])
    assert not is_active(service, ".".join(segments))


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "....", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e"]
)
def test_dots_alone_are_no_token(service: Service, text: str) -> None:
    """Any number of segments, JWE's five included (items 51, 52)."""
    assert not is_active(service, text)


def test_a_token_is_not_followed_by_another(service: Service, token: str) -> None:
    """Two tokens, nested or joined, are none (item 52)."""
    header, _ = parts(token)
    nested = sign_raw(json.dumps({**header, "cty": "JWT"}).encode(), token.encode())
    for text in (f"{token}.{token}", token + token, f"{token},{token}", f"Bearer {token}", nested):
        assert not is_active(service, text)


def test_trailing_bits_must_be_zero(service: Service, token: str) -> None:
    """Base64 that decodes to the same bytes but is spelled otherwise is refused (item 52)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    tried = 0
    for i, segment in enumerate(token.split(".")):
        for letter in alphabet:
            other = segment[:-1] + letter
            if other != segment and decode(other) == decode(segment):
                segments = token.split(".")
                segments[i] = other
                assert not is_active(service, ".".join(segments))
                tried += 1
    assert tried > 0


def test_the_standard_alphabet_is_refused(service: Service) -> None:
    """`+` and `/` for `-` and `_` is another spelling (item 52)."""
    token = token_of(service, audience=("~~~???>>>" * 5,)).value
    header, claims, signature = token.split(".")
    assert "-" in signature + claims or "_" in signature + claims
    other = ".".join(
        [header, *(s.replace("-", "+").replace("_", "/") for s in (claims, signature))]
    )
    assert is_active(service, token)
    assert not is_active(service, other)


@pytest.mark.parametrize("part", ["header", "claims"])
def test_repeated_names_are_refused(service: Service, token: str, part: str) -> None:
    """A name said twice may be read in two ways, even if both say the same (item 52)."""
    raw = {
        name: json.dumps(value)
        for name, value in zip(("header", "claims"), parts(token), strict=True)
    }
    name, value = (
        ("kid", parts(token)[0]["kid"]) if part == "header" else ("iss", parts(token)[1]["iss"])
    )
    for other in (value, "another"):
        for doubled in (
            raw[part][:-1] + f', "{name}": "{other}"}}',
            f'{{"{name}": "{other}", ' + raw[part][1:],
            raw[part][:-1] + ', "x": {"a": 1, "a": 2}}',
            raw[part][:-1] + f', "\\u{ord(name[0]):04x}{name[1:]}": "{other}"}}',
        ):
            changed = {**raw, part: doubled}
            assert json.loads(doubled)
            token_with = sign_raw(changed["header"].encode(), changed["claims"].encode())
            assert not is_active(service, token_with)


NOT_OBJECTS = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"1",
    b"true",
    b"{",
    b"}",
    b"{}",
    b"{}{}",
    b"\xff",
    b"\x00",
]
NOT_OBJECTS += [b"\xef\xbb\xbf{}", '{"a":1}'.encode("utf-16"), b"{'a': 1}", b'{"a": 1,}', b'{"a"']
NOT_OBJECTS += [
    b"[" * 5000,
    b'{"a":' * 1000 + b"1" + b"}" * 1000,
    b'{"exp":NaN}',
    b'{"a":-Infinity}',
]


@pytest.mark.parametrize("raw", NOT_OBJECTS, ids=lambda raw: repr(raw[:12]))
def test_what_is_no_object_is_no_header_and_no_claims(
    service: Service, token: str, raw: bytes
) -> None:
    """Broken, deep, or of another type: refused without an error, even when we signed it."""
    header, claims = (json.dumps(part).encode() for part in parts(token))
    assert not is_active(service, sign_raw(raw, claims))
    assert not is_active(service, sign_raw(header, raw))


@pytest.mark.parametrize("where", ["header", "claims"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_json_knows_no_such_numbers(service: Service, token: str, where: str, value: str) -> None:
    """NaN and Infinity anywhere are refused, also where nobody would look (item 49)."""
    header, claims = (json.dumps(part) for part in parts(token))
    if where == "header":
        header = header[:-1] + f', "x": [{value}]}}'
    else:
        claims = claims[:-1] + f', "x": [{value}]}}'
    assert not is_active(service, sign_raw(header.encode(), claims.encode()))


@pytest.mark.parametrize("size", [LIMITS.token + 1, 1_000_000])
@pytest.mark.parametrize("text", ["a", ".", "a.", "é", "\0"])
def test_over_long_text_is_refused_unread(
    service: Service, token: str, size: int, text: str
) -> None:
    """A megabyte of anything, or a good token padded with claims, costs no work (item 9)."""
    reads = service.clients.reads
    assert not is_active(service, (text * size)[:size])
    header, claims = (json.dumps(part) for part in parts(token))
    long = sign_raw(header.encode(), (claims[:-1] + f', "x": "{"x" * size}"}}').encode())
    assert not is_active(service, long)
    assert service.clients.reads == reads


def test_the_longest_token_is_still_read(service: Service, token: str) -> None:
    """Up to the limit a token is judged on its merits, beyond it is refused."""
    header, claims = (json.dumps(part) for part in parts(token))
    judged = set()
    for padding in range(5000, 7000):
        long = sign_raw(header.encode(), (claims[:-1] + f', "x": "{"x" * padding}"}}').encode())
        if abs(len(long) - LIMITS.token) <= 2:
            assert is_active(service, long) == (len(long) <= LIMITS.token)
            judged.add(len(long) <= LIMITS.token)
    assert judged == {True, False}
