"""A process that deletes expired tokens, whenever a line on its standard input says so.

Its argument (JSON) says how: `sweep`, or `bare` calls of BatchWriteItem by the same boto3 client.
Each time it answers with a line (JSON): the tokens that it deleted, the write units, its own CPU
seconds.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

from bench.dynalite import Dynalite
from bench.sweeping import Sweep

_BATCH_WRITE = 25
_TABLE = "TokensTable"

type Done = tuple[int, float]
"""Tokens and write units."""


def bare(
    batch_write_item: Callable[..., Any], keys: Sequence[tuple[str, str]], connections: int
) -> Done:
    """Delete items by their keys, in full batches, and nothing else."""

    def delete(batch: Sequence[tuple[str, str]]) -> float:
        requests = [
            {"DeleteRequest": {"Key": {"bucket": {"S": bucket}, "handle": {"S": handle}}}}
            for bucket, handle in batch
        ]
        answer = batch_write_item(RequestItems={_TABLE: requests}, ReturnConsumedCapacity="TOTAL")
        return float(sum(one["CapacityUnits"] for one in answer["ConsumedCapacity"]))

    batches = batched(keys, _BATCH_WRITE, strict=False)
    if connections == 1:
        return len(keys), sum(map(delete, batches))
    with ThreadPoolExecutor(connections) as threads:
        return len(keys), sum(threads.map(delete, batches))


def swept(sweep: Sweep) -> Done:
    """Sweep the hour."""
    result = sweep.run()
    return result.tokens, result.write_units


def work(task: dict[str, Any]) -> Callable[[], Done]:
    """What is to be done each time."""
    engine = Dynalite(task["endpoint"], pid=0)
    if task["how"] == "sweep":
        sweep = Sweep(engine, task["hour"], task["layout"], task["at_once"])
        return lambda: swept(sweep)
    keys: list[tuple[str, str]] = [(bucket, handle) for bucket, handle in task["keys"]]
    client = engine.client()
    client.get_item(TableName=_TABLE, Key={"bucket": {"S": "-"}, "handle": {"S": "-"}})
    return lambda: bare(client.batch_write_item, keys, task["at_once"])


def main() -> None:
    """Say that it is ready, and then work as often as it is told to."""
    act = work(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    for _ in sys.stdin:
        gc.collect()
        started = time.process_time()
        tokens, units = act()
        done = {"tokens": tokens, "units": units, "cpu": time.process_time() - started}
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
