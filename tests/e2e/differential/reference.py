"""npm's oidc-provider, a certified server, as the reference that ours is compared with."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.differential.cast import AUDIENCE, CAST, SCOPES, SERVER
from tests.e2e.node import CLIENTS


@contextmanager
def reference() -> Iterator[str]:
    """Start it on a free port of the loopback with the whole cast; its address."""
    config = {
        "clients": [member.reference for member in CAST],
        "scopes": SCOPES,
        "audience": AUDIENCE,
        "resourceServer": SERVER.id,
    }
    with subprocess.Popen(  # noqa: S603 - constants
        ["node", CLIENTS / "oidc_provider.mjs"],  # noqa: S607 - whichever the developer has
        env={"PATH": os.environ["PATH"], "CONFIG": json.dumps(config)},
        stdin=subprocess.PIPE,  # it ends when this does
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
