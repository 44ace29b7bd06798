"""Elastic Path's token endpoint (docs/platforms/elastic-path.md, 1, 6.1 and 8)."""

import json

import pytest
from token_service.domain.grants import Access
from token_service.wire.elastic_path.dialect import ElasticPath
from token_service.wire.http import Request

from tests.wire.api import CLIENT_CREDENTIALS, CREDENTIALS, Api, Fields, basic, body_of
from tests.wire.demo_clients import CLIENT, DISABLED, DISABLED_SECRET, PUBLIC, SECRET

PATH = "/oauth/access_token"
IMPLICIT = {"grant_type": "implicit", "client_id": CLIENT}
FLAT = ["access_token", "token_type", "expires_in", "expires", "identifier"]
BAD_REQUEST = (400, "Bad Request")
UNAUTHORIZED = (401, "Unauthorized")


def request(body: str) -> Request:
    """A token request of just this body."""
    return Request("POST", PATH, {}, body.encode())


def told(api: Api, body: Fields, **headers: str) -> tuple[int, str]:
    """Status and title of a refusal."""
    response = api.post(PATH, body, **headers)
    (entry,) = body_of(response)["errors"]
    return response.status, entry["title"]


class TestSuccess:
    """The success body."""

    def test_body_is_flat_and_repeated_under_data(self, api: Api) -> None:
        """A client that reads the root and one that reads `data` find the same (1)."""
        body = body_of(api.post(PATH, CLIENT_CREDENTIALS))
        data = body.pop("data")
        assert list(body) == FLAT
        assert data == body

    def test_repeat_can_be_switched_off(self) -> None:
        """A deploy parameter drops `data`."""
        body = body_of(Api(elastic_path_repeat_data=False).post(PATH, CLIENT_CREDENTIALS))
        assert list(body) == FLAT

    @pytest.mark.parametrize("fields", [CLIENT_CREDENTIALS, IMPLICIT])
    def test_times_are_whole_seconds(self, api: Api, fields: dict[str, str]) -> None:
        """`expires` is now + 3600 as an integer, and `expires_in` 3600 (8, point 1)."""
        body = body_of(api.post(PATH, fields))
        assert (type(body["expires"]), type(body["expires_in"])) == (int, int)
        assert body["expires"] == api.service.now() + 3600
        assert body["expires_in"] == 3600

    def test_expires_is_the_tokens_own_expiry(self, api: Api) -> None:
        """SDKs trust a JWT's `exp` over `expires`: they are equal (8, point 6)."""
        body = body_of(api.post(PATH, CLIENT_CREDENTIALS))
        active = api.service.validator.validate(body["access_token"])
        assert active
        assert active.record.expires_at == body["expires"]

    @pytest.mark.parametrize("fields", [CLIENT_CREDENTIALS, IMPLICIT])
    def test_identifier_echoes_the_grant(self, api: Api, fields: dict[str, str]) -> None:
        """`identifier` names the grant."""
        assert body_of(api.post(PATH, fields))["identifier"] == fields["grant_type"]

    @pytest.mark.parametrize("client_id", [CLIENT, PUBLIC])
    def test_implicit_needs_the_id_alone_and_reads_only(self, api: Api, client_id: str) -> None:
        """Every key has an implicit token, which only reads and has no scope (item 37)."""
        body = body_of(api.post(PATH, IMPLICIT | {"client_id": client_id}))
        active = api.service.validator.validate(body["access_token"])
        assert active
        assert active.record.access is Access.READ_ONLY
        assert active.record.scope == ()

    @pytest.mark.parametrize("secret", [SECRET, "wrong", ""])
    def test_implicit_ignores_a_secret(self, api: Api, secret: str) -> None:
        """A secret sent along with implicit changes nothing (1)."""
        body = body_of(api.post(PATH, IMPLICIT | {"client_secret": secret}))
        assert body["identifier"] == "implicit"


ENCODED = "client_id=demo%2Dclient&client_secret=" + SECRET.replace("-", "%2d")


class TestReading:
    """What counts as a token request."""

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (CLIENT_CREDENTIALS, "application/x-www-form-urlencoded"),
            (CLIENT_CREDENTIALS, "application/json"),
            (CLIENT_CREDENTIALS, "text/plain"),
            (CLIENT_CREDENTIALS, ""),
            (CLIENT_CREDENTIALS, "application/json,text/plain"),
            (dict(reversed(CLIENT_CREDENTIALS.items())), ""),
            (dict(sorted(CLIENT_CREDENTIALS.items())), ""),
            (ENCODED + "&grant_type=client_credentials", ""),
            ("&&" + ENCODED + "&grant_type=client_credentials&", ""),
            (json.dumps(CLIENT_CREDENTIALS), "application/json"),
            (json.dumps(CLIENT_CREDENTIALS), "application/x-www-form-urlencoded"),
            ("\r\n\t " + json.dumps(CLIENT_CREDENTIALS, indent=2) + "\n", ""),
            (json.dumps(CLIENT_CREDENTIALS | {"other": [{"a": None}]}), ""),
            (CLIENT_CREDENTIALS | {"scope": "x" * 400, "unknown": "ignored"}, ""),
        ],
    )
    def test_forms_and_json_whatever_the_header(
        self, api: Api, body: Fields, content_type: str
    ) -> None:
        """The body says what it is; order and unknown fields do not matter (1)."""
        response = api.post(PATH, body, content_type=content_type)
        assert response.status == 200

    @pytest.mark.parametrize("space", ["+", "%20"])
    def test_both_spellings_of_a_space(self, space: str) -> None:
        """One SDK writes a space as `+`, the other as %20 (1)."""
        body = f"grant_type=implicit&client_id=id{space}with{space}space%26%2B%2F%C3%A9"
        read = ElasticPath().read_issue(request(body))
        assert read.credentials
        assert read.credentials.client_id == "id with space&+/é"

    def test_plus_in_json_is_a_plus(self) -> None:
        """JSON strings are taken as they are."""
        read = ElasticPath().read_issue(
            request('{"grant_type": "implicit", "client_id": "a+b%20"}')
        )
        assert read.credentials
        assert read.credentials.client_id == "a+b%20"

    def test_basic_is_not_read(self, api: Api) -> None:
        """HTTP Basic authenticates nobody here, and a broken one harms nobody."""
        assert (
            told(api, {"grant_type": "client_credentials"}, authorization=basic(CLIENT, SECRET))
            == BAD_REQUEST
        )
        assert api.post(PATH, CLIENT_CREDENTIALS, authorization="Basic %").status == 200


class TestRefusals:
    """The `errors` envelope."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"   ",
            b"{}",
            {"grant_type": "client_credentials", "client_secret": SECRET},
            CREDENTIALS,
            IMPLICIT | {"client_id": ""},
            CLIENT_CREDENTIALS | {"grant_type": ""},
            CLIENT_CREDENTIALS | {"grant_type": "password"},
            CLIENT_CREDENTIALS | {"grant_type": "Client_Credentials"},
            CLIENT_CREDENTIALS | {"client_id": "c" * 101},
            CLIENT_CREDENTIALS | {"client_secret": "s" * 101},
            CLIENT_CREDENTIALS | {"grant_type": "g" * 101},
            b"grant_type=implicit&client_id=\xff\xfe",
            b"grant_type=implicit&client_id=%ff",
            b"grant_type=implicit&client_id=%C3",
            b"grant_type=implicit&client_id=demo%00client",
            b"grant_type=implicit&client_id=demo\x00client",
            b"grant_type=implicit&client_id=100%",
            b"grant_type=implicit&client_id=%zz",
            b"grant_type=implicit&client_id=a&client_id=a",
            b"grant_type=implicit&client_id=a&x=1&x=2",
            b"&".join(b"x%d=" % i for i in range(101)),
            b'{"grant_type": "implicit", "client_id": "a", "client_id": "a"}',
            b'{"grant_type": "implicit", "client_id": 7}',
            b'{"grant_type": "implicit", "client_id": null}',
            b'{"grant_type": "implicit", "client_id": ["demo-client"]}',
            b'{"grant_type": "implicit", "client_id": "demo\\u0000client"}',
            b'{"grant_type": "implicit", "client_id": "\\ud800"}',
            b'{"grant_type": "implicit", "client_id": "\xff"}',
            b'{"grant_type": "implicit", "client_id": "a"',
            b'{"grant_type": "implicit", "client_id": "a"} trailing',
            b'{"a":' * 12_000,
            b'{"n": ' + b"9" * 5000 + b"}",
        ],
    )
    def test_malformed_is_400(self, api: Api, body: Fields) -> None:
        """Missing, repeated, over-long and undecodable fields are 400 (items 4, 5, 9, 11)."""
        assert told(api, body) == BAD_REQUEST

    @pytest.mark.parametrize("missing", ["client_id", "grant_type"])
    def test_names_the_missing_field(self, api: Api, missing: str) -> None:
        """The detail says which field is missing."""
        fields = {k: v for k, v in CLIENT_CREDENTIALS.items() if k != missing}
        (entry,) = body_of(api.post(PATH, fields))["errors"]
        assert entry == {
            "status": "400",
            "title": "Bad Request",
            "detail": f"The field '{missing}' is required.",
        }

    @pytest.mark.parametrize(
        "fields",
        [
            CLIENT_CREDENTIALS | {"client_secret": "wrong"},
            CLIENT_CREDENTIALS | {"client_secret": ""},
            CLIENT_CREDENTIALS | {"client_id": "nobody"},
            CLIENT_CREDENTIALS | {"client_id": "no\r\nbody"},
            CLIENT_CREDENTIALS | {"client_id": DISABLED, "client_secret": DISABLED_SECRET},
            CLIENT_CREDENTIALS | {"client_id": PUBLIC},
            {"grant_type": "client_credentials", "client_id": PUBLIC},
            {"grant_type": "implicit", "client_id": "nobody"},
            {"grant_type": "implicit", "client_id": DISABLED},
        ],
    )
    def test_bad_client_is_401_and_says_no_more(self, api: Api, fields: dict[str, str]) -> None:
        """Unknown, disabled and unproven clients get one and the same answer (item 15)."""
        response = api.post(PATH, fields)
        assert response.status == 401
        assert response.body == '{"errors":[{"status":"401","title":"Unauthorized"}]}'
        assert "www-authenticate" not in response.headers

    @pytest.mark.parametrize("start", [b"a=", b'{"a": "'])
    def test_huge_body_is_413(self, api: Api, start: bytes) -> None:
        """A megabyte is refused before it is parsed (item 9)."""
        assert told(api, start + b"x" * 1_000_000) == (413, "Payload Too Large")

    def test_method_is_405(self, api: Api) -> None:
        """GET is told in the envelope what works."""
        response = api.send("GET", PATH)
        assert response.status == 405
        assert response.headers["allow"] == "POST, OPTIONS"
        assert body_of(response)["errors"][0]["title"] == "Method Not Allowed"

    @pytest.mark.parametrize("path", ["/oauth/unknown", "/v2/unknown", "/oauth/access_token/"])
    def test_unknown_path_is_404(self, api: Api, path: str) -> None:
        """Where no route is, the envelope says so."""
        response = api.post(path, CLIENT_CREDENTIALS)
        assert body_of(response) == {"errors": [{"status": "404", "title": "Not Found"}]}


class TestBrowsers:
    """CORS, for the SDKs that run in shops' pages (6.1; 8, point 8)."""

    @pytest.mark.parametrize("path", [PATH, "/v2/products", "/v2/anything/at/all"])
    def test_preflight_needs_no_token(self, api: Api, path: str) -> None:
        """Every header that an SDK sends is allowed, without credentials."""
        response = api.send("OPTIONS", path, b"", content_type="")
        assert (response.status, response.body) == (204, "")
        assert response.headers["access-control-allow-origin"] == "*"
        allowed = response.headers["access-control-allow-headers"].lower().split(", ")
        assert set(allowed) >= {
            "authorization",
            "content-type",
            "x-moltin-sdk-language",
            "x-moltin-sdk-version",
            "x-moltin-application",
            "x-moltin-currency",
            "x-moltin-language",
            "x-moltin-customer-token",
            "x-moltin-auth-store",
            "ep-account-management-authentication-token",
        }
        methods = response.headers["access-control-allow-methods"].split(", ")
        assert {"GET", "POST", "PUT", "DELETE"} <= set(methods)
        assert api.outcomes == []

    @pytest.mark.parametrize("fields", [CLIENT_CREDENTIALS, IMPLICIT, b""])
    def test_answers_can_be_read_from_pages(self, api: Api, fields: dict[str, str]) -> None:
        """Successes and refusals alike name the origin."""
        assert api.post(PATH, fields).headers["access-control-allow-origin"] == "*"

    def test_one_origin_only(self) -> None:
        """A deployment for one origin says so, and that answers differ by it."""
        api = Api(allow_origin="https://shop.example")
        for response in (
            api.post(PATH, CLIENT_CREDENTIALS),
            api.send("OPTIONS", PATH),
            api.post(PATH, b""),
        ):
            assert response.headers["access-control-allow-origin"] == "https://shop.example"
            assert response.headers["vary"] == "Origin"
