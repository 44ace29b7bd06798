"""Success bodies of shoppers' tokens (docs/platforms/elastic-path.md, 3)."""

import re

import pytest
from token_service.domain.grants import Access
from token_service.domain.one_time_passwords import Message
from token_service.domain.owners import OwnerKind
from token_service.domain.sign_in_codes import challenge_of
from token_service.wire.elastic_path.shoppers import CUSTOMERS, MEMBERS
from token_service.wire.timestamps import rfc3339_milliseconds

from tests.samples import an_account
from tests.service import ISSUER
from tests.wire.api import PROFILE, body_of
from tests.wire.demo_clients import CLIENT, CUSTOMER, CUSTOMER_PASSWORD
from tests.wire.elastic_path.storefront import (
    ASK,
    LOGIN,
    MEMBER,
    ONE_TIME,
    PASSWORDLESS,
    SIGN_UP,
    SWITCH,
    TYPE,
    USERNAME,
    Storefront,
)

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class TestCustomers:
    """3.1."""

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"authentication_mechanism": "password"},
            {"authentication_mechanism": None},
            {"colour": "blue", "email_verified": [1]},
        ],
    )
    def test_body(self, shop: Storefront, changes: dict[str, object]) -> None:
        """One object, status 200, `expires` whole seconds; superfluous fields are ignored."""
        response = shop.post(CUSTOMERS, LOGIN | changes)
        assert response.status == 200
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["access-control-allow-origin"] == "*"
        body = body_of(response)
        data = body.pop("data")
        assert body == {}
        assert list(data) == ["type", "id", "customer_id", "token", "expires"]
        assert data["type"] == "token"
        assert re.fullmatch(UUID, data["id"])
        active = shop.service.validator.validate(data["token"])
        assert active
        assert active.record.owner.id == data["customer_id"]
        assert (type(data["expires"]), data["expires"]) == (int, active.record.expires_at)
        assert active.record.handle.endswith(data["id"].replace("-", ""))

    def test_an_older_id_is_told_as_a_uuid(self, shop: Storefront) -> None:
        """A customer from before ids were UUIDs keeps its own, and clients read one."""
        old = an_account(
            kind=OwnerKind.CUSTOMER,
            username="old@shop.test",
            password_hash=shop.service.hasher.hash(CUSTOMER_PASSWORD),
        )
        shop.service.owners.accounts[OwnerKind.CUSTOMER].create(old)
        data = body_of(shop.post(CUSTOMERS, LOGIN | {"email": "OLD@shop.test"}))["data"]
        assert re.fullmatch(UUID, data["customer_id"])
        assert data["customer_id"].replace("-", "") == old.id


class TestMembers:
    """3.2."""

    def test_body(self, shop: Storefront) -> None:
        """An array, status 201, one element an account, `expires` an ISO string."""
        response = shop.post(MEMBERS, MEMBER)
        assert response.status == 201
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["access-control-allow-origin"] == "*"
        body = body_of(response)
        assert list(body) == ["data", "meta", "links"]
        for element, account in zip(body["data"], shop.accounts, strict=True):
            assert list(element) == ["type", "account_id", "account_name", "token", "expires"]
            assert element["type"] == TYPE
            assert (element["account_id"], element["account_name"]) == (account.id, account.name)
            active = shop.service.validator.validate(element["token"])
            assert active
            assert active.record.account == account.id
            assert active.record.access is Access.FULL
            assert element["expires"] == rfc3339_milliseconds(active.record.expires_at)
            assert body["meta"]["account_member_id"] == active.record.owner.id
        url = f"{ISSUER}/v2/account-members/tokens?page[offset]=0&page[limit]=25"
        assert body["links"] == {
            "current": url,
            "first": url,
            "last": url,
            "next": None,
            "prev": None,
        }
        assert body["meta"]["page"] == {"limit": 25, "offset": 0, "current": 1, "total": 1}
        assert body["meta"]["results"] == {"total": 3}

    def test_moments(self) -> None:
        """Milliseconds and Z."""
        assert rfc3339_milliseconds(1_800_000_000) == "2027-01-15T08:00:00.000Z"

    @pytest.mark.parametrize(
        ("query", "shown", "current", "neighbours"),
        [
            ("page[offset]=0&page[limit]=2", [0, 1], 1, (None, 2)),
            ("page%5Boffset%5D=2&page%5Blimit%5D=2", [2], 2, (0, None)),
            ("page[offset]=1&page[limit]=1&filter=x", [1], 2, (0, 2)),
            ("page[offset]=1&page[limit]=2", [1, 2], 1, (0, None)),
            ("page[offset]=10000&page[limit]=100", [], 101, (9900, None)),
            ("page[limit]=100", [0, 1, 2], 1, (None, None)),
        ],
    )
    def test_pages(
        self,
        shop: Storefront,
        query: str,
        shown: list[int],
        current: int,
        neighbours: tuple[int | None, int | None],
    ) -> None:
        """Both parameters are honoured, encoded or not, and links lead to the neighbours."""
        body = body_of(shop.post(MEMBERS, MEMBER, query))
        found = [element["account_id"] for element in body["data"]]
        assert found == [shop.accounts[n].id for n in shown]
        assert body["meta"]["page"]["current"] == current
        assert body["meta"]["results"] == {"total": 3}
        for name, offset in zip(("prev", "next"), neighbours, strict=True):
            link = body["links"][name]
            assert (link is None) is (offset is None)
            assert link is None or f"page[offset]={offset}&" in link

    def test_self_sign_up(self, shop: Storefront) -> None:
        """A member without accounts: an empty array, and who it is; nullable extras are ignored."""
        response = shop.post(MEMBERS, SIGN_UP | {"given_name": "N", "middle_name": None})
        body = body_of(response)
        assert (response.status, body["data"]) == (201, [])
        made = shop.service.account_administration.show(OwnerKind.ACCOUNT_MEMBER, "nora")
        assert body["meta"]["account_member_id"] == made.id
        assert body["meta"]["page"]["total"] == 0
        assert body["links"]["next"] is None

    def test_passwordless(self, shop: Storefront) -> None:
        """Asked for, sent, used."""
        response = shop.post(ONE_TIME, ASK | {"purpose": "passwordless_authentication"})
        assert (response.status, response.body) == (202, "{}")
        message = shop.service.sender.sent[-1]
        assert isinstance(message, Message)
        assert message.purpose == "passwordless_authentication"
        used = PASSWORDLESS | {"one_time_password_token": message.one_time_password}
        assert len(body_of(shop.post(MEMBERS, used))["data"]) == 3
        assert shop.post(MEMBERS, used).status == 401

    def test_asking_reveals_nothing(self, shop: Storefront) -> None:
        """The answer and the log are the same for a member and for nobody."""
        known, unknown = shop.post(ONE_TIME, ASK), shop.post(ONE_TIME, ASK | {"username": "nobody"})
        assert known == unknown
        assert shop.api.outcomes[-1] == shop.api.outcomes[-2]

    @pytest.mark.parametrize("scheme", ["", "Bearer "])
    def test_switching(self, shop: Storefront, scheme: str) -> None:
        """The old token travels in its header; the new ones are the same member's."""
        old = body_of(shop.post(MEMBERS, MEMBER))["data"][0]["token"]
        header = {"ep_account_management_authentication_token": scheme + old}
        response = shop.post(MEMBERS, SWITCH, "page[limit]=2", **header)
        assert response.status == 201
        assert len(body_of(response)["data"]) == 2
        assert shop.api.outcomes[-1].grant == TYPE


def test_outcomes(shop: Storefront) -> None:
    """Who signed in, and how, is known to the log; the typed name is not."""
    shop.post(CUSTOMERS, LOGIN)
    shop.post(MEMBERS, MEMBER)
    customer, member = shop.api.outcomes[-2:]
    for outcome, kind in ((customer, "customer"), (member, "account_member")):
        assert (outcome.operation, outcome.result, outcome.grant) == ("issue", "ok", "password")
        assert str(outcome.client_id).startswith(f"{kind}:")
    assert USERNAME not in repr(shop.api.outcomes)


def test_the_log_tells_single_sign_on_from_a_password(shop: Storefront) -> None:
    """A customer who redeems a code has typed no password here."""
    customer = shop.service.account_administration.show(OwnerKind.CUSTOMER, CUSTOMER)
    verifier, address = "v" * 43, "https://shop.example/back"
    code = shop.service.codes.write(customer.ref, address, challenge_of(verifier))
    redeeming = {
        "type": "token",
        "authentication_mechanism": "oidc",
        "oauth_authorization_code": code,
        "oauth_redirect_uri": address,
        "oauth_code_verifier": verifier,
    }
    assert shop.post(CUSTOMERS, redeeming).status == 200
    assert shop.api.outcomes[-1].grant == "authorization_code"


@pytest.mark.parametrize("grant", ["implicit", "client_credentials"])
def test_either_key_will_do(shop: Storefront, grant: str) -> None:
    """An implicit token, or one of client credentials."""
    token = shop.bearer if grant == "implicit" else shop.api.issue(client_id=CLIENT)
    for path, data in ((CUSTOMERS, LOGIN), (MEMBERS, MEMBER), (ONE_TIME, ASK)):
        assert shop.post(path, data, authorization=f"Bearer {token}").status < 300


def test_the_profile_compares_without_case(shop: Storefront) -> None:
    """A UUID is one in upper case, too (RFC 9562 section 4)."""
    upper = MEMBER | {"password_profile_id": PROFILE.upper()}
    assert shop.post(MEMBERS, upper).status == 201
    assert shop.post(ONE_TIME.replace(PROFILE, PROFILE.upper()), ASK).status == 202
