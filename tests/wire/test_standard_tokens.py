"""Standard introspection and revocation: RFC 7662 and 7009 (items 56 to 70)."""

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

import pytest

from tests.service import ISSUER
from tests.wire.api import CREDENTIALS, EITHER, Api, Fields, basic, body_of
from tests.wire.demo_clients import (
    CLIENT,
    DISABLED,
    DISABLED_SECRET,
    OTHER,
    OTHER_SECRET,
    PUBLIC,
    SECRET,
    SERVER,
    SERVER_SECRET,
)

if TYPE_CHECKING:
    from collections.abc import Callable

INTROSPECT, REVOKE = "/oauth2/introspect", "/oauth2/revoke"
CHALLENGE = f'Basic realm="{ISSUER}", charset="UTF-8"'
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
AS_SERVER = {"client_id": SERVER, "client_secret": SERVER_SECRET}
AS_OTHER = {"client_id": OTHER, "client_secret": OTHER_SECRET}
INACTIVE = '{"active":false}'
pytestmark = EITHER


class TestIntrospection:
    """RFC 7662."""

    def test_active(self, api: Api) -> None:
        """A resource server learns who, for whom, how much and until when (item 64)."""
        body = body_of(api.post(INTROSPECT, AS_SERVER | {"token": api.issue()}))
        now = api.service.now()
        jti = body.pop("jti")
        assert len(jti) == 34
        assert body == {
            "active": True,
            "iss": ISSUER,
            "sub": CLIENT,
            "client_id": CLIENT,
            "aud": ISSUER,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "token_type": "Bearer",
            "gty": "client_credentials",
            "scope": "orders:read orders:write",
        }

    def test_opaque_token(self, api: Api) -> None:
        """An opaque token has no jti, and its handle stays inside (item 33)."""
        response = api.post(INTROSPECT, AS_SERVER | {"token": api.issue(**AS_OTHER)})
        body = body_of(response)
        assert body["active"]
        assert "jti" not in body
        assert "scope" not in body

    def test_read_only_token(self, api: Api) -> None:
        """An implicit token says that it only reads."""
        answer = api.post("/oauth/access_token", {"grant_type": "implicit", "client_id": PUBLIC})
        token = body_of(answer)["access_token"]
        body = body_of(api.post(INTROSPECT, AS_SERVER | {"token": token}))
        assert (body["access"], body["gty"]) == ("read_only", "implicit")

    @pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "nonsense"])
    def test_hint_changes_nothing(self, api: Api, hint: str) -> None:
        """A wrong or unknown hint gives the same answer (item 61)."""
        fields = AS_SERVER | {"token": api.issue(), "token_type_hint": hint}
        assert body_of(api.post(INTROSPECT, fields))["active"]

    def test_own_token(self, api: Api) -> None:
        """A client may ask about its own token, by Basic too."""
        response = api.post(INTROSPECT, {"token": api.issue()}, authorization=basic(CLIENT, SECRET))
        assert body_of(response)["active"]

    def test_foreign_token(self, api: Api) -> None:
        """A client learns nothing of another's token (item 59)."""
        assert api.post(INTROSPECT, AS_OTHER | {"token": api.issue()}).body == INACTIVE

    @pytest.mark.parametrize("token", ["unknown", "a.b.c", "..", "f" * 40, "t" * 9000, "é", " "])
    def test_nonsense(self, api: Api, token: str) -> None:
        """Whatever is no token is inactive, and nothing more is said (items 29, 58)."""
        response = api.post(INTROSPECT, AS_SERVER | {"token": token})
        assert (response.status, response.body) == (200, INACTIVE)
        assert response.headers == {"content-type": "application/json", **NO_STORE}

    def test_expired(self, api: Api) -> None:
        """A token is active to its last second and not one longer (item 83)."""
        token = api.issue()
        api.service.now.advance(3599)
        assert body_of(api.post(INTROSPECT, AS_SERVER | {"token": token}))["active"]
        api.service.now.advance(1)
        assert api.post(INTROSPECT, AS_SERVER | {"token": token}).body == INACTIVE

    @pytest.mark.parametrize("end", ["revoke", "disable", "delete", "revoke_all"])
    def test_ended(self, api: Api, end: str) -> None:
        """Once it is revoked, or its client off or gone, it is inactive (items 22, 66, 71)."""
        token, administration = api.issue(), api.service.administration
        ends: dict[str, Callable[[], object]] = {
            "revoke": lambda: api.post(REVOKE, CREDENTIALS | {"token": token}),
            "disable": lambda: administration.set_enabled(CLIENT, enabled=False),
            "delete": lambda: administration.delete(CLIENT),
            "revoke_all": lambda: administration.revoke_tokens(CLIENT),
        }
        ends[end]()
        assert api.post(INTROSPECT, AS_SERVER | {"token": token}).body == INACTIVE

    def test_forged_signature(self, api: Api) -> None:
        """A known jti under a forged signature is inactive (item 60)."""
        header, claims, _ = api.issue().split(".")
        forged = f"{header}.{claims}.{urlsafe_b64encode(bytes(64)).rstrip(b'=').decode()}"
        assert api.post(INTROSPECT, AS_SERVER | {"token": forged}).body == INACTIVE

    @pytest.mark.parametrize(
        ("fields", "headers"),
        [
            ({"token": "t"}, {}),
            ({"token": "t", "client_id": "nobody", "client_secret": SECRET}, {}),
            ({"token": "t", "client_id": CLIENT, "client_secret": "wrong"}, {}),
            ({"token": "t", "client_id": CLIENT}, {}),
            ({"token": "t", "client_id": PUBLIC}, {}),
            ({"token": "t", "client_id": DISABLED, "client_secret": DISABLED_SECRET}, {}),
            ({"token": "t"}, {"authorization": basic(CLIENT, "wrong")}),
            ({"token": "t"}, {"authorization": "Basic !"}),
            ({"token": "t"}, {"authorization": "Bearer t"}),
            ({"client_id": CLIENT, "client_secret": "wrong"}, {}),
        ],
    )
    def test_bad_caller(self, api: Api, fields: Fields, headers: dict[str, str]) -> None:
        """No, bad or public caller: 401 with a challenge, however it tried (items 56, 63)."""
        response = api.post(INTROSPECT, fields, **headers)
        assert (response.status, response.body) == (401, '{"error":"invalid_client"}')
        assert response.headers["www-authenticate"] == CHALLENGE
        assert response.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("fields", [AS_SERVER, AS_SERVER | {"token": ""}])
    def test_missing_token(self, api: Api, fields: Fields) -> None:
        """No token is 400 invalid_request (item 57)."""
        response = api.post(INTROSPECT, fields)
        assert (response.status, body_of(response)["error"]) == (400, "invalid_request")


class TestRevocation:
    """RFC 7009."""

    @pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "nonsense"])
    def test_own_token_ends(self, api: Api, hint: str) -> None:
        """The owner ends it at once, whatever the hint; twice is as good (items 66, 70, 72)."""
        token = api.issue()
        for _ in range(2):
            response = api.post(REVOKE, CREDENTIALS | {"token": token, "token_type_hint": hint})
            assert (response.status, response.body, response.headers) == (200, "", NO_STORE)
            assert api.service.validator.validate(token) is None

    def test_other_tokens_live_on(self, api: Api) -> None:
        """Only the named token ends."""
        first, second = api.issue(), api.issue()
        api.post(REVOKE, CREDENTIALS | {"token": first})
        assert api.service.validator.validate(second)

    def test_opaque_token(self, api: Api) -> None:
        """Opaque tokens end the same way."""
        token = api.issue(**AS_OTHER)
        assert api.post(REVOKE, AS_OTHER | {"token": token}).status == 200
        assert api.service.validator.validate(token) is None

    def test_public_client_by_its_id(self, api: Api) -> None:
        """A public client ends its own token by its id alone (RFC 7009 section 2.1)."""
        answer = api.post("/oauth/access_token", {"grant_type": "implicit", "client_id": PUBLIC})
        token = body_of(answer)["access_token"]
        assert api.post(REVOKE, {"client_id": PUBLIC, "token": token}).status == 200
        assert api.service.validator.validate(token) is None

    @pytest.mark.parametrize("token", ["unknown", "a.b.c", "f" * 40, "t" * 9000])
    def test_unknown(self, api: Api, token: str) -> None:
        """An unknown token is 200, as it is gone already (item 69)."""
        assert api.post(REVOKE, CREDENTIALS | {"token": token}).status == 200

    def test_expired(self, api: Api) -> None:
        """An expired token is 200 (item 69)."""
        token = api.issue()
        api.service.now.advance(3600)
        assert api.post(REVOKE, CREDENTIALS | {"token": token}).status == 200

    def test_foreign(self, api: Api) -> None:
        """Somebody else's token is 200 and lives on, whoever asks (item 68)."""
        token = api.issue()
        assert api.post(REVOKE, AS_SERVER | {"token": token}).status == 200
        assert api.service.validator.validate(token)

    @pytest.mark.parametrize(
        ("fields", "headers", "status", "error"),
        [
            ({"token": "t"}, {}, 400, "invalid_client"),
            ({"token": "t", "client_id": CLIENT}, {}, 400, "invalid_client"),
            (CREDENTIALS | {"client_secret": "wrong", "token": "t"}, {}, 400, "invalid_client"),
            (CREDENTIALS | {"client_id": "nobody", "token": "t"}, {}, 400, "invalid_client"),
            ({"token": "t"}, {"authorization": basic(CLIENT, "no")}, 401, "invalid_client"),
            ({"token": "t"}, {"authorization": "Basic !"}, 401, "invalid_client"),
            (CREDENTIALS, {}, 400, "invalid_request"),
            (CREDENTIALS | {"token": ""}, {}, 400, "invalid_request"),
        ],
    )
    def test_refusals(
        self, api: Api, fields: Fields, headers: dict[str, str], status: int, error: str
    ) -> None:
        """A client must prove itself and name a token; only Basic is challenged (items 14, 68)."""
        response = api.post(REVOKE, fields, **headers)
        assert (response.status, body_of(response)["error"]) == (status, error)
        assert ("www-authenticate" in response.headers) is (status == 401)
