"""The standard token endpoint: RFC 6749, strict (docs/security.md, items 2 to 31)."""

from itertools import pairwise

import pytest

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

TOKEN = "/oauth2/token"
GRANT = {"grant_type": "client_credentials"}
CHALLENGE = 'Basic realm="https://auth.example.test", charset="UTF-8"'
GOOD = basic(CLIENT, SECRET)
FORM = "application/x-www-form-urlencoded"


class TestSuccess:
    """RFC 6749 section 5.1."""

    @pytest.mark.parametrize(
        ("fields", "headers"),
        [
            (CLIENT_CREDENTIALS, {}),
            (GRANT, {"authorization": GOOD}),
            (GRANT | {"client_id": CLIENT}, {"authorization": GOOD}),
            (GRANT, {"authorization": GOOD.replace("Basic", "bAsIc")}),
            (CLIENT_CREDENTIALS | {"unknown": "ignored", "scope": ""}, {}),
            (CLIENT_CREDENTIALS | {"resource": ""}, {}),
            (CLIENT_CREDENTIALS, {"authorization": " "}),
            (GRANT, {"authorization": f"  {GOOD} "}),
            (CLIENT_CREDENTIALS, {"content_type": f"{FORM};charset=utf-8"}),
            (CLIENT_CREDENTIALS, {"content_type": f'{FORM.upper()} ; Charset="UTF-8"'}),
            (CLIENT_CREDENTIALS, {"content_type": f"{FORM}; charset=ISO-8859-1"}),
            (CLIENT_CREDENTIALS, {"content_type": f"{FORM}; charset=nonsense; x"}),
        ],
    )
    def test_by_body_and_by_basic(self, api: Api, fields: Fields, headers: dict[str, str]) -> None:
        """Both ways of client authentication work; what is unknown or empty is ignored.

        A charset, which clients of old frameworks send, changes nothing (items 3, 5, 6).
        """
        body = body_of(api.post(TOKEN, fields, **headers))
        assert list(body) == ["access_token", "token_type", "expires_in", "scope"]
        assert body["scope"] == "orders:read orders:write"

    def test_scope_granted_is_named(self, api: Api) -> None:
        """Part of the client's scopes can be asked for (item 28)."""
        fields = CLIENT_CREDENTIALS | {"scope": "orders:write"}
        assert body_of(api.post(TOKEN, fields))["scope"] == "orders:write"

    def test_no_scope_no_member(self, api: Api) -> None:
        """A token without scope is answered without the member."""
        fields = GRANT | {"client_id": OTHER, "client_secret": OTHER_SECRET}
        assert "scope" not in body_of(api.post(TOKEN, fields))

    def test_reserved_characters_in_basic(self, api: Api) -> None:
        """Both halves of Basic are form-decoded (RFC 6749 section 2.3.1)."""
        header = basic(CLIENT.replace("d", "%64"), SECRET.replace("-", "%2D"))
        assert api.post(TOKEN, GRANT, authorization=header).status == 200


REFUSALS = [
    # items 4 and 5: repeated and empty fields
    (b"grant_type=client_credentials&grant_type=client_credentials", {}, "invalid_request"),
    (b"scope=&scope=", {}, "invalid_request"),
    (b"x=1&x=2", {"authorization": GOOD}, "invalid_request"),
    (CLIENT_CREDENTIALS | {"grant_type": ""}, {}, "invalid_request"),
    (CLIENT_CREDENTIALS | {"client_id": ""}, {}, "invalid_client"),
    (CLIENT_CREDENTIALS | {"client_secret": ""}, {}, "invalid_client"),
    # item 8: grant_type
    (CREDENTIALS, {}, "invalid_request"),
    (CLIENT_CREDENTIALS | {"grant_type": "password"}, {}, "unsupported_grant_type"),
    (CLIENT_CREDENTIALS | {"grant_type": "refresh_token"}, {}, "unsupported_grant_type"),
    (CLIENT_CREDENTIALS | {"grant_type": "implicit"}, {}, "unsupported_grant_type"),
    (CLIENT_CREDENTIALS | {"grant_type": "g" * 200}, {}, "unsupported_grant_type"),
    # items 9 and 11: caps and encodings
    (CLIENT_CREDENTIALS | {"client_id": "c" * 101}, {}, "invalid_client"),
    (CLIENT_CREDENTIALS | {"client_secret": "s" * 101}, {}, "invalid_client"),
    (CLIENT_CREDENTIALS | {"scope": "s" * 301}, {}, "invalid_scope"),
    (b"grant_type=%ff", {}, "invalid_request"),
    (b"grant_type=\xff", {}, "invalid_request"),
    (b"grant_type=%", {}, "invalid_request"),
    (b"grant_type=%4", {}, "invalid_request"),
    (b"%00=a", {}, "invalid_request"),
    (b"&".join(b"x%d=" % i for i in range(101)), {}, "invalid_request"),
    (b"scope=\xe9", {"content_type": f"{FORM}; charset=ISO-8859-1"}, "invalid_request"),
    ("scope=x".encode("utf-16"), {"content_type": f"{FORM}; charset=UTF-16"}, "invalid_request"),
    # item 3: media type
    (CLIENT_CREDENTIALS, {"content_type": "application/json"}, "invalid_request"),
    (CLIENT_CREDENTIALS, {"content_type": "multipart/form-data"}, "invalid_request"),
    (CLIENT_CREDENTIALS, {"content_type": ""}, "invalid_request"),
    (CLIENT_CREDENTIALS, {"content_type": f"{FORM}, {FORM}"}, "invalid_request"),
    # items 10 and 30: scope
    (CLIENT_CREDENTIALS | {"scope": "nothing"}, {}, "invalid_scope"),
    (CLIENT_CREDENTIALS | {"scope": "orders:read nothing"}, {}, "invalid_scope"),
    (CLIENT_CREDENTIALS | {"scope": " orders:read"}, {}, "invalid_scope"),
    (CLIENT_CREDENTIALS | {"scope": 'a"b'}, {}, "invalid_scope"),
    (CLIENT_CREDENTIALS | {"scope": "a\\b"}, {}, "invalid_scope"),
    (CLIENT_CREDENTIALS | {"scope": "é"}, {}, "invalid_scope"),
    (CLIENT_CREDENTIALS | {"scope": "orders:read\n"}, {}, "invalid_scope"),
    # items 12 and 13: one way of authentication, one id
    (CLIENT_CREDENTIALS, {"authorization": GOOD}, "invalid_request"),
    (GRANT | {"client_secret": SECRET}, {"authorization": GOOD}, "invalid_request"),
    (GRANT | {"client_id": OTHER}, {"authorization": GOOD}, "invalid_request"),
    # items 15, 19, 22: clients
    (GRANT, {}, "invalid_client"),
    (GRANT | {"client_secret": SECRET}, {}, "invalid_client"),
    (GRANT | {"client_id": CLIENT}, {}, "invalid_client"),
    (CLIENT_CREDENTIALS | {"client_id": "nobody"}, {}, "invalid_client"),
    (CLIENT_CREDENTIALS | {"client_secret": "wrong"}, {}, "invalid_client"),
    (GRANT | {"client_id": DISABLED, "client_secret": DISABLED_SECRET}, {}, "invalid_client"),
    (GRANT | {"client_id": PUBLIC, "client_secret": "any"}, {}, "invalid_client"),
    # items 20 and 31: grants
    (GRANT | {"client_id": PUBLIC}, {}, "unauthorized_client"),
]


class TestRefusals:
    """RFC 6749 section 5.2."""

    @pytest.mark.parametrize(("fields", "headers", "error"), REFUSALS)
    def test_row(self, api: Api, fields: Fields, headers: dict[str, str], error: str) -> None:
        """Each is 400 with its code, and without a challenge, as no header was refused.

        (items 3 to 5, 8 to 13, 15, 19, 20, 22, 30 and 31)
        """
        response = api.post(TOKEN, fields, **headers)
        assert (response.status, body_of(response)["error"]) == (400, error)
        assert "www-authenticate" not in response.headers

    @pytest.mark.parametrize(
        "header",
        [
            basic(CLIENT, "wrong"),
            basic(CLIENT, ""),
            basic("nobody", SECRET),
            basic(DISABLED, DISABLED_SECRET),
            basic(PUBLIC, "any"),
            basic("", ""),
            basic(CLIENT, "100%"),
            basic("c" * 101, SECRET),
            "Basic",
            "basic !!!",
            "Basic YWJj",
            "Basic /////w==",
            f"{GOOD}, {GOOD}",
            f"{GOOD} x",
            GOOD.replace(" ", ":"),
            "Bearer token",
            "Digest username=x",
            "nonsense",
        ],
    )
    def test_refused_header_is_challenged(self, api: Api, header: str) -> None:
        """Whoever fails with the Authorization header gets 401 and a challenge (item 14)."""
        response = api.post(TOKEN, GRANT, authorization=header)
        assert (response.status, body_of(response)) == (401, {"error": "invalid_client"})
        assert response.headers["www-authenticate"] == CHALLENGE

    @pytest.mark.parametrize("scheme", ["Bearer token", "Digest username=x", "nonsense"])
    def test_another_scheme_is_a_second_method(self, api: Api, scheme: str) -> None:
        """Good credentials in the body do not make up for a header of another kind (item 12)."""
        response = api.post(TOKEN, CLIENT_CREDENTIALS, authorization=scheme)
        assert (response.status, body_of(response)) == (401, {"error": "invalid_client"})

    def test_basic_with_another_fault_is_not_challenged(self, api: Api) -> None:
        """A good client with a bad grant is not asked to authenticate again."""
        response = api.post(TOKEN, {"grant_type": "x"}, authorization=GOOD)
        assert (response.status, body_of(response)["error"]) == (400, "unsupported_grant_type")
        assert "www-authenticate" not in response.headers

    def test_unknown_and_wrong_are_told_alike(self, api: Api) -> None:
        """Unknown client, wrong secret and disabled client: one answer, byte for byte (item 15)."""
        unproven = ((CLIENT, "wrong"), ("nobody", SECRET), (DISABLED, DISABLED_SECRET))
        for one, next_one in pairwise(
            (
                api.post(TOKEN, GRANT | {"client_id": client_id, "client_secret": secret}),
                api.post(TOKEN, GRANT, authorization=basic(client_id, secret)),
            )
            for client_id, secret in unproven
        ):
            assert one == next_one

    def test_huge_body_is_413(self, api: Api) -> None:
        """A megabyte is refused before it is parsed (item 9)."""
        response = api.post(TOKEN, b"a=" + b"x" * 1_000_000)
        assert (response.status, body_of(response)["error"]) == (413, "invalid_request")

    def test_method(self, api: Api) -> None:
        """GET is 405 with Allow (item 2)."""
        response = api.send("GET", TOKEN, CLIENT_CREDENTIALS)
        assert (response.status, response.headers["allow"]) == (405, "POST")
        assert body_of(response)["error"] == "invalid_request"

    def test_rotated_secrets(self, api: Api) -> None:
        """Both secrets work while they overlap, then only the new one (item 21)."""
        administration = api.service.administration
        new = administration.rotate_secret(CLIENT, overlap=60)
        assert new.secret
        assert api.post(TOKEN, CLIENT_CREDENTIALS).status == 200
        assert api.post(TOKEN, CLIENT_CREDENTIALS | {"client_secret": new.secret}).status == 200
        api.service.now.advance(60)
        assert api.post(TOKEN, CLIENT_CREDENTIALS).status == 400
        assert api.post(TOKEN, CLIENT_CREDENTIALS | {"client_secret": new.secret}).status == 200
