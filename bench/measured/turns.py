"""How a program under measurement speaks with the benchmark that started it.

It is given one line of JSON to set itself up, then does blocks of calls as it is told to, one at a
time, and says how much CPU time (seconds, of its whole process) each block took.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

type Call = Callable[[], object]


def take_turns(
    prepare: Callable[[dict[str, Any]], Mapping[str, Call]],
    is_right: Callable[[str, object], bool] = lambda _, answer: bool(answer),
) -> None:
    """Serve the benchmark until it has no more to ask; `prepare` makes the calls, by name.

    What the calls print is lost. Before each block its call is made once and not counted, and its
    answer must be right.
    """
    told = _keep_stdout()
    calls = prepare(json.loads(sys.stdin.readline()))
    _tell(told, time.process_time())
    for line in sys.stdin:
        name, count = json.loads(line)
        call = calls[name]
        if not is_right(name, call()):
            raise RuntimeError(f"{name} went wrong")
        started = time.process_time()
        for _ in range(count):
            call()
        _tell(told, time.process_time() - started)


def _keep_stdout() -> TextIO:
    told = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return told


def _tell(told: TextIO, seconds: float) -> None:
    print(json.dumps(seconds), file=told, flush=True)
