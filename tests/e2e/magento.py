"""Magento's side of the deployment: its people, and what they are told."""

from dataclasses import dataclass
from typing import Any

import requests
from requests_oauthlib import OAuth1

from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.operator import Operator

CUSTOMER_TOKEN = "/rest/V1/integration/customer/token"
ADMIN_TOKEN = "/rest/V1/integration/admin/token"
REVOKE = "/rest/V1/integration/customer/revoke-customer-token"
ME, OTHER = "/rest/V1/customers/me", "/rest/V1/customers/2"
CONFIGS, SITES = "/rest/V1/store/storeConfigs", "/rest/V1/store/websites"
CUSTOMERS, STORE = "Magento_Customer::customer", "Magento_Backend::store"
PASSWORD = "end-to-end-password"
SIGN_IN = {
    "message": "The account sign-in was incorrect or your account is disabled temporarily. "
    "Please wait and try again later."
}


@dataclass(frozen=True)
class Magento:
    """The deployment for those who log in with a name and a password."""

    deployed: Deployed
    demo: dict[str, str]
    tokenctl: Operator

    @property
    def url(self) -> str:
        """Where the API is."""
        return self.deployed.url

    def ask(self, path: str, name: str, password: str) -> requests.Response:
        """Ask for a token."""
        login = {"username": name, "password": password}
        return self.deployed.http.post(self.url + path, json=login, timeout=SECONDS)

    def token(self, path: str, name: str, password: str) -> str:
        """A fresh token, known to those who look for tokens in the log."""
        answer = self.ask(path, name, password)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()
        self.deployed.tokens.append(token)
        return token

    def admin(self) -> str:
        """A token of the demo admin, who may use everything."""
        return self.token(ADMIN_TOKEN, self.demo["ADMIN_USERNAME"], self.demo["ADMIN_PASSWORD"])

    def customer(self) -> str:
        """A token of the demo customer."""
        email, password = self.demo["CUSTOMER_EMAIL"], self.demo["CUSTOMER_PASSWORD"]
        return self.token(CUSTOMER_TOKEN, email, password)

    def new(self, kind: str, name: str, *options: str) -> str:
        """A token of a new account."""
        self.tokenctl("accounts", "create", kind, name, *options, stdin=PASSWORD)
        path = ADMIN_TOKEN if kind == "admin" else CUSTOMER_TOKEN
        return self.token(path, name, PASSWORD)

    def lacks(self, path: str, token: str | None, method: str = "GET") -> str | None:
        """What the caller is told to lack, or None if it gets through."""
        return told_to_lack(self.deployed.send(method, path, token))

    def signed(self, path: str, method: str = "GET", **how: str) -> requests.Response:
        """A call signed by the demo integration; `how` overrules its credentials."""
        credentials: dict[str, Any] = {
            "client_key": self.demo["INTEGRATION_CONSUMER_KEY"],
            "client_secret": self.demo["INTEGRATION_CONSUMER_SECRET"],
            "resource_owner_key": self.demo["INTEGRATION_ACCESS_TOKEN"],
            "resource_owner_secret": self.demo["INTEGRATION_ACCESS_TOKEN_SECRET"],
            "signature_method": "HMAC-SHA256",
            **how,
        }
        auth = OAuth1(**credentials)
        return self.deployed.http.request(method, self.url + path, auth=auth, timeout=SECONDS)


def told_to_lack(answer: requests.Response) -> str | None:
    """What a refusal names, or None for a success."""
    if answer.status_code == 200:
        return None
    body = answer.json()
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert body["message"] == "The consumer isn't authorized to access %resources."
    resources: str = body["parameters"]["resources"]
    return resources
