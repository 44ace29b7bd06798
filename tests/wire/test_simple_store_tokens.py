"""SimpleStore's introspection and revocation (docs/platforms/simplestore.md, 3)."""

import pytest

from tests.wire.api import CREDENTIALS, EITHER, Api, Fields, basic, body_of
from tests.wire.demo_clients import (
    CLIENT,
    DISABLED,
    DISABLED_SECRET,
    PUBLIC,
    SECRET,
    SERVER,
    SERVER_SECRET,
)

TOKEN, INTROSPECT, REVOKE = "/connect/token", "/connect/introspect", "/connect/revocation"
HEADERS = {"cache-control": "no-store, no-cache, max-age=0", "pragma": "no-cache"}
AS_SERVER = {"client_id": SERVER, "client_secret": SERVER_SECRET}
pytestmark = EITHER


class TestIntrospection:
    """/connect/introspect (3)."""

    def test_active(self, api: Api) -> None:
        """A resource server learns the claims."""
        response = api.post(INTROSPECT, AS_SERVER | {"token": api.issue(TOKEN)})
        body = body_of(response)
        assert response.status == 200
        assert response.headers == {"content-type": "application/json; charset=UTF-8", **HEADERS}
        assert (body["active"], body["client_id"], body["scope"]) == (
            True,
            CLIENT,
            "orders:read orders:write",
        )

    @pytest.mark.parametrize("token", ["unknown", "a.b.c", "t" * 9000, "f" * 40, "é"])
    def test_inactive(self, api: Api, token: str) -> None:
        """Of any other token nothing is said."""
        response = api.post(INTROSPECT, AS_SERVER | {"token": token})
        assert (response.status, response.body) == (200, '{"active":false}')

    @pytest.mark.parametrize(
        ("fields", "headers"),
        [
            ({"token": "t"}, {}),
            ({"client_id": "nobody", "client_secret": SECRET, "token": "t"}, {}),
            (CREDENTIALS | {"client_secret": "wrong", "token": "t"}, {}),
            ({"client_id": PUBLIC, "token": "t"}, {}),
            ({"client_id": DISABLED, "client_secret": DISABLED_SECRET, "token": "t"}, {}),
            ({"token": "t"}, {"authorization": "Basic !"}),
            ({"token": "t"}, {"authorization": basic(CLIENT, "wrong")}),
            (CREDENTIALS | {"client_secret": "wrong"}, {}),
        ],
    )
    def test_bad_caller(self, api: Api, fields: Fields, headers: dict[str, str]) -> None:
        """Who is not known is told 401 and nothing else (items 56, 63)."""
        response = api.post(INTROSPECT, fields, **headers)
        assert (response.status, response.body) == (401, "")
        assert response.headers == HEADERS

    @pytest.mark.parametrize("fields", [AS_SERVER, AS_SERVER | {"token": ""}])
    def test_missing_token(self, api: Api, fields: Fields) -> None:
        """No token is 400 missing_token."""
        response = api.post(INTROSPECT, fields)
        assert (response.status, response.body) == (400, '{"error":"missing_token"}')


class TestRevocation:
    """/connect/revocation (3)."""

    @pytest.mark.parametrize("hint", [{}, {"token_type_hint": "refresh_token"}])
    def test_own_token_ends(self, api: Api, hint: dict[str, str]) -> None:
        """The owner's token is dead from now on, whichever hint comes along (items 66, 70)."""
        token = api.issue(TOKEN)
        response = api.post(REVOKE, CREDENTIALS | {"token": token} | hint)
        assert (response.status, response.body, response.headers) == (200, "", HEADERS)
        assert api.service.validator.validate(token) is None

    def test_foreign_token_survives(self, api: Api) -> None:
        """Somebody else's token is answered 200 and kept (item 68)."""
        token = api.issue(TOKEN)
        response = api.post(REVOKE, AS_SERVER | {"token": token})
        assert (response.status, response.body) == (200, "")
        assert api.service.validator.validate(token)

    @pytest.mark.parametrize("token", ["unknown", "a.b.c", "f" * 40, "t" * 9000])
    def test_unknown_token(self, api: Api, token: str) -> None:
        """A token nobody knows is answered 200 (item 69)."""
        assert api.post(REVOKE, CREDENTIALS | {"token": token}).status == 200

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"token": "t"}, "invalid_client"),
            (CREDENTIALS | {"client_secret": "wrong", "token": "t"}, "invalid_client"),
            (CREDENTIALS | {"client_id": "nobody", "token": "t"}, "invalid_client"),
            ({"client_id": DISABLED, "client_secret": DISABLED_SECRET}, "invalid_client"),
            (CREDENTIALS, "invalid_request"),
            (CREDENTIALS | {"token": ""}, "invalid_request"),
            (CREDENTIALS | {"token": "t", "token_type_hint": "id"}, "unsupported_token_type"),
            (
                CREDENTIALS | {"client_secret": "no", "token": "t", "token_type_hint": "id"},
                "invalid_client",
            ),
        ],
    )
    def test_refusals(self, api: Api, fields: Fields, error: str) -> None:
        """A bad client, no token and a bad hint are 400, the client first."""
        response = api.post(REVOKE, fields)
        assert (response.status, response.body) == (400, f'{{"error":"{error}"}}')


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
class TestMethodAndMedia:
    """Introspection and revocation say 405 and 415, unlike the token endpoint."""

    def test_405(self, api: Api, path: str) -> None:
        """Another method is 405 without a body."""
        response = api.send("GET", path, CREDENTIALS)
        assert (response.status, response.body) == (405, "")
        assert response.headers["allow"] == "POST"

    @pytest.mark.parametrize("content_type", ["application/json", ""])
    def test_415(self, api: Api, path: str, content_type: str) -> None:
        """Another media type is 415 without a body."""
        response = api.post(path, CREDENTIALS | {"token": "t"}, content_type=content_type)
        assert (response.status, response.body) == (415, "")
