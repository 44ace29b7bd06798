"""Processes of sweep_worker, which do the same at the same time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.report import ROOT


@dataclass(frozen=True, slots=True)
class Round:
    """What workers did together: seconds until the last was done, tokens seen, CPU seconds."""

    seconds: float
    tokens: int
    cpu: float


class Workers:
    """Processes that do the same at the same time."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]]) -> None:
        """All of them are ready."""
        self._processes = processes

    def work(self) -> Round:
        """Have them all work once."""
        started = time.monotonic()
        for process in self._processes:
            _say(process, "go")
        done = [json.loads(_hear(process)) for process in self._processes]
        return Round(
            seconds=time.monotonic() - started,
            tokens=sum(one["tokens"] for one in done),
            cpu=sum(one["cpu"] for one in done),
        )


@contextmanager
def workers(tasks: Sequence[Mapping[str, object]], cores: Sequence[int]) -> Iterator[Workers]:
    """A process for each task, on these processor cores alone; they end with the context."""
    processes = []
    try:
        for task in tasks:
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.sweep_worker"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            processes.append(process)
            os.sched_setaffinity(process.pid, cores)
            _say(process, json.dumps(task))
        for process in processes:
            _hear(process)
        yield Workers(processes)
    finally:
        for process in processes:
            process.communicate()


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("a worker ended before its work was done")
    return line
