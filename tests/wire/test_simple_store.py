"""SimpleStore: IdentityServer4's behaviour (docs/platforms/simplestore.md, 2)."""

import json

import pytest
from token_service.domain.grants import Access

from tests.wire.api import CLIENT_CREDENTIALS, CREDENTIALS, Api, Fields, basic, body_of
from tests.wire.demo_clients import (
    CLIENT,
    DISABLED,
    DISABLED_SECRET,
    OTHER,
    OTHER_SECRET,
    PUBLIC,
    SECRET,
)

TOKEN = "/connect/token"
HEADERS = {"cache-control": "no-store, no-cache, max-age=0", "pragma": "no-cache"}
FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials"}


class TestSuccess:
    """Step 11."""

    def test_members_in_the_order_of_the_real_one(self, api: Api) -> None:
        """A client without scopes gets exactly what SimpleStore documents."""
        fields = GRANT | {"client_id": OTHER, "client_secret": OTHER_SECRET}
        response = api.post(TOKEN, fields)
        token = body_of(response)["access_token"]
        assert response.body == (
            f'{{"access_token":"{token}","expires_in":3600,"token_type":"Bearer"}}'
        )
        assert response.headers == {"content-type": "application/json; charset=UTF-8", **HEADERS}

    def test_scope_is_last_when_there_is_any(self, api: Api) -> None:
        """A client with scopes gets all of them, named after the rest (step 9)."""
        body = body_of(api.post(TOKEN, CLIENT_CREDENTIALS))
        assert list(body) == ["access_token", "expires_in", "token_type", "scope"]
        assert body["scope"] == "orders:read orders:write"

    @pytest.mark.parametrize(
        ("asked", "granted"),
        [
            ("orders:read", "orders:read"),
            ("orders:write orders:read", "orders:write orders:read"),
            ("orders:read orders:read", "orders:read"),
            ("", "orders:read orders:write"),
        ],
    )
    def test_grants_what_was_asked(self, api: Api, asked: str, granted: str) -> None:
        """Scopes asked for are granted, no more; an empty scope is none asked for."""
        assert body_of(api.post(TOKEN, CLIENT_CREDENTIALS | {"scope": asked}))["scope"] == granted

    @pytest.mark.parametrize(
        "content_type", [FORM, FORM.upper(), f"{FORM}; charset=utf-8", f" {FORM} ;x=y"]
    )
    def test_media_type_parameters_and_case(self, api: Api, content_type: str) -> None:
        """Parameters and case of the media type do not matter at step 1 (item 3)."""
        assert api.post(TOKEN, CLIENT_CREDENTIALS, content_type=content_type).status == 200

    @pytest.mark.parametrize(
        "header",
        [
            basic(CLIENT, SECRET),
            basic(CLIENT, SECRET).replace("Basic", "basic"),
            basic(CLIENT, SECRET).replace("Basic ", "BASIC   "),
            basic(CLIENT.replace("-", "%2D"), SECRET.replace("-", "%2d")),
        ],
    )
    def test_basic(self, api: Api, header: str) -> None:
        """Basic in any case, halves percent-decoded."""
        assert api.post(TOKEN, GRANT, authorization=header).status == 200

    def test_basic_wins_over_the_body(self, api: Api) -> None:
        """Credentials in both places: only the header counts, for better or worse."""
        good = basic(OTHER, OTHER_SECRET)
        body = CLIENT_CREDENTIALS | {"client_secret": "wrong"}
        response = api.post(TOKEN, body, authorization=good)
        assert response.status == 200
        assert api.outcomes[-1].client_id == OTHER
        response = api.post(TOKEN, CLIENT_CREDENTIALS, authorization=basic(OTHER, "wrong"))
        assert response.body == '{"error":"invalid_client"}'

    def test_first_duplicate_wins(self, api: Api) -> None:
        """Of a repeated field the first value is taken."""
        body = f"grant_type=client_credentials&grant_type=x&client_id={CLIENT}&client_id=nobody"
        body += f"&client_secret={SECRET}&client_secret=wrong&scope=orders:read&scope=nothing"
        assert body_of(api.post(TOKEN, body))["scope"] == "orders:read"
        body = (
            f"grant_type=x&grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}"
        )
        assert api.post(TOKEN, body).body == '{"error":"unsupported_grant_type"}'


class TestOrderOfEvaluation:
    """Steps 1 to 10: what is wrong first is what is told."""

    @pytest.mark.parametrize(
        ("step", "fields", "headers", "error"),
        [
            (1, CLIENT_CREDENTIALS, {"content_type": "application/json"}, "invalid_request"),
            (1, CLIENT_CREDENTIALS, {"content_type": "text/plain"}, "invalid_request"),
            (1, CLIENT_CREDENTIALS, {"content_type": ""}, "invalid_request"),
            (
                1,
                json.dumps(CLIENT_CREDENTIALS),
                {"content_type": "application/json"},
                "invalid_request",
            ),
            (1, b"grant_type=%zz", {}, "invalid_request"),
            (1, b"grant_type=\xff", {}, "invalid_request"),
            (1, b"grant_type=a%00", {}, "invalid_request"),
            (1, b"a=" + b"x" * 1_000_000, {}, "invalid_request"),
            (2, b"", {}, "invalid_client"),
            (2, GRANT, {}, "invalid_client"),
            (2, GRANT | {"client_secret": SECRET}, {}, "invalid_client"),
            (2, CLIENT_CREDENTIALS | {"client_id": "c" * 101}, {}, "invalid_client"),
            (2, CLIENT_CREDENTIALS | {"client_secret": "s" * 101}, {}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": "Basic"}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": "Basic !!!"}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": "Basic YWJj"}, "invalid_client"),  # no colon
            (2, CLIENT_CREDENTIALS, {"authorization": basic("", SECRET)}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": "Basic /////w=="}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": "Basic \udce9"}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": basic("a%", "b")}, "invalid_client"),
            (2, CLIENT_CREDENTIALS, {"authorization": basic("a\0", "b")}, "invalid_client"),
            (2, GRANT, {"authorization": basic("c" * 101, SECRET)}, "invalid_client"),
            (3, CLIENT_CREDENTIALS | {"client_id": "nobody"}, {}, "invalid_client"),
            (
                3,
                GRANT | {"client_id": DISABLED, "client_secret": DISABLED_SECRET},
                {},
                "invalid_client",
            ),
            (4, CLIENT_CREDENTIALS | {"client_secret": "wrong"}, {}, "invalid_client"),
            (4, CLIENT_CREDENTIALS | {"client_secret": ""}, {}, "invalid_client"),
            (4, GRANT, {"authorization": basic(CLIENT, "")}, "invalid_client"),
            (4, {"client_id": CLIENT, "client_secret": "wrong"}, {}, "invalid_client"),
            (
                4,
                {"client_id": CLIENT, "client_secret": "wrong", "scope": "x"},
                {},
                "invalid_client",
            ),
            (6, CREDENTIALS, {}, "unsupported_grant_type"),
            (6, CLIENT_CREDENTIALS | {"grant_type": ""}, {}, "unsupported_grant_type"),
            (6, CLIENT_CREDENTIALS | {"grant_type": " "}, {}, "unsupported_grant_type"),
            (6, CLIENT_CREDENTIALS | {"grant_type": "g" * 101}, {}, "unsupported_grant_type"),
            (6, CREDENTIALS | {"scope": "nothing"}, {}, "unsupported_grant_type"),
            (7, GRANT | {"client_id": PUBLIC}, {}, "unauthorized_client"),
            (7, GRANT | {"client_id": PUBLIC, "client_secret": "any"}, {}, "unauthorized_client"),
            (8, CLIENT_CREDENTIALS | {"grant_type": "password"}, {}, "unsupported_grant_type"),
            (8, CLIENT_CREDENTIALS | {"grant_type": "implicit"}, {}, "unsupported_grant_type"),
            (8, {"grant_type": "implicit", "client_id": CLIENT}, {}, "invalid_client"),
            (10, CLIENT_CREDENTIALS | {"scope": "s" * 301}, {}, "invalid_scope"),
            (10, CLIENT_CREDENTIALS | {"scope": "nothing"}, {}, "invalid_scope"),
            (10, CLIENT_CREDENTIALS | {"scope": "orders:read nothing"}, {}, "invalid_scope"),
            (10, CLIENT_CREDENTIALS | {"scope": "openid"}, {}, "invalid_scope"),
            (10, CLIENT_CREDENTIALS | {"scope": "offline_access"}, {}, "invalid_scope"),
            (10, CLIENT_CREDENTIALS | {"scope": 'orders:"read'}, {}, "invalid_scope"),
            (10, CLIENT_CREDENTIALS | {"scope": "orders:read  orders:write"}, {}, "invalid_scope"),
            (
                10,
                GRANT | {"client_id": OTHER, "client_secret": OTHER_SECRET, "scope": "orders:read"},
                {},
                "invalid_scope",
            ),
        ],
    )
    def test_row(
        self, api: Api, step: int, fields: Fields, headers: dict[str, str], error: str
    ) -> None:
        """Each row of the table is 400, with the error alone in the body and no challenge."""
        response = api.post(TOKEN, fields, **headers)
        assert (response.status, response.body) == (400, f'{{"error":"{error}"}}'), step
        assert response.headers == {"content-type": "application/json; charset=UTF-8", **HEADERS}

    @pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "HEAD"])
    def test_method_comes_first(self, api: Api, method: str) -> None:
        """A wrong method is 400 invalid_request, not 405 (step 1)."""
        response = api.send(method, TOKEN, CLIENT_CREDENTIALS)
        assert (response.status, response.body) == (400, '{"error":"invalid_request"}')

    def test_tokens_have_full_access(self, api: Api) -> None:
        """client_credentials is not bound to reading."""
        active = api.service.validator.validate(api.issue(TOKEN))
        assert active
        assert active.record.access is Access.FULL


def test_unknown_path(api: Api) -> None:
    """Under /connect, where no route is, is an empty 404."""
    response = api.post("/connect/authorize", CLIENT_CREDENTIALS)
    assert (response.status, response.body) == (404, "")
