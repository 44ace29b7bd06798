"""Runs benchmarks by name, all of them without one, and writes what they found.

Each is a module of this package with `measure(scale)`, which returns a Section.
"""

import argparse
import sys
import time
from importlib import import_module

from bench.report import Scale, Section, write

# In the order of docs/performance.md.
BENCHMARKS = (
    "cold_start",
    "warm_path",
    "throughput",
    "units",
    "growth",
    "sweep_speed",
    "cost",
)


def main(arguments: list[str]) -> int:
    """1 if a bar is not met, else 0."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--full", action="store_true", help="the large sizes too")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    options = parser.parse_args(arguments)
    scale = Scale.FULL if options.full else Scale.QUICK
    missed = 0
    for name in options.names or BENCHMARKS:
        started = time.monotonic()
        section: Section = import_module(f"bench.{name}").measure(scale)
        print(f"\n{section.markdown()}\n\n{name}: {time.monotonic() - started:.0f} s", flush=True)
        missed += sum(not bar.met for bar in section.bars)
        if not options.dry:
            write(section)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
