"""Where a section is written."""

from pathlib import Path

import pytest

from bench.report import Section, write

EMPTY = "before\n<!-- bench:growth -->\n<!-- /bench:growth -->\nafter\n"


def test_a_section_is_written_in_its_place_again_and_again(tmp_path: Path) -> None:
    """The last one stands there, once, with its pictures beside the document."""
    document = tmp_path / "performance.md"
    document.write_text(EMPTY, "utf-8")
    write(Section("growth", "Growth", "old \\1", pictures={"a.svg": "<svg>old</svg>"}), document)
    write(Section("growth", "Growth", "new", pictures={"a.svg": "<svg>new</svg>"}), document)
    text = document.read_text("utf-8")
    assert text.count("## Growth") == 1
    assert "new" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert (tmp_path / "a.svg").read_text("utf-8") == "<svg>new</svg>"


def test_a_document_without_the_place_is_refused(tmp_path: Path) -> None:
    """Nothing is appended anywhere."""
    document = tmp_path / "performance.md"
    document.write_text(EMPTY, "utf-8")
    with pytest.raises(LookupError):
        write(Section("units", "Units", ""), document)
    assert document.read_text("utf-8") == EMPTY
