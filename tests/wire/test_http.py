"""Reading API Gateway's events and writing its answers."""

from base64 import b64encode
from typing import Any

import pytest
from token_service.domain.errors import InvalidRequest
from token_service.wire.http import Request, Response, event_from_response, request_from_event


def event(**members: object) -> dict[str, Any]:
    """An event with these members and the least besides."""
    return {"version": "2.0", "rawPath": "/p", **members}


@pytest.mark.parametrize(
    ("members", "body"),
    [
        ({"body": "a=b"}, b"a=b"),
        ({"body": "a=b", "isBase64Encoded": False}, b"a=b"),
        ({"body": "a=é"}, "a=é".encode()),
        ({"body": b64encode(b"a=b").decode(), "isBase64Encoded": True}, b"a=b"),
        ({"body": b64encode(b"\xff\0").decode(), "isBase64Encoded": True}, b"\xff\0"),
        ({"body": "", "isBase64Encoded": True}, b""),
        ({"body": ""}, b""),
        ({"body": None}, b""),
        ({}, b""),
        ({"isBase64Encoded": True}, b""),
    ],
)
def test_body(members: dict[str, object], body: bytes) -> None:
    """The body is what the caller sent, encoded or not, empty when absent."""
    assert request_from_event(event(**members)).body == body


@pytest.mark.parametrize(
    "members",
    [
        {"body": "a=b", "isBase64Encoded": True},
        {"body": "YT1i\n", "isBase64Encoded": True},
        {"body": "YT1", "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
        {"body": "\ud800", "isBase64Encoded": True},
        {"body": {"a": "b"}},
        {"body": 7},
        {"body": ["a"], "isBase64Encoded": True},
    ],
)
def test_broken_body(members: dict[str, object]) -> None:
    """A body that cannot be unpacked is the caller's bad request, told when it is needed."""
    request = request_from_event(event(**members))
    with pytest.raises(InvalidRequest):
        _ = request.body


def test_lone_surrogate_reaches_the_reader() -> None:
    """Text that is no UTF-8 is passed on as such, for the form reader to refuse."""
    body = request_from_event(event(body="a=\ud800")).body
    with pytest.raises(UnicodeDecodeError):
        body.decode()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"headers": None},
        {"headers": []},
        {"headers": "text"},
        {"headers": {"Content-Type": None}},
        {"headers": {"x": ["a"], "7": 7}},
        {"requestContext": None},
        {"requestContext": []},
        {"requestContext": "text"},
        {"requestContext": {"http": None}},
        {"requestContext": {"http": "GET"}},
        {"requestContext": {"http": {"method": None, "path": None}}},
        {"rawPath": None},
        {"rawPath": ["/p"]},
        {"version": "1.0", "httpMethod": "GET", "path": "/p"},
    ],
)
def test_missing_and_odd_members(broken: dict[str, object]) -> None:
    """Whatever is missing or of another type becomes empty text, never an error."""
    request = request_from_event(broken)
    texts = (
        request.method,
        request.path,
        request.id,
        request.media_type,
        *request.headers.values(),
    )
    assert all(isinstance(text, str) for text in texts)
    assert request.path.startswith("/")
    assert request.body == b""


def test_reads_the_rest() -> None:
    """Method, path, id and address come from where payload 2.0 has them."""
    context = {
        "requestId": "id-1",
        "http": {"method": "post", "path": "/x", "sourceIp": "192.0.2.1"},
    }
    request = request_from_event(event(requestContext=context))
    assert (request.method, request.path) == ("POST", "/p")
    assert (request.id, request.source_ip) == ("id-1", "192.0.2.1")


def test_query_is_never_read() -> None:
    """Credentials in the query string are nowhere in a request (item 7)."""
    found = event(rawQueryString="client_secret=x", queryStringParameters={"client_secret": "x"})
    assert "client_secret" not in repr(request_from_event(found))


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_header_names_have_no_case(name: str) -> None:
    """A header is found in any case, and its media type without parameters."""
    request = request_from_event(event(headers={name: "Text/Plain; charset=utf-8"}))
    assert request.media_type == "text/plain"


def test_request_does_not_show_its_body() -> None:
    """A request that is printed shows no body: it may hold a secret (item 78)."""
    assert "hush" not in repr(Request("POST", "/p", {}, b"client_secret=hush"))
    assert "hush" not in repr(Response(200, '{"access_token":"hush"}'))


def test_answer() -> None:
    """API Gateway gets status, headers and text."""
    assert event_from_response(Response(201, "text", {"a": "b"})) == {
        "statusCode": 201,
        "headers": {"a": "b"},
        "body": "text",
        "isBase64Encoded": False,
    }
