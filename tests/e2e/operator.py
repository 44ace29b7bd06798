"""bin/tokenctl as an operator runs it: a program, its output, and its exit status."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOKENCTL = ROOT / "bin/tokenctl"


@dataclass(frozen=True)
class Ran:
    """A program that has ended."""

    status: int
    out: str
    err: str


class Operator:
    """Runs tokenctl; calling it adds `--json` and parses what is printed."""

    def __init__(self, aws_env: Mapping[str, str]) -> None:
        """`aws_env` replaces every AWS setting of our own environment."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._env = ours | dict(aws_env)

    def run(self, *arguments: str, stdin: str = "", **env: str) -> Ran:
        """Run it as given."""
        done = subprocess.run(  # noqa: S603 - the tests' own constants
            [TOKENCTL, *arguments],
            env=self._env | env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def __call__(self, *arguments: str, stdin: str = "") -> Any:  # noqa: ANN401 - JSON
        """Run it with `--json`; it must succeed and say nothing but one JSON document."""
        ran = self.run("--json", *arguments, stdin=stdin)
        assert (ran.status, ran.err) == (0, ""), ran
        return json.loads(ran.out)
