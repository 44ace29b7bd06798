"""Request bodies and their types: every sentence of 1.2, and bad JSON.

Numbers are sections of docs/platforms/magento.md.
"""

import json

import pytest
from token_service.domain.limits import LIMITS
from token_service.domain.owners import OwnerKind

from tests.wire.magento.world import (
    CUSTOMER,
    CUSTOMER_PASSWORD,
    CUSTOMER_TOKEN,
    DECODING,
    JSON,
    XML,
    World,
    missing,
    token_of,
    told,
)

GOOD_JSON = json.dumps({"username": CUSTOMER, "password": CUSTOMER_PASSWORD})
LOGIN = f"<username>{CUSTOMER}</username><password>{CUSTOMER_PASSWORD}</password>"
GOOD_XML = f"<login>{LOGIN}</login>"
NOT_A_STRING = {"message": 'Invalid type for value: "array". Expected Type: "string".'}
BOTH = missing("username", "password")
GOOD = {
    "1.2 JSON": (JSON, GOOD_JSON),
    "1.2 JSON with unknown keys": (JSON, GOOD_JSON[:-1] + ',"otp":[1],"Username":"x"}'),
    "1.2 JSON with space around": (JSON, f" \r\n{GOOD_JSON}\n"),
    "1.2 XML as the documents have it": (XML, GOOD_XML),
    "1.2 the root's name is irrelevant": (XML, f"<x-1>{LOGIN}</x-1>"),
    "1.2 XML with a declaration": (XML, f'<?xml version="1.0" encoding="UTF-8"?>\n{GOOD_XML}'),
    "1.2 XML with a byte order mark": (XML, f"\ufeff{GOOD_XML}"),
    "1.2 unknown XML children": (XML, f"<login><a b='c'><d/></a>{LOGIN}<e/></login>"),
    "1.2 CDATA": (
        XML,
        LOGIN.replace(f">{CUSTOMER}", f"><![CDATA[{CUSTOMER}]]>").join(("<login>", "</login>")),
    ),
    "1.2 comments and instructions": (XML, f"<login><!-- hello -->{LOGIN}<?php no ?></login>"),
    "1.2 text/xml": ("text/xml", GOOD_XML),
    "1.2 application/xhtml+xml": ("application/xhtml+xml", GOOD_XML),
    "1.2 charset": ("application/json; charset=utf-8", GOOD_JSON),
    "1.2 charset without a space": ("application/json;charset=utf-8", GOOD_JSON),
    "1.2 charset after many": ("application/json;    charset=utf-8", GOOD_JSON),
    "1.2 charset in capitals": ("application/xml; charset=UTF-8", GOOD_XML),
    "1.2 type in capitals": ("Application/JSON", GOOD_JSON),
}
EMPTY = "Content-Type header is empty."
INVALID = "Content-Type header is invalid."
CHARSET = "UTF-8 is the only supported charset."
UNKNOWN = "Server cannot understand Content-Type HTTP header media type "
BAD_TYPES = {
    "": EMPTY,
    "json": UNKNOWN + "json",
    "application/json;": INVALID,
    "application/json; q=1": INVALID,
    "application/json; charset=utf-8; q=1": INVALID,
    "application/json; boundary=x; charset=utf-8": INVALID,
    'application/json; charset="utf-8"': INVALID,
    "application/json charset=utf-8": INVALID,
    "application/json, application/json": INVALID,
    "\u00e9/json": INVALID,
    "application/json; charset=latin1": CHARSET,
    "application/xml; charset=utf-16": CHARSET,
    "text/plain; charset=iso-8859-1": CHARSET,
    "application/x-www-form-urlencoded": UNKNOWN + "application/x-www-form-urlencoded",
    "text/plain": UNKNOWN + "text/plain",
    "multipart/form-data": UNKNOWN + "multipart/form-data",
    "application/soap+xml": UNKNOWN + "application/soap+xml",
    "*/*": UNKNOWN + "*/*",
}
BAD_JSON = {
    "1.5 nothing but a brace": "{",
    "1.5 two values": GOOD_JSON + GOOD_JSON,
    "1.5 a comma too many": GOOD_JSON[:-1] + ",}",
    "1.5 single quotes": "{'username': 'a', 'password': 'b'}",
    "1.5 a form": "username=a&password=b",
    "1.5 XML": GOOD_XML,
    "1.5 not UTF-8": GOOD_JSON.encode("utf-16"),
    "1.5 latin-1": '{"username":"\u00e9"}'.encode("latin-1"),
    "1.5 a byte order mark": "\ufeff" + GOOD_JSON,
    "1.5 a raw NUL": GOOD_JSON.replace("roni", "\0"),
    "scalar: a string": '"roni"',
    "scalar: a number": "1",
    "scalar: true": "true",
    "scalar: null": "null",
    "an array": f"[{GOOD_JSON}]",
    "deep arrays": "[" * 30_000,
    "deep objects": '{"a":' * 12_000,
    "deep and closed, in an unknown key": f'{{"a":{"[" * 30_000}{"]" * 30_000}}}',
    "duplicate keys": f'{{"username":"{CUSTOMER}",{GOOD_JSON[1:]}',
    "a number beyond int's digits": f'{{"username":{"9" * 5000},"password":"x"}}',
    "NaN": '{"username":NaN,"password":"x"}',
    "Infinity": '{"username":-Infinity,"password":"x"}',
    "a lone surrogate": '{"username":"\\ud800","password":"x"}',
    "a surrogate the wrong way round": '{"username":"x","password":"\\udc00\\ud800"}',
    "larger than any login": f'{{"username":"{"x" * LIMITS.body}"}}',
    "megabytes": f'{{"username":"{"x" * 5_000_000}"}}',
}


@pytest.mark.parametrize(("content_type", "body"), GOOD.values(), ids=GOOD)
def test_bodies_that_log_in(world: World, content_type: str, body: str) -> None:
    """1.2: JSON and XML, however they are called and whatever else is in them."""
    assert token_of(world.post(CUSTOMER_TOKEN, body, content_type))


@pytest.mark.parametrize(("content_type", "message"), BAD_TYPES.items())
def test_content_types_that_are_refused(world: World, content_type: str, message: str) -> None:
    """1.2 and 1.5: told apart as missing, unreadable, of another charset, and not understood."""
    answer = world.post(CUSTOMER_TOKEN, GOOD_JSON, content_type)
    assert told(answer) == (400, {"message": message})
    assert not world.service.tokens.records


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json; charset=latin1", ";"]
)
def test_an_empty_body_needs_no_type(world: World, content_type: str) -> None:
    """1.2: zero bytes skip all checks of the type; the fields are then simply missing."""
    assert told(world.post(CUSTOMER_TOKEN, b"", content_type)) == (400, BOTH)


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
def test_json_that_cannot_be_read(world: World, body: str | bytes) -> None:
    """1.5: malformed JSON, or what only some parsers agree on, is one sentence."""
    assert told(world.post(CUSTOMER_TOKEN, body)) == (400, DECODING)
    assert not world.service.failures.by_key


@pytest.mark.parametrize(
    ("value", "text"),
    {
        "123": "123",
        "true": "1",
        "-1": "-1",
        "1.5": "1.5",
        "0": "0",
        "9" * 100: "9" * 100,
    }.items(),
)
def test_json_scalars_become_text(world: World, value: str, text: str) -> None:
    """1.2: numbers and true are cast as PHP casts them; 123 is the user "123"."""
    world.accounts.create(OwnerKind.ADMIN, text, "password", ("Magento_Backend::store",))
    body = f'{{"username":{value},"password":"password"}}'
    assert token_of(world.post("/rest/V1/integration/admin/token", body))


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ('"username":null,"password":null', ("username", "password")),
        ('"username":"","password":""', ("username", "password")),
        ('"username":false,"password":""', ("username", "password")),
        ("", ("username", "password")),
        ('"Username":"a","PASSWORD":"b"', ("username", "password")),
        ('"username":"a"', ("password",)),
        ('"username":"a","password":null', ("password",)),
        ('"password":"b"', ("username",)),
    ],
)
def test_fields_that_are_missing(world: World, fields: str, names: tuple[str, ...]) -> None:
    """1.2: null counts as absent, names are case-sensitive; one and both missing differ."""
    assert told(world.post(CUSTOMER_TOKEN, f"{{{fields}}}")) == (400, missing(*names))


@pytest.mark.parametrize("value", ["[]", "{}", '["a"]', '{"a":"b"}', "[[[[]]]]"])
@pytest.mark.parametrize("name", ["username", "password"])
def test_arrays_and_objects_are_no_strings(world: World, name: str, value: str) -> None:
    """1.2: an array or an object for a field is a type error, whatever is in it."""
    fields = {"username": '"a"', "password": '"b"', name: value}
    body = "{" + ",".join(f'"{key}":{given}' for key, given in fields.items()) + "}"
    assert told(world.post(CUSTOMER_TOKEN, body)) == (400, NOT_A_STRING)


@pytest.mark.parametrize(
    ("children", "names"),
    [
        ("", ("username", "password")),
        ("<username/><password/>", ("username", "password")),
        ("<username></username><password> \n\t</password>", ("username", "password")),
        ("<username>a</username>", ("password",)),
        ("<Username>a</Username><password>b</password>", ("username",)),
        ("just text", ("username", "password")),
    ],
)
def test_xml_fields_that_are_missing(world: World, children: str, names: tuple[str, ...]) -> None:
    """1.2: an empty element is absent, and blank text is as good as none."""
    answer = world.post(CUSTOMER_TOKEN, f"<login>{children}</login>", XML)
    assert told(answer) == (400, missing(*names))


@pytest.mark.parametrize(
    "children",
    [
        '<username type="string">a</username><password>b</password>',
        "<username>a</username><username>a</username><password>b</password>",
        '<username/><username a="b"/><password>b</password>',
    ],
)
def test_xml_attributes_and_repetitions(world: World, children: str) -> None:
    """Bad input: a field with attributes, or sent twice, cannot be decoded."""
    answer = world.post(CUSTOMER_TOKEN, f"<login>{children}</login>", XML)
    assert told(answer) == (400, DECODING)


def test_xml_that_makes_an_array(world: World) -> None:
    """1.2: children of a field are a type error."""
    children = "<username>a</username><password><b>b</b></password>"
    answer = world.post(CUSTOMER_TOKEN, f"<login>{children}</login>", XML)
    assert told(answer) == (400, NOT_A_STRING)


def test_xml_text_is_not_trimmed(world: World) -> None:
    """1.2: the blanks around a password are part of it."""
    world.accounts.set_password(OwnerKind.CUSTOMER, CUSTOMER, "  pass  word ")
    for password, status in (("  pass  word ", 200), ("pass  word", 401)):
        body = f"<login><username>{CUSTOMER}</username><password>{password}</password></login>"
        assert world.post(CUSTOMER_TOKEN, body, XML).status == status


@pytest.mark.parametrize("content_type", [JSON, XML])
def test_passwords_of_any_unicode(world: World, content_type: str) -> None:
    """Bad input: up to 1,000 characters of any script; one more is refused like a wrong one."""
    longest = ("\U0001f511\u0645\u0631\u062d\u5bc6 \u00e9e\u0301<&>\"'" * 100)[:1000]
    world.accounts.set_password(OwnerKind.CUSTOMER, CUSTOMER, longest)
    wrong = world.log_in(password="wrong")
    for password, status in ((longest, 200), (longest + "x", 401), (longest[:-1], 401)):
        escaped = password.replace("&", "&amp;").replace("<", "&lt;")
        body = {
            JSON: json.dumps({"username": CUSTOMER, "password": password}),
            XML: f"<a><username>{CUSTOMER}</username><password>{escaped}</password></a>",
        }[content_type]
        answer = world.post(CUSTOMER_TOKEN, body, content_type)
        assert answer.status == status
        assert status == 200 or answer == wrong


@pytest.mark.parametrize("length", [256, 3000, 50_000])
def test_names_longer_than_any_account_s(world: World, length: int) -> None:
    """A name that no key of the store could hold is refused like a wrong password."""
    assert world.log_in(name="x" * length) == world.log_in(password="wrong")
