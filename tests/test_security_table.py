"""docs/security.md: every item of the checklist has its tests, and every test its item."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ITEMS = range(1, 86)
NO_TEST = "does not apply, because "
_ROW = re.compile(r"\| (\d+) \| ([^|]+) \| ([^|]+) \|")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_MENTION = re.compile(r"\(items? ([^()]*)\)", re.DOTALL)
_RANGE = re.compile(r"(\d+)(?:\s*(?:-|to)\s*(\d+))?")


@cache
def rows() -> dict[int, tuple[str, str]]:
    """Statement and tests of each row, by number."""
    text = (ROOT / "docs/security.md").read_text("utf-8")
    found = [match.groups() for match in map(_ROW.fullmatch, text.splitlines()) if match]
    assert len({number for number, _, _ in found}) == len(found), "a number has two rows"
    return {int(number): (statement, tests) for number, statement, tests in found}


def mentioned(docstring: str | None) -> set[int]:
    """The items that a docstring says it is about: `(item 3)`, `(items 4 to 6, 9)`."""
    return {
        number
        for mention in _MENTION.findall(docstring or "")
        for first, last in _RANGE.findall(mention)
        for number in range(int(first), int(last or first) + 1)
    }


@cache
def known() -> dict[str, set[int]]:
    """Every test there is, as `path::name`, and the items that it, its class or module names."""
    found: dict[str, set[int]] = defaultdict(set)
    for path in ROOT.glob("tests/**/test_*.py"):
        for name, items in _tests_in(ast.parse(path.read_text("utf-8"))):
            found[f"{path.relative_to(ROOT)}::{name}"] |= items
    return dict(found)


def _tests_in(
    node: ast.Module | ast.ClassDef, around: frozenset[int] = frozenset()
) -> Iterator[tuple[str, set[int]]]:
    around |= mentioned(ast.get_docstring(node))
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _tests_in(child, around)
        elif isinstance(child, ast.FunctionDef) and child.name.startswith("test_"):
            yield child.name, mentioned(ast.get_docstring(child)) | around


def test_every_item_has_a_row() -> None:
    """1 to 85, in order, each once."""
    assert list(rows()) == list(ITEMS)


@pytest.mark.parametrize("item", ITEMS)
def test_a_row_names_tests_that_are_there(item: int) -> None:
    """Each exists and says that it is about this item; or the row says why there is none."""
    _, cell = rows()[item]
    if cell.startswith(NO_TEST):
        return
    named = ["::".join(test) for test in _TEST.findall(cell)]
    assert named
    assert [test for test in named if item not in known().get(test, set())] == []
    assert _TEST.sub("", cell).strip(" ,") == ""


def test_every_number_in_a_docstring_is_an_item() -> None:
    """A test that names an item names one that the table has."""
    assert {
        test: items - set(ITEMS) for test, items in known().items() if not items <= set(ITEMS)
    } == {}
