"""What a benchmark says, and where it is written: its own part of docs/performance.md."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs/performance.md"


class Scale(StrEnum):
    """How much a benchmark does: minutes in all (`make bench`), or as much as it takes."""

    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure and its bound; `least` turns the bound around, `aim` is what would be better."""

    name: str
    value: float
    bound: float
    shown: str = ""
    aim: float | None = None
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure keeps its bound."""
        return self.value >= self.bound if self.least else self.value <= self.bound

    def row(self) -> list[str]:
        """The cells of its line in a table of bars."""
        sense = "at least" if self.least else "at most"
        aim = "" if self.aim is None else f", aim {self.aim:g}"
        return [
            self.name,
            self.shown or f"{self.value:.2f}",
            f"{sense} {self.bound:g}{aim}",
            "yes" if self.met else "**no**",
        ]


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark's part of the document; `text` is Markdown without the heading.

    `pictures` are SVG texts by file name, and lie beside the document.
    """

    key: str
    title: str
    text: str
    bars: tuple[Bar, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)

    def markdown(self) -> str:
        """The whole part, with its heading and its bars first."""
        bars = table(["Bar", "Measured", "Bound", "Met"], [bar.row() for bar in self.bars])
        parts = [f"## {self.title}", *([bars] if self.bars else []), self.text.strip()]
        return "\n\n".join(parts)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def write(section: Section, document: Path = DOCUMENT) -> None:
    """Put a section in the place that the document keeps for it, and its pictures beside it.

    The rest of the document stays as it is.

    Raises:
        LookupError: the document has no place of this key.

    """
    begin, end = f"<!-- bench:{section.key} -->", f"<!-- /bench:{section.key} -->"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text = document.read_text("utf-8")
    if not place.search(text):
        raise LookupError(f"{document} has no {begin}")
    new = f"{begin}\n\n{section.markdown()}\n\n{end}"
    for name, picture in section.pictures.items():
        (document.parent / name).write_text(picture, "utf-8")
    document.write_text(place.sub(lambda _: new, text, count=1), "utf-8")
