"""What a newcomer is given: clients, people, an integration, and commands to paste."""

import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from string import Template
from typing import Protocol

CURLS = Path(__file__).with_name("curls.txt")


class Tokenctl(Protocol):
    """Runs one of the operator's commands."""

    def __call__(self, *arguments: str, stdin: str = "") -> Mapping[str, str]:
        """What it prints with --json."""


def create(tokenctl: Tokenctl, audience: str) -> dict[str, str]:
    """Create everybody with the operator's own command; their names and secrets.

    `audience` is the deployment's own, for which all their tokens are.
    """
    return (
        _create_clients(tokenctl, audience)
        | _create_people(tokenctl)
        | _create_member(tokenctl)
        | _create_integration(tokenctl)
    )


def _create_clients(tokenctl: Tokenctl, audience: str) -> dict[str, str]:
    make = ("clients", "create", "--name")
    scopes = ("--scope", "orders:read", "--scope", "orders:write")
    client = tokenctl(*make, "Demo client", *scopes)
    storefront = tokenctl(*make, "Demo storefront", "--public")
    may_ask = ("--introspection", "audience", "--serves", audience)
    server = tokenctl(*make, "Demo resource server", *may_ask)
    return {
        "CLIENT_ID": client["client_id"],
        "CLIENT_SECRET": client["client_secret"],
        "PUBLIC_CLIENT_ID": storefront["client_id"],
        "RESOURCE_SERVER_ID": server["client_id"],
        "RESOURCE_SERVER_SECRET": server["client_secret"],
    }


def _create_people(tokenctl: Tokenctl) -> dict[str, str]:
    made = {
        "ADMIN_USERNAME": "demo-admin",
        "ADMIN_PASSWORD": token_hex(12),
        "CUSTOMER_EMAIL": "demo@customer.example",
        "CUSTOMER_PASSWORD": token_hex(12),
    }
    make = ("accounts", "create")
    admin, customer = made["ADMIN_USERNAME"], made["CUSTOMER_EMAIL"]
    tokenctl(*make, "admin", admin, "--all-resources", stdin=made["ADMIN_PASSWORD"] + "\n")
    tokenctl(*make, "customer", customer, stdin=made["CUSTOMER_PASSWORD"] + "\n")
    return made


def _create_member(tokenctl: Tokenctl) -> dict[str, str]:
    username, password = "demo-member", token_hex(12)
    account = tokenctl("buyer-accounts", "create", "Demo company")
    details = ("--name", "Demo Member", "--email", "demo@member.example")
    tokenctl("account-members", "create", username, *details, stdin=password + "\n")
    tokenctl("account-members", "join", username, account["id"])
    profile = tokenctl("account-members", "profile")
    return {
        "ACCOUNT_MEMBER_USERNAME": username,
        "ACCOUNT_MEMBER_PASSWORD": password,
        "PASSWORD_PROFILE_ID": profile["password_profile_id"],
        "AUTHENTICATION_REALM_ID": profile["authentication_realm_id"],
    }


def _create_integration(tokenctl: Tokenctl) -> dict[str, str]:
    made = tokenctl("integrations", "create", "Demo integration", "--all-resources", "--activate")
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    return {f"INTEGRATION_{name.upper()}": made[name] for name in names}


def curls(values: Mapping[str, str]) -> str:
    """Return commands to paste: a success and a refusal in each dialect."""
    return Template(CURLS.read_text()).substitute(values)


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Write KEY=value lines that a shell can source and only the owner can read."""
    path.unlink(missing_ok=True)  # an older file keeps its own mode
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in values.items())
