"""Programs that the local stack starts, and how they end: whole, with all their children."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

GRACE = 3.0  # seconds that a program has to end after it was asked to


class StackError(Exception):
    """The stack can't run: one sentence for a person, and where the details are."""

    def __init__(self, sentence: str, log: Path | None = None) -> None:
        super().__init__(f"{sentence} Details: {log}" if log else sentence)


@contextmanager
def running(  # noqa: PLR0913 - one for each thing that a process is made of
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path,
    stdin: int = subprocess.DEVNULL,
    sockets: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a process group of its own, output to `log`; end the group on leaving."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the callers' commands are constants
            command,
            cwd=cwd,
            env=env,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=sockets,
            start_new_session=True,  # so that Ctrl-C in the terminal reaches the launcher only
        )
    try:
        yield process
    finally:
        _end_group(process)


def finish(command: Sequence[str | Path], *, env: Mapping[str, str], log: Path, cwd: Path) -> bool:
    """Run a program to its end; whether it succeeded."""
    with running(command, env=env, log=log, cwd=cwd) as process:
        return process.wait() == 0


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask every process of the group to end, then end those that have not."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, order)
        deadline = time.monotonic() + GRACE
        while _group_lives(process) and time.monotonic() < deadline:
            time.sleep(0.02)  # of a group there is no end to wait for
    if process.stdin:
        process.stdin.close()


def _group_lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()  # reaps the leader, which would count as living otherwise
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True
