"""A process that does calls when told to, and says what CPU time they took: bench/measured/."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.report import ROOT

_PROGRAMS = ROOT / "bench/measured"
_BLOCK = 0.3  # seconds of CPU that a block takes at least; shorter ones are mostly noise
_FIRST = 20  # calls, to learn how long one takes


class Worker:
    """One such process; `ready` is the CPU time (seconds) that it took to get ready."""

    def __init__(self, process: subprocess.Popen[bytes], setup: object) -> None:
        self._process = process
        self._counts: dict[str, int] = {}
        self.ready = self._ask(setup)

    def call(self, name: str) -> float:
        """CPU seconds of one call, on average over a block of many."""
        if name not in self._counts:
            self._ask([name, _FIRST])  # whatever only the first calls do
            each = self._ask([name, _FIRST]) / _FIRST
            self._counts[name] = max(_FIRST, int(_BLOCK / each) + 1)
        return self._ask([name, self._counts[name]]) / self._counts[name]

    def _ask(self, order: object) -> float:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a measured program ended with {self._process.wait()}")
        seconds: float = json.loads(answer)
        return seconds


@contextmanager
def worker(
    python: Path,
    program: str,
    setup: object,
    variables: Mapping[str, str],
    *arguments: str,
) -> Iterator[Worker]:
    """A program of bench/measured/ in a process that sees `variables` alone.

    It looks for modules beside the program, then where `variables` says (PYTHONPATH).
    """
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [python, _PROGRAMS / f"{program}.py", *arguments],
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield Worker(process, setup)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe
            pipe.close()
