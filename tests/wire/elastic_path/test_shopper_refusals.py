"""What shoppers and storefronts are refused, each in the `errors` envelope with its status."""

import json
from dataclasses import replace
from typing import Any

import pytest
from token_service.domain.account_members import MemberSettings
from token_service.domain.administration import NewClient
from token_service.domain.owners import OwnerKind
from token_service.wire.elastic_path.shoppers import CUSTOMERS, MEMBERS

from tests.service import Service
from tests.wire.api import PROFILE, REALM, body_of
from tests.wire.demo_clients import CUSTOMER
from tests.wire.elastic_path.storefront import (
    ASK,
    GOOD,
    LOGIN,
    MEMBER,
    ONE_TIME,
    PASSWORDLESS,
    SIGN_UP,
    SWITCH,
    USERNAME,
    Storefront,
)
from tests.wire.shapes import assert_refusal

UNAUTHORIZED = (401, {"title": "Unauthorized"})
STALE = (401, {"title": "Unable to validate access token"})
FORBIDDEN = (403, {"title": "Forbidden"})
at_every_route = pytest.mark.parametrize("path", GOOD)


def without(data: dict[str, str], name: str) -> dict[str, str]:
    """The same, less one field."""
    return {field: value for field, value in data.items() if field != name}


class TestCallers:
    """Who may ask at all."""

    @at_every_route
    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer no-such-token", "Basic eDp5", "a b"])
    def test_nobody(self, shop: Storefront, path: str, header: str) -> None:
        """No active token: the title on which SDKs renew it, before the body is looked at."""
        assert shop.told(shop.send(path, b"{", authorization=header)) == STALE

    @at_every_route
    @pytest.mark.parametrize("kind", ["customer", "account_member"])
    def test_people(self, shop: Storefront, path: str, kind: str) -> None:
        """A person's token opens no door for other people."""
        if kind == "customer":
            token = body_of(shop.post(CUSTOMERS, LOGIN))["data"]["token"]
        else:
            token = body_of(shop.post(MEMBERS, MEMBER))["data"][0]["token"]
        refused = shop.post(path, GOOD[path], authorization=f"Bearer {token}")
        assert shop.told(refused) == FORBIDDEN

    @at_every_route
    def test_tokens_for_others(self, shop: Storefront, path: str) -> None:
        """A token for another audience is none here (RFC 9068 section 4)."""
        secret = "s" * 43
        other = NewClient("Other", id="other", secret=secret, audience=("https://other.test",))
        shop.service.administration.create(other)
        token = shop.api.issue(client_id="other", client_secret=secret)
        assert shop.told(shop.post(path, GOOD[path], authorization=token)) == STALE

    @at_every_route
    def test_a_bound_token_sent_as_bearer(self, shop: Storefront, path: str) -> None:
        """There is no way down from DPoP to Bearer (RFC 9449 section 7.2)."""
        records = shop.service.tokens.records
        for place, record in tuple(records.items()):
            records[place] = replace(record, jkt="thumbprint")
        assert shop.told(shop.post(path, GOOD[path])) == STALE

    @at_every_route
    def test_an_ended_client(self, shop: Storefront, path: str) -> None:
        """Its tokens end with it."""
        shop.service.administration.set_enabled("demo-public-client", enabled=False)
        assert shop.told(shop.post(path, GOOD[path])) == STALE


class TestCredentials:
    """Bad ones: 401 without a detail, whatever is wrong with them."""

    @pytest.mark.parametrize(
        "changes", [{"email": "nobody@shop.test"}, {"password": "wrong"}, {"password": "p" * 1000}]
    )
    def test_customers(self, shop: Storefront, changes: dict[str, str]) -> None:
        """Unknown or wrong."""
        assert shop.told(shop.post(CUSTOMERS, LOGIN | changes)) == UNAUTHORIZED

    @pytest.mark.parametrize(
        "data",
        [
            MEMBER | {"username": "nobody"},
            MEMBER | {"username": CUSTOMER},
            MEMBER | {"password": "wrong"},
            PASSWORDLESS,
            PASSWORDLESS | {"username": "nobody"},
        ],
    )
    def test_members(self, shop: Storefront, data: dict[str, str]) -> None:
        """Unknown, wrong, or never sent."""
        assert shop.told(shop.post(MEMBERS, data)) == UNAUTHORIZED

    @pytest.mark.parametrize(
        ("path", "data"), [(CUSTOMERS, LOGIN), (MEMBERS, MEMBER)], ids=["customer", "member"]
    )
    @pytest.mark.parametrize("why", ["locked", "disabled"])
    def test_why_is_not_said(
        self, shop: Storefront, path: str, data: dict[str, str], why: str
    ) -> None:
        """Locked and disabled look like a wrong password."""
        kind = OwnerKind.CUSTOMER if path == CUSTOMERS else OwnerKind.ACCOUNT_MEMBER
        name = CUSTOMER if path == CUSTOMERS else USERNAME
        if why == "disabled":
            shop.service.account_administration.set_enabled(kind, name, enabled=False)
        else:
            for _ in range(6):
                shop.post(path, data | {"password": "wrong"})
        assert shop.told(shop.post(path, data)) == UNAUTHORIZED

    def test_forged_account_tokens(self, shop: Storefront) -> None:
        """Spoilt, a client's, a customer's, none of ours, too long: nobody is switched."""
        token = body_of(shop.post(MEMBERS, MEMBER))["data"][0]["token"]
        customer = body_of(shop.post(CUSTOMERS, LOGIN))["data"]["token"]
        head, claims, signature = token.split(".")
        spoilt = f"{head}.{claims}.{signature[::-1]}"
        bad = (spoilt, f"{head}.{claims}.", shop.bearer, customer, "x", "x" * 9000, "a b")
        for shown in bad:
            header = {"ep_account_management_authentication_token": shown}
            assert shop.told(shop.post(MEMBERS, SWITCH, **header)) == UNAUTHORIZED


FIELDS = [
    *((CUSTOMERS, LOGIN, name) for name in ("type", "email", "password")),
    *((MEMBERS, MEMBER, name) for name in MEMBER),
    *((MEMBERS, SIGN_UP, name) for name in SIGN_UP),
    *((MEMBERS, PASSWORDLESS, name) for name in without(PASSWORDLESS, "password")),
    *((ONE_TIME, ASK, name) for name in ASK),
]


class TestBodies:
    """Bad ones: 400 with a detail, and nothing is changed."""

    @pytest.mark.parametrize(("path", "data", "name"), FIELDS)
    @pytest.mark.parametrize("value", [None, "", "missing"])
    def test_missing_fields(
        self, shop: Storefront, path: str, data: dict[str, str], name: str, value: object
    ) -> None:
        """Each required field is named when it is not there, null or empty."""
        spoilt: dict[str, Any] = without(data, name)
        if value != "missing":
            spoilt[name] = value
        status, entry = shop.told(shop.post(path, spoilt))
        assert (status, entry["title"]) == (400, "Bad Request")
        assert entry["detail"] == f"The field '{name}' is required."

    @pytest.mark.parametrize(("path", "data", "name"), FIELDS)
    @pytest.mark.parametrize(
        "value", [7, True, 1.5, [], ["a"], {}, {"a": 1}, "a\0b", "\ud800", "x" * 256]
    )
    def test_wrong_types_and_sizes(
        self, shop: Storefront, path: str, data: dict[str, str], name: str, value: object
    ) -> None:
        """Numbers, lists, objects, NUL, a lone surrogate, 256 characters (a password: 1001)."""
        if name == "password" and isinstance(value, str) and len(value) > 200:
            value *= 4
        people = len(list(shop.service.account_administration.list(OwnerKind.ACCOUNT_MEMBER)))
        response = shop.post(path, data | {name: value})
        assert_refusal("elastic_path", response)
        assert response.status == 400
        assert name in shop.told(response)[1]["detail"]
        found = list(shop.service.account_administration.list(OwnerKind.ACCOUNT_MEMBER))
        assert len(found) == people

    @at_every_route
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b" ",
            b"{",
            b"[]",
            b"null",
            b"7",
            b'"data"',
            b"{}",
            b'{"data": null}',
            b'{"data": []}',
            b'{"data": "x"}',
            b'{"data": {}}',
            b"data=x&type=token",
            b'{"data": {"type": "token"}, "data": {"type": "token"}}',
            b'{"data": {"type": "token", "type": "token"}}',
            b'{"data": {"type": "\xff"}}',
            b"\xef\xbb\xbf{}",
            b'{"a":' * 12_000,
            b'{"data": {"n": ' + b"9" * 5000 + b"}}",
        ],
    )
    def test_no_envelope(self, shop: Storefront, path: str, body: bytes) -> None:
        """Not JSON, no object under `data`, a member twice, nested without end."""
        response = shop.send(path, body)
        assert_refusal("elastic_path", response)
        assert response.status == 400
        assert shop.told(response)[1]["detail"]

    def test_a_body_without_its_envelope(self, shop: Storefront) -> None:
        """The fields at the root are not taken for `data`."""
        response = shop.send(CUSTOMERS, json.dumps(LOGIN).encode())
        assert shop.told(response)[1]["detail"] == "The field 'data' is required."

    @at_every_route
    def test_repeated_fields(self, shop: Storefront, path: str) -> None:
        """Nobody guesses which one is meant, even if both say the same."""
        good = json.dumps({"data": GOOD[path]})
        for spoilt in (
            good.replace('"type"', '"type": "x", "type"'),
            good.replace('"data"', '"data": {}, "data"'),
            good.replace("{", '{"other": 1, "other": 1, ', 1),
        ):
            status, entry = shop.told(shop.send(path, spoilt.encode()))
            assert (status, entry["detail"]) == (400, "A field is repeated.")

    @at_every_route
    def test_huge(self, shop: Storefront, path: str) -> None:
        """A megabyte is refused before it is parsed (item 9)."""
        response = shop.send(path, b'{"data": "' + b"x" * 1_000_000)
        assert shop.told(response) == (413, {"title": "Payload Too Large"})

    @at_every_route
    def test_another_type(self, shop: Storefront, path: str) -> None:
        """The resource's type is part of the request."""
        status, entry = shop.told(shop.post(path, GOOD[path] | {"type": "customer"}))
        assert (status, "'type'" in entry["detail"]) == (400, True)

    @pytest.mark.parametrize("name", ["OIDC", "Password", "none", "self_signup "])
    @pytest.mark.parametrize("path", [CUSTOMERS, MEMBERS])
    def test_unknown_mechanisms(self, shop: Storefront, path: str, name: str) -> None:
        """What is not offered is refused, and what is offered is listed."""
        data = GOOD[path] | {"authentication_mechanism": name}
        status, entry = shop.told(shop.post(path, data))
        assert status == 400
        assert "password" in entry["detail"]

    def test_no_token_to_switch_from(self, shop: Storefront) -> None:
        """The header is required."""
        status, entry = shop.told(shop.post(MEMBERS, SWITCH))
        assert (status, "Token' is required" in entry["detail"]) == (400, True)

    @pytest.mark.parametrize(
        "query",
        [
            "page[offset]=-1",
            "page[offset]=10001",
            "page[offset]=x",
            "page[offset]=",
            "page[offset]=1.0",
            "page[offset]=%D9%A1",
            "page[limit]=0",
            "page[limit]=101",
            "page[limit]=1e1",
            "page[limit]=99999999999999999999",
            "page[limit]=1&page[limit]=2",
            "&".join(f"x{n}=" for n in range(101)),
        ],
    )
    def test_pages_out_of_range(self, shop: Storefront, query: str) -> None:
        """Refused before anybody's password is counted."""
        response = shop.post(MEMBERS, MEMBER | {"password": "wrong"}, query)
        assert_refusal("elastic_path", response)
        assert response.status == 400
        assert not shop.service.failures.by_key


class TestProfiles:
    """The one realm and the one password profile."""

    @pytest.mark.parametrize("profile", ["x", REALM, PROFILE[:-1], "p" * 255])
    @pytest.mark.parametrize("data", [MEMBER, SIGN_UP, PASSWORDLESS])
    def test_in_the_body(self, shop: Storefront, data: dict[str, str], profile: str) -> None:
        """Another is not found."""
        response = shop.post(MEMBERS, data | {"password_profile_id": profile})
        assert shop.told(response)[0] == 404

    @pytest.mark.parametrize("change", [(REALM, "x"), (PROFILE, "x"), (REALM, PROFILE)])
    def test_in_the_path(self, shop: Storefront, change: tuple[str, str]) -> None:
        """Nor here, whether or not it is a UUID; nothing is sent."""
        assert shop.told(shop.post(ONE_TIME.replace(*change), ASK))[0] == 404
        assert shop.service.sender.sent == []

    def test_purposes(self, shop: Storefront) -> None:
        """There are two; the misspelling in the vendor's guide reaches the sender corrected."""
        for purpose in ("reset_password", "passwordless_authenication", None):
            assert shop.post(ONE_TIME, ASK | {"purpose": purpose}).status == 202
        assert [message.purpose for message in shop.service.sender.sent if message] == [
            "reset_password",
            "passwordless_authentication",
            "passwordless_authentication",
        ]
        assert shop.told(shop.post(ONE_TIME, ASK | {"purpose": "fun"}))[0] == 400


class TestWhatIsSwitchedOff:
    """Refused clearly, and nothing is done."""

    def test_self_sign_up(self) -> None:
        """The default."""
        shop = Storefront(Service(member_settings=MemberSettings()))
        status, entry = shop.told(shop.post(MEMBERS, SIGN_UP))
        assert (status, entry["detail"]) == (403, "Self sign-up is not enabled.")

    def test_one_time_passwords(self) -> None:
        """Without a sender."""
        shop = Storefront(Service(sends=False))
        for path, data in ((ONE_TIME, ASK), (MEMBERS, PASSWORDLESS)):
            status, entry = shop.told(shop.post(path, data))
            assert (status, entry["detail"]) == (403, "One-time passwords are not enabled.")


def test_a_taken_name(shop: Storefront) -> None:
    """422, and the member who has it is not touched."""
    response = shop.post(MEMBERS, SIGN_UP | {"username": USERNAME.upper()})
    assert shop.told(response) == (
        422,
        {"title": "Unprocessable Entity", "detail": "The username is taken."},
    )
    assert shop.post(MEMBERS, MEMBER).status == 201


@at_every_route
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_other_methods(shop: Storefront, path: str, method: str) -> None:
    """405, and what works; before the bearer is looked at."""
    response = shop.send(path, b"", method=method, authorization="")
    assert response.headers["allow"] == "POST, OPTIONS"
    assert shop.told(response)[0] == 405


@at_every_route
def test_preflights(shop: Storefront, path: str) -> None:
    """Browsers are answered without a token."""
    response = shop.send(path, b"", method="OPTIONS", authorization="")
    assert response.status == 204
    allowed = response.headers["access-control-allow-headers"].lower()
    assert "ep-account-management-authentication-token" in allowed


@pytest.mark.parametrize("path", [f"{CUSTOMERS}/", "/v2/customers/token", f"{ONE_TIME}/x"])
def test_other_paths(shop: Storefront, path: str) -> None:
    """No route."""
    assert shop.told(shop.post(path, LOGIN))[0] == 404
