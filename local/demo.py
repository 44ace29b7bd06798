"""What a newcomer is given: three clients, their credentials in a file, and commands to paste."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

CURLS = Path(__file__).with_name("curls.txt")


def create_clients(tokenctl: Callable[..., bytes]) -> dict[str, str]:
    """Create the demo clients with the operator's own command; their ids and secrets by name."""
    client = json.loads(
        tokenctl("--name", "Demo client", "--scope", "orders:read", "--scope", "orders:write")
    )
    storefront = json.loads(tokenctl("--name", "Demo storefront", "--public"))
    server = json.loads(tokenctl("--name", "Demo resource server", "--introspection", "any"))
    return {
        "CLIENT_ID": client["client_id"],
        "CLIENT_SECRET": client["client_secret"],
        "PUBLIC_CLIENT_ID": storefront["client_id"],
        "RESOURCE_SERVER_ID": server["client_id"],
        "RESOURCE_SERVER_SECRET": server["client_secret"],
    }


def curls(values: Mapping[str, str]) -> str:
    """Return commands to paste: a success and a refusal in each dialect."""
    return Template(CURLS.read_text()).substitute(values)


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Write KEY=value lines that a shell can source and only the owner can read."""
    path.unlink(missing_ok=True)  # an older file keeps its own mode
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in values.items())
