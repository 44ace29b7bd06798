"""Bad input of every kind, as API Gateway events, at every endpoint."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from token_service.wire.dialect import dialect_for
from token_service.wire.http import request_from_event

from tests.wire.api import Api, basic, body_of
from tests.wire.demo_clients import CLIENT, DISABLED, DISABLED_SECRET, SECRET
from tests.wire.shapes import assert_refusal

FORM = "application/x-www-form-urlencoded"
GOOD = {
    "grant_type": "client_credentials",
    "client_id": CLIENT,
    "client_secret": SECRET,
    "token": "some-token",
}
NO_CREDENTIALS = {"grant_type": "client_credentials", "token": "some-token"}


def form(fields: dict[str, str] | bytes = b"", **changes: object) -> dict[str, Any]:
    """The members of an event that POSTs this form, base64 as API Gateway has it."""
    raw = urlencode(fields).encode() if isinstance(fields, dict) else fields
    return {
        "method": "POST",
        "headers": {"content-type": FORM},
        "body": b64encode(raw).decode(),
        "isBase64Encoded": True,
    } | changes


ENCODED = urlencode(GOOD).encode()
INPUTS: dict[str, dict[str, Any]] = {
    "good": form(GOOD),
    "wrong method": form(GOOD, method="PUT"),
    "wrong content type": form(GOOD, headers={"content-type": "application/json"}),
    "no content type": form(GOOD, headers={}),
    "no headers": form(GOOD, headers=None),
    "empty body": form(b""),
    "no body": form(body=None, isBase64Encoded=False),
    "1 MB body": form(b"x=" + b"x" * 1_000_000),
    "invalid UTF-8": form(ENCODED + b"&x=\xff"),
    "NUL": form(ENCODED + b"&x=%00"),
    "raw NUL": form(ENCODED + b"&x=\0"),
    "broken percent": form(ENCODED + b"&x=%f"),
    "broken base64 flag": form(body=ENCODED.decode(), isBase64Encoded=True),
    "forgotten base64 flag": form(GOOD, isBase64Encoded=False),
    "duplicate field": form(ENCODED + b"&client_id=" + CLIENT.encode()),
    "unknown field": form(GOOD | {"colour": "blue"}),
    "empty grant or token": form(GOOD | {"grant_type": "", "token": ""}),
    "empty id": form(GOOD | {"client_id": ""}),
    "over-long id": form(GOOD | {"client_id": "i" * 5000}),
    "over-long token or scope": form(GOOD | {"token": "t" * 20_000, "scope": "s" * 5000}),
    "unknown client": form(GOOD | {"client_id": "nobody"}),
    "wrong secret": form(GOOD | {"client_secret": "wrong"}),
    "disabled client": form(GOOD | {"client_id": DISABLED, "client_secret": DISABLED_SECRET}),
    "malformed Basic": form(
        NO_CREDENTIALS, headers={"content-type": FORM, "authorization": "Basic !"}
    ),
    "wrong Basic": form(
        NO_CREDENTIALS, headers={"content-type": FORM, "authorization": basic(CLIENT, "wrong")}
    ),
    "secret in the query": form(NO_CREDENTIALS, rawQueryString=urlencode(GOOD)),
}

# Status and error code (for Elastic Path the title) at each endpoint; '' is an empty body, '-' a
# success. `else` stands for all inputs that are not named.
BAD, REQUEST, CLIENT_ = "Bad Request", "invalid_request", "invalid_client"
_UNPROVEN = ("unknown client", "wrong secret", "disabled client", "empty id", "over-long id")
_NOBODY = ("empty body", "no body", "secret in the query", "forgotten base64 flag")
_BASIC = ("malformed Basic", "wrong Basic")
_TYPES = ("wrong content type", "no content type", "no headers")
EXPECTED: dict[str, dict[str, tuple[int, str]]] = {
    "/oauth/access_token": {
        **dict.fromkeys(("good", "unknown field", "over-long token or scope", *_TYPES), (200, "-")),
        "wrong method": (405, "Method Not Allowed"),
        "1 MB body": (413, "Payload Too Large"),
        **dict.fromkeys(
            ("unknown client", "wrong secret", "disabled client"), (401, "Unauthorized")
        ),
        "else": (400, BAD),
    },
    "/connect/token": {
        **dict.fromkeys(("good", "unknown field", "duplicate field"), (200, "-")),
        **dict.fromkeys((*_UNPROVEN, *_NOBODY, *_BASIC), (400, CLIENT_)),
        "empty grant or token": (400, "unsupported_grant_type"),
        "over-long token or scope": (400, "invalid_scope"),
        "else": (400, REQUEST),
    },
    "/oauth2/token": {
        **dict.fromkeys(("good", "unknown field"), (200, "-")),
        "wrong method": (405, REQUEST),
        "1 MB body": (413, REQUEST),
        **dict.fromkeys((*_UNPROVEN, *_NOBODY), (400, CLIENT_)),
        **dict.fromkeys(_BASIC, (401, CLIENT_)),
        "over-long token or scope": (400, "invalid_scope"),
        "else": (400, REQUEST),
    },
    "/connect/introspect": {
        **dict.fromkeys(
            ("good", "unknown field", "duplicate field", "over-long token or scope"), (200, "-")
        ),
        "wrong method": (405, ""),
        **dict.fromkeys(_TYPES, (415, "")),
        **dict.fromkeys((*_UNPROVEN, *_NOBODY, *_BASIC), (401, "")),
        "empty grant or token": (400, "missing_token"),
        "else": (400, REQUEST),
    },
    "/oauth2/introspect": {
        **dict.fromkeys(("good", "unknown field", "over-long token or scope"), (200, "-")),
        "wrong method": (405, REQUEST),
        "1 MB body": (413, REQUEST),
        **dict.fromkeys((*_UNPROVEN, *_NOBODY, *_BASIC), (401, CLIENT_)),
        "else": (400, REQUEST),
    },
    "/connect/revocation": {
        **dict.fromkeys(
            ("good", "unknown field", "duplicate field", "over-long token or scope"), (200, "-")
        ),
        "wrong method": (405, ""),
        **dict.fromkeys(_TYPES, (415, "")),
        **dict.fromkeys((*_UNPROVEN, *_NOBODY, *_BASIC), (400, CLIENT_)),
        "else": (400, REQUEST),
    },
    "/oauth2/revoke": {
        **dict.fromkeys(("good", "unknown field", "over-long token or scope"), (200, "-")),
        "wrong method": (405, REQUEST),
        "1 MB body": (413, REQUEST),
        **dict.fromkeys((*_UNPROVEN, *_NOBODY), (400, CLIENT_)),
        **dict.fromkeys(_BASIC, (401, CLIENT_)),
        "else": (400, REQUEST),
    },
    "/.well-known/jwks.json": {"else": (405, REQUEST)},
    "/v2/unknown": {"else": (404, "Not Found")},
    "/oauth/unknown": {"else": (404, "Not Found")},
    "/connect/unknown": {"else": (404, "")},
    "/unknown": {"else": (404, "not_found")},
}


@pytest.mark.parametrize("named", INPUTS)
@pytest.mark.parametrize("path", EXPECTED)
def test_bad_input(api: Api, path: str, named: str) -> None:
    """Each input at each endpoint gets that dialect's own answer, never a fault (items 2 to 15)."""
    members = dict(INPUTS[named])
    http = {"method": members.pop("method"), "path": path}
    event = {"version": "2.0", "rawPath": path, "requestContext": {"http": http}, **members}
    response = api.respond(request_from_event(event))
    status, code = EXPECTED[path].get(named, EXPECTED[path]["else"])
    assert response.status == status
    if code == "-":
        return
    dialect = dialect_for(path, api.dialects).name
    assert_refusal(dialect, response)
    if code:
        told = body_of(response)
        assert (told["errors"][0]["title"] if dialect == "elastic_path" else told["error"]) == code
    else:
        assert response.body == ""
