"""Programs of tests/clients under Node.js, as the users of those packages run them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.deployed import SECONDS

CLIENTS = Path(__file__).parents[1] / "clients"


def node(script: str, *arguments: str, **env: str) -> Any:  # noqa: ANN401 - JSON
    """What a program prints last, as JSON; it must succeed, and with nothing to complain of.

    It sees of our environment no more than `env`, so that no proxy of the developer's is used.
    """
    done = subprocess.run(  # noqa: S603 - constants
        ["node", CLIENTS / script, *arguments],  # noqa: S607 - whichever the developer has
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout.splitlines()[-1])  # some packages print remarks of their own
