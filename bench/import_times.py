"""Where an interpreter's start goes, by `-X importtime`: each package's own share, in seconds."""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping

_LINE = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)
_SECOND = 1_000_000  # its unit is the microsecond
_HTTP = frozenset({"http", "ssl", "_ssl", "email", "socket", "_socket", "urllib", "select"})
# What Lambda itself brings.
_CLIENT = frozenset({"awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"})
# Of the functions here and in bench/reference/.
_OWN = frozenset({"handler", "issue", "tables"})
STANDARD_HTTP = "standard library: http, ssl, email, socket, urllib"
STANDARD = "standard library: the rest"
CLIENT = "Lambda's runtime client"
OWN = "the function's own modules"
OTHERS = "others"


def by_package(report: str) -> dict[str, float]:
    """Seconds in a report by the package they were spent in, without what it imported in turn."""
    found: defaultdict[str, float] = defaultdict(float)
    for microseconds, module in _LINE.findall(report):
        found[_package(module)] += int(microseconds) / _SECOND
    return dict(found)


def largest(shares: Mapping[str, float], least: float) -> dict[str, float]:
    """The packages with at least this share of the whole, the others as one."""
    bound = least * sum(shares.values())
    kept = {name: seconds for name, seconds in shares.items() if seconds >= bound}
    rest = sum(seconds for seconds in shares.values() if seconds < bound)
    return kept | ({OTHERS: rest} if rest else {})


def _package(module: str) -> str:
    name = module.partition(".")[0]
    if name in _CLIENT:
        return CLIENT
    if name in _OWN:
        return OWN
    if name in _HTTP:
        return STANDARD_HTTP
    if name in sys.stdlib_module_names or name.startswith("_frozen") or name == "sitecustomize":
        return STANDARD
    return "cryptography" if name == "_cffi_backend" else name
