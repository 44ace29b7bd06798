"""The deployment as its callers see it: a few calls that many tests make."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from local.stack import LocalStack

ENDPOINTS = {
    "elastic_path": "/oauth/access_token",
    "simple_store": "/connect/token",
    "standard": "/oauth2/token",
}
SECONDS = 30  # no call takes a tenth of it


@dataclass(frozen=True)
class Party:
    """A client's credentials."""

    id: str
    secret: str = field(default="", repr=False)

    @property
    def fields(self) -> dict[str, str]:
        """As form fields."""
        return {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {})

    @property
    def basic(self) -> tuple[str, str]:
        """As requests' `auth`."""
        return self.id, self.secret


type NewClient = Callable[..., Party]


class Deployed:
    """Calls that succeed wherever the service keeps its promises."""

    def __init__(self, stack: LocalStack) -> None:
        """`stack` is running."""
        demo = stack.demo
        self.url = stack.base_url
        self.client = Party(demo["CLIENT_ID"], demo["CLIENT_SECRET"])
        self.storefront = Party(demo["PUBLIC_CLIENT_ID"])
        self.server = Party(demo["RESOURCE_SERVER_ID"], demo["RESOURCE_SERVER_SECRET"])
        self.parties = [self.client, self.server]
        self.tokens: list[str] = []  # all that were issued here, for whoever looks for them
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of whoever runs the tests

    def get(self, path: str, token: str | None = None, **headers: str) -> requests.Response:
        """GET a path of the API."""
        return self.send("GET", path, token, **headers)

    def send(
        self, method: str, path: str, token: str | None = None, **headers: str
    ) -> requests.Response:
        """Send a request without a body, with a bearer token if there is one."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        return self.http.request(method, self.url + path, headers=given, timeout=SECONDS)

    def post(
        self, path: str, fields: dict[str, str], party: Party | None = None
    ) -> requests.Response:
        """POST a form, with HTTP Basic if there is a party."""
        auth = party.basic if party else None
        return self.http.post(self.url + path, data=fields, auth=auth, timeout=SECONDS)

    def ask(self, party: Party, dialect: str = "standard", **fields: str) -> requests.Response:
        """Ask for a token with the credentials in the body; `fields` may change anything."""
        form = {"grant_type": "client_credentials", **party.fields, **fields}
        return self.post(ENDPOINTS[dialect], form)

    def issue(self, party: Party, dialect: str = "standard", **fields: str) -> str:
        """A fresh token."""
        answer = self.ask(party, dialect, **fields)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        self.tokens.append(token)
        return token

    def implicit(self, party: Party) -> str:
        """A read-only token of Elastic Path, for the id alone."""
        return self.issue(Party(party.id), "elastic_path", grant_type="implicit")

    def introspect(self, token: str, caller: Party | None = None) -> dict[str, Any]:
        """What a resource server is told of a token."""
        answer = self.post("/oauth2/introspect", {"token": token}, caller or self.server)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def revoke(self, token: str, owner: Party) -> None:
        """End a token as its owner does."""
        answer = self.post("/oauth2/revoke", {"token": token}, owner)
        assert (answer.status_code, answer.text) == (200, "")

    def doors(self, token: str) -> tuple[bool, int, int]:
        """How a token fares at introspection, at the enforcing and at the denying authorizer."""
        return (
            self.introspect(token)["active"],
            self.get("/v2/products", token).status_code,
            self.get("/example/whoami", token).status_code,
        )


# Every kind of token, by the options that a client is made with to get such.
KINDS = {
    "jwt": ("--format", "jwt"),
    "opaque": ("--format", "opaque"),
    "unrecorded": ("--unrecorded",),
}
OPEN = (True, 200, 200)
# An HTTP API itself says 403 for a token that its authorizer denies.
SHUT = (False, 401, 403)
