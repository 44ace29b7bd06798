"""A storefront in process: what it sends for its shoppers, and what it is told."""

import json
from typing import Any

from token_service.domain.owners import OwnerKind
from token_service.wire.elastic_path.shoppers import CUSTOMERS, MEMBERS
from token_service.wire.http import Request, Response

from tests.service import Service
from tests.wire.api import PROFILE, REALM, Api, body_of
from tests.wire.demo_clients import CUSTOMER, CUSTOMER_PASSWORD, PUBLIC

TYPE = "account_management_authentication_token"
ONE_TIME = (
    f"/v2/authentication-realms/{REALM}/password-profiles/{PROFILE}/one-time-password-token-request"
)
USERNAME, PASSWORD = "demo-member", "demo-password-0004"
LOGIN = {"type": "token", "email": CUSTOMER, "password": CUSTOMER_PASSWORD}
MEMBER = {
    "type": TYPE,
    "authentication_mechanism": "password",
    "password_profile_id": PROFILE,
    "username": USERNAME,
    "password": PASSWORD,
}
SIGN_UP = MEMBER | {
    "authentication_mechanism": "self_signup",
    "username": "nora",
    "name": "Nora",
    "email": "nora@member.test",
}
PASSWORDLESS = MEMBER | {"authentication_mechanism": "passwordless", "one_time_password_token": "x"}
SWITCH = {"type": TYPE, "authentication_mechanism": TYPE}
ASK = {"type": "one_time_password_token_request", "username": USERNAME}
GOOD = {CUSTOMERS: LOGIN, MEMBERS: MEMBER, ONE_TIME: ASK}


class Storefront:
    """Sends with an implicit token unless told otherwise."""

    def __init__(self, service: Service | None = None) -> None:
        """With the demo customer, and a member of three accounts."""
        self.api = Api(service)
        self.service = self.api.service
        people = self.service.account_administration
        people.create(OwnerKind.CUSTOMER, CUSTOMER, CUSTOMER_PASSWORD)
        people.create(
            OwnerKind.ACCOUNT_MEMBER, USERNAME, PASSWORD, name="Demo", email="demo@member.test"
        )
        self.accounts = [self.service.buyer_accounts.create(f"Company {n}") for n in range(3)]
        for account in self.accounts:
            self.service.buyer_accounts.join(USERNAME, account.id)
        fields = {"grant_type": "implicit", "client_id": PUBLIC}
        self.bearer: str = body_of(self.api.post("/oauth/access_token", fields))["access_token"]

    def send(
        self,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        query: str = "",
        authorization: str | None = None,
        **headers: str,
    ) -> Response:
        """Send a body as it is."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        header = f"Bearer {self.bearer}" if authorization is None else authorization
        if header:
            given["authorization"] = header
        return self.api.respond(Request(method, path, given, body, query=query))

    def post(self, path: str, data: object, query: str = "", **headers: str) -> Response:
        """Send `data` in its envelope."""
        return self.send(path, json.dumps({"data": data}).encode(), query=query, **headers)

    def told(self, response: Response) -> tuple[int, dict[str, Any]]:
        """A refusal: its status, and its one entry without it."""
        (entry,) = body_of(response)["errors"]
        assert entry.pop("status") == str(response.status)
        return response.status, entry
