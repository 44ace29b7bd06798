"""README.md: its commands are run and their answers compared; the paths that it names are there.

An example is a block of `sh` and, right behind it, a block with the answer, in which `...` stands
for anything.
"""

import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.deployed import SECONDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_EXAMPLE = re.compile(
    r"^```sh\n(?P<commands>.*?)^```\n+^```(?:json|http|text)\n(?P<answer>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_PATH_CELL = re.compile(r"^\| ((?:`[^`|]+`(?:, )?)+) \|", re.MULTILINE)
EXAMPLES = [(found["commands"], found["answer"]) for found in _EXAMPLE.finditer(README)]


def pattern(answer: str) -> str:
    """A regular expression for an answer; between its lines there may be space or none."""
    lines = [
        ".*?".join(re.escape(part) for part in line.split("..."))
        for line in answer.strip().splitlines()
    ]
    return r"\s*".join(lines)


@pytest.mark.parametrize(("commands", "answer"), EXAMPLES)
def test_the_readme_s_commands_give_its_answers(
    demo: dict[str, str], commands: str, answer: str
) -> None:
    """A newcomer with demo.env in the environment sees what the README shows."""
    done = subprocess.run(  # noqa: S603 - the README's own text
        ["/bin/sh", "-euc", commands],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **demo},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(pattern(answer), done.stdout.strip(), re.DOTALL), done.stdout


def test_every_dialect_has_an_example() -> None:
    """A success and a refusal of each token endpoint, and no command without an answer."""
    for path in ("/oauth/access_token", "/connect/token", "/oauth2/token"):
        answers = [answer for commands, answer in EXAMPLES if path in commands]
        assert any('"access_token"' in answer for answer in answers)
        assert any('"error' in answer for answer in answers)
    assert README.count("```sh\n") == len(EXAMPLES)


def test_every_path_of_the_map_is_there() -> None:
    """The table of the tree names files and folders that exist."""
    listed = README[README.index("| path | what |") :]
    cells = _PATH_CELL.findall(listed.partition("\n\n")[0])
    paths = [path for cell in cells for path in re.findall("`([^`]+)`", cell)]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_file_and_target_named_is_there() -> None:
    """Documents, programs and make targets that the text mentions exist."""
    for path in re.findall(r"`((?:docs|bin|events|local|tests)/[\w./-]*)`", README):
        assert (ROOT / path).exists(), path
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)\b(?=[ `]*(?:#|`|ENV|\n))", README)):
        assert f"\n{target}:" in makefile, target
