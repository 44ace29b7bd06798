"""Makes sure that a measured interpreter sees what Lambda's would, and no more."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PROBE = """
import concurrent.futures, decimal, email, http.client, json, logging, os, ssl, sys

def stale(module):
    origin, cached = module.__spec__.origin, module.__spec__.cached
    if not origin or not origin.endswith(".py") or not origin.startswith(sys.base_prefix):
        return False
    if not os.path.exists(cached):
        return True
    with open(cached, "rb") as file:
        head = file.read(16)
    by_time = not int.from_bytes(head[4:8], "little")
    return by_time and int.from_bytes(head[8:12], "little") != int(os.stat(origin).st_mtime)

loaded = [module for module in sys.modules.values() if getattr(module, "__spec__", None)]
print(json.dumps([sys.path, sorted(m.__name__ for m in loaded if stale(m))]))
"""


def check_interpreter(python: Path, variables: Mapping[str, str], *places: Path) -> None:
    """Have the interpreter say where it looks for modules and whether its own are compiled.

    Raises:
        RuntimeError: it sees a folder outside `places` and its standard library, or a module of
            that library has no valid bytecode.

    """
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [python, "-c", _PROBE], env=dict(variables), stdout=subprocess.PIPE, check=True
    )
    folders, stale = json.loads(told.stdout)
    standard = Path(sys.base_prefix)
    site = standard / "lib/python3.13/site-packages"
    allowed = (*places, python.parent.parent, standard)
    for folder in filter(None, folders):
        path = Path(folder)
        if path == site or not any(path.is_relative_to(place) for place in allowed):
            raise RuntimeError(f"the measured interpreter sees {folder}")
    if stale:
        raise RuntimeError(f"no bytecode of the standard library's {', '.join(stale)}")


def bytecode(*places: Path) -> dict[Path, int]:
    """Every compiled module below these, and when it was written (nanoseconds)."""
    return {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*.pyc")}
