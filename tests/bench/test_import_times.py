"""Where an interpreter's start goes."""

import pytest

from bench.import_times import OTHERS, STANDARD, STANDARD_HTTP, by_package, largest

REPORT = """import time: self [us] | cumulative | imported package
import time:       100 |        100 |   _io
import time:       200 |        300 | zipimport
import time:      1000 |       1000 |     cryptography.hazmat
import time:       500 |        500 |     _cffi_backend
import time:      3000 |       4500 |   jwt.algorithms
a line of a function's log
import time:        40 |         40 |   http.client
import time:        60 |       4600 | handler
"""


def test_each_package_has_what_it_takes_by_itself() -> None:
    """Modules count for their package, and what they import counts for its own."""
    shares = by_package(REPORT)
    assert shares["jwt"] == pytest.approx(0.003)
    assert shares["cryptography"] == pytest.approx(0.0015)
    assert shares[STANDARD] == pytest.approx(0.0003)
    assert shares[STANDARD_HTTP] == pytest.approx(0.00004)
    assert sum(shares.values()) == pytest.approx(0.0049)


def test_small_packages_are_counted_as_one() -> None:
    """Nothing is lost: the whole stays the same."""
    shares = largest({"large": 0.9, "small": 0.06, "tiny": 0.04}, 0.1)
    assert shares == {"large": 0.9, OTHERS: pytest.approx(0.1)}
