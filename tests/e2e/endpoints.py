"""Every endpoint that reads a body: what it needs, and how its dialect tells each kind of error."""

from dataclasses import dataclass

import pytest

from tests.e2e.deployed import Party
from tests.e2e.raw import Answer, send
from tests.e2e.refusals import ELASTIC_PATH, SIMPLE_STORE, STANDARD, assert_refusal

FORM = ("content-type", "application/x-www-form-urlencoded")
type Told = tuple[int, str | None]
"""The status, and the error's code or Elastic Path's title (None: an empty body)."""
OK: Told = (200, "")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: what it needs besides credentials, and how it tells each kind of error."""

    path: str
    dialect: str
    own: str
    method: Told
    media: Told
    unreadable: Told
    repeated: Told
    large: Told
    nobody: Told
    client: Told
    own_missing: Told
    basic: Told


BAD, UNAUTHORIZED = (400, "Bad Request"), (401, "Unauthorized")
INVALID, CLIENT = (400, "invalid_request"), (400, "invalid_client")
CHALLENGED: Told = (401, "invalid_client")
NOT_HERE, NO_MEDIA, NOBODY = (405, None), (415, None), (401, None)
ENDPOINTS = (
    # A content type says nothing here, and Basic is not read.
    Endpoint(
        *("/oauth/access_token", ELASTIC_PATH, "grant_type=client_credentials"),
        *((405, "Method Not Allowed"), OK, BAD, BAD, (413, "Payload Too Large")),
        *(BAD, UNAUTHORIZED, BAD, BAD),
    ),
    Endpoint(
        *("/connect/token", SIMPLE_STORE, "grant_type=client_credentials"),
        *(INVALID, INVALID, INVALID, OK, INVALID),
        *(CLIENT, CLIENT, (400, "unsupported_grant_type"), CLIENT),
    ),
    Endpoint(
        *("/connect/introspect", SIMPLE_STORE, "token=x"),
        *(NOT_HERE, NO_MEDIA, INVALID, OK, INVALID),
        *(NOBODY, NOBODY, (400, "missing_token"), NOBODY),
    ),
    Endpoint(
        *("/connect/revocation", SIMPLE_STORE, "token=x"),
        *(NOT_HERE, NO_MEDIA, INVALID, OK, INVALID),
        *(CLIENT, CLIENT, INVALID, CLIENT),
    ),
    Endpoint(
        *("/oauth2/token", STANDARD, "grant_type=client_credentials"),
        *((405, "invalid_request"), INVALID, INVALID, INVALID, (413, "invalid_request")),
        *(CLIENT, CLIENT, INVALID, CHALLENGED),
    ),
    Endpoint(
        *("/oauth2/introspect", STANDARD, "token=x"),
        *((405, "invalid_request"), INVALID, INVALID, INVALID, (413, "invalid_request")),
        *(CHALLENGED, CHALLENGED, INVALID, CHALLENGED),
    ),
    Endpoint(
        *("/oauth2/revoke", STANDARD, "token=x"),
        *((405, "invalid_request"), INVALID, INVALID, INVALID, (413, "invalid_request")),
        *(CLIENT, CLIENT, INVALID, CHALLENGED),
    ),
)
at_every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: e.path)


@dataclass(frozen=True)
class Caller:
    """Sends to one deployment with one client's credentials."""

    base_url: str
    party: Party

    def form(self, endpoint: Endpoint) -> str:
        """A body that the endpoint accepts."""
        return f"{endpoint.own}&client_id={self.party.id}&client_secret={self.party.secret}"

    def post(
        self, endpoint: Endpoint, body: str | bytes, *headers: tuple[str, str | bytes]
    ) -> Answer:
        """POST a body with exactly these headers."""
        data = body if isinstance(body, bytes) else body.encode()
        return send(self.base_url, "POST", endpoint.path, list(headers), data)


def told_as(endpoint: Endpoint, told: Told, answer: Answer) -> None:
    """The answer is what the table says, in the dialect's own shape."""
    if told == OK:
        assert answer.status == 200, answer
        return
    assert (answer.status, answer.error) == told, answer
    assert_refusal(endpoint.dialect, answer.status, answer.headers, answer.text)
    if told == CHALLENGED:
        assert answer.headers["www-authenticate"].startswith('Basic realm="')
