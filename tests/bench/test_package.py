"""Packages as Lambda has them."""

import os
import time
from pathlib import Path

from bench.package import unpack


def test_a_package_is_unpacked_afresh(tmp_path: Path) -> None:
    """The same files with new times; the sizes are those of all files, zipped and not."""
    built = tmp_path / "built"
    (built / "inner").mkdir(parents=True)
    (built / "inner/data").write_bytes(b"x" * 100_000)
    (built / "handler.py").write_bytes(b"y" * 50)
    os.utime(built / "handler.py", (1e9, 1e9))
    part = unpack(built, tmp_path / "task")
    assert part.unzipped == 100_050
    assert part.zipped < 2_000
    assert (part.folder / "inner/data").read_bytes() == b"x" * 100_000
    assert time.time() - (part.folder / "handler.py").stat().st_mtime < 1e6
