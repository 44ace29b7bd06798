"""Shoppers sign in at npm's oidc-provider, through a storefront, over HTTP from end to end."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
from token_service.domain.sign_in_codes import challenge_of

from tests.e2e.deployed import SECONDS, Deployed
from tests.e2e.operator import Operator

PROGRAM = Path(__file__).parents[1] / "clients/sign_in_provider.mjs"
STOREFRONT = "http://localhost:3000/back"
VERIFIER = "a-verifier-of-the-storefront-" + "x" * 30
ACCOUNTS = {
    "ada": {"email": "ada@sso.example", "email_verified": True, "name": "Ada"},
    "eve": {"email": "ada@sso.example", "email_verified": False, "name": "Eve"},
}
REALMS = "/v2/authentication-realms"


@dataclass(frozen=True)
class Directory:
    """The provider, as the operator made it known."""

    id: str
    process: subprocess.Popen[str]


@pytest.fixture(scope="module")
def directory(tokenctl: Operator) -> Iterator[Directory]:
    """A provider on loopback that both sides know."""
    with subprocess.Popen(  # noqa: S603 - a constant
        ["node", PROGRAM],  # noqa: S607 - whichever Node.js the developer has
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield _register(process, tokenctl)
        finally:
            process.stdin.close()
            process.wait(SECONDS)


def _register(process: "subprocess.Popen[str]", tokenctl: Operator) -> Directory:
    assert process.stdin
    assert process.stdout
    issuer, secret = process.stdout.readline().strip(), "a-secret-of-the-directory-0123456789"
    made = tokenctl(
        *("sso-providers", "create", "Directory", "--issuer", issuer, "--client-id", "shop"),
        *("--redirect-uri", STOREFRONT, "--secret-stdin"),
        *("--for", "customers", "--for", "account-members"),
        stdin=secret + "\n",
    )
    client = {
        "client_id": "shop",
        "client_secret": secret,
        "redirect_uris": [made["customer_callback"], made["account_member_callback"]],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    process.stdin.write(json.dumps({"clients": [client], "accounts": ACCOUNTS}) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"
    return Directory(made["id"], process)


class Browser:
    """Follows redirects as a browser does, with cookies, until it is back at the storefront."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.visited: list[str] = []

    def sign_in(self, url: str, login: str) -> dict[str, str]:
        """Log in as somebody wherever a form asks; what the storefront is told at last."""
        answer = self._get(url)
        while True:
            if answer.is_redirect:
                url = urljoin(answer.url, answer.headers["location"])
                if url.startswith(STOREFRONT):
                    return dict(parse_qsl(urlsplit(url).query))
                answer = self._get(url)
                continue
            assert answer.status_code == 200, answer.text
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action, answer.text
            assert prompt, answer.text
            form = {"prompt": prompt.group(1), "login": login, "password": "any"}
            answer = self.session.post(
                urljoin(answer.url, action.group(1)),
                data=form,
                allow_redirects=False,
                timeout=SECONDS,
            )

    def _get(self, url: str) -> requests.Response:
        self.visited.append(url)
        return self.session.get(url, allow_redirects=False, timeout=SECONDS)


def login_url(deployed: Deployed, directory: Directory, realm: str, **fields: str) -> str:
    """Where the storefront sends a shopper, as the profile's links say."""
    bearer = deployed.issue(deployed.client, "elastic_path")
    settings = deployed.get(f"/v2/settings/{realm}-authentication", bearer).json()["data"]
    realm_id = settings["relationships"]["authentication_realm"]["data"]["id"]
    implicit = deployed.implicit(deployed.storefront)
    listed = deployed.get(f"{REALMS}/{realm_id}/oidc-profiles", implicit).json()["data"]
    (profile,) = (one for one in listed if one["id"] == directory.id)
    query = {
        "scope": "openid email",
        "response_type": "code",
        "client_id": settings["meta"]["client_id"],
        "redirect_uri": STOREFRONT,
        "state": "of-the-storefront",
        "code_challenge_method": "S256",
        "code_challenge": challenge_of(VERIFIER),
    } | fields
    link: str = profile["links"]["authorization-endpoint"]
    return requests.Request("GET", link, params=query).prepare().url or ""


def redeem(deployed: Deployed, path: str, code: str, **changes: str) -> requests.Response:
    """The storefront's last step."""
    members = path == "/v2/account-members/tokens"
    data: dict[str, Any] = {
        "type": "account_management_authentication_token" if members else "token",
        "authentication_mechanism": "oidc",
        "oauth_authorization_code": code,
        "oauth_redirect_uri": STOREFRONT,
        "oauth_code_verifier": VERIFIER,
    } | changes
    bearer = deployed.implicit(deployed.storefront)
    return deployed.http.post(
        deployed.url + path,
        json={"data": data},
        headers={"authorization": f"Bearer {bearer}"},
        timeout=SECONDS,
    )


def test_a_customer_signs_in(deployed: Deployed, directory: Directory) -> None:
    """There and back, a token of 24 hours, and the same person the next time."""
    url = login_url(deployed, directory, "customer")
    back = Browser().sign_in(url, "ada")
    assert back.keys() == {"code", "state"}
    assert back["state"] == "of-the-storefront"
    answer = redeem(deployed, "/v2/customers/tokens", back["code"])
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    deployed.tokens.append(data["token"])
    told = deployed.introspect(data["token"])
    assert told["sub"] == f"customer:{data['customer_id']}"
    assert told["gty"] == "authorization_code"
    again = redeem(deployed, "/v2/customers/tokens", back["code"])
    assert (again.status_code, again.json()["errors"][0]["title"]) == (401, "Unauthorized")
    second = redeem(deployed, "/v2/customers/tokens", Browser().sign_in(url, "ada")["code"]).json()[
        "data"
    ]
    deployed.tokens.append(second["token"])
    assert second["customer_id"] == data["customer_id"]


def test_an_account_member_signs_in(deployed: Deployed, directory: Directory) -> None:
    """Who signs in for the first time belongs to no account yet, so there are no tokens yet."""
    back = Browser().sign_in(login_url(deployed, directory, "account"), "ada")
    answer = redeem(deployed, "/v2/account-members/tokens", back["code"])
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"] == []
    assert answer.json()["meta"]["account_member_id"]
    # A code of one realm is none in the other.
    back = Browser().sign_in(login_url(deployed, directory, "account"), "ada")
    assert redeem(deployed, "/v2/customers/tokens", back["code"]).status_code == 401


def test_an_address_that_nobody_vouches_for(deployed: Deployed, directory: Directory) -> None:
    """Whoever claims another's address is not let in as that other."""
    back = Browser().sign_in(login_url(deployed, directory, "customer"), "eve")
    assert back == {"error": "access_denied", "state": "of-the-storefront"}


def test_a_return_of_another_browser(deployed: Deployed, directory: Directory) -> None:
    """The provider's answer is worth nothing where the sign-in was not begun."""
    browser = Browser()
    browser.sign_in(login_url(deployed, directory, "customer"), "ada")
    (callback,) = (url for url in browser.visited if "/oidc-idp/callback/" in url)
    for session in (requests.Session(), browser.session):  # a stranger's, and a second time
        answer = session.get(callback, allow_redirects=False, timeout=SECONDS)
        assert answer.status_code == 400, answer.headers
        assert "location" not in answer.headers


def test_an_address_that_is_not_registered(deployed: Deployed, directory: Directory) -> None:
    """Nobody is sent anywhere."""
    url = login_url(deployed, directory, "customer", redirect_uri="https://evil.example")
    answer = requests.get(url, allow_redirects=False, timeout=SECONDS)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert answer.json()["errors"][0]["detail"].startswith("The redirect_uri")


def test_the_verifier_is_the_storefront_s(deployed: Deployed, directory: Directory) -> None:
    """A stolen code alone opens nothing."""
    code = Browser().sign_in(login_url(deployed, directory, "customer"), "ada")["code"]
    stolen = redeem(deployed, "/v2/customers/tokens", code, oauth_code_verifier="y" * 43)
    assert stolen.status_code == 401
    kept = redeem(deployed, "/v2/customers/tokens", code)
    assert kept.status_code == 200
    deployed.tokens.append(kept.json()["data"]["token"])


def test_a_provider_that_is_down(
    deployed: Deployed, directory: Directory, tokenctl: Operator
) -> None:
    """A clear 503, and nobody is sent anywhere."""
    made = tokenctl(
        *("sso-providers", "create", "Gone", "--issuer", "http://127.0.0.1:9"),
        *("--client-id", "shop", "--redirect-uri", STOREFRONT, "--secret-stdin"),
        stdin="another-secret-0123456789\n",
    )
    gone = Directory(made["id"], directory.process)
    url = login_url(deployed, gone, "customer")
    answer = requests.get(url, allow_redirects=False, timeout=SECONDS)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    tokenctl("sso-providers", "delete", made["id"], "--yes")
