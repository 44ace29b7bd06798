"""Imports a function's handler as Lambda does, and runs its restore hooks when told to."""

import runpy
import sys

from snapshot_restore_py import get_after_restore

runpy.run_path(sys.argv[1])
print("imported", flush=True)  # noqa: T201 - the test listens
sys.stdin.readline()
for hook, positional, named in get_after_restore():
    hook(*positional, **named)
print("restored", flush=True)  # noqa: T201 - the test listens
sys.stdin.readline()
