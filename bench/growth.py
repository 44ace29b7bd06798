"""Whether anything gets dearer as the table grows: the sweep above all."""

import gc
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from token_service.domain.location import DEFAULT_LAYOUT, hour_of
from token_service.store.dynamodb import Item
from token_service.system import now

from bench.dynalite import TABLES, dynalite
from bench.measure import Spread, cpu_seconds, in_turns, ratio
from bench.meter import Meter, Use
from bench.metered_world import MeteredWorld, check
from bench.records import put_all, records
from bench.report import ROOT, Bar, Scale, Section, table
from bench.runtime_api import FunctionProcess
from bench.sweeping import Sweep
from bench.world import CLIENT, SERVER, World, event, world
from local.loopback import serving

_EXPIRED = 10_000
_LIVE = {Scale.QUICK: (10_000, 100_000), Scale.FULL: (10_000, 100_000, 1_000_000)}
_ROUNDS = {Scale.QUICK: 7, Scale.FULL: 11}
_EVENTS = 100
_TOLERANCE = 0.10
_PICTURE = "growth.svg"
_SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Place:
    """A store with so many live tokens, and the functions over it.

    `expired` are the records that a sweep of `hour` deletes, the same in every place.
    """

    live: int
    world: World
    hour: int
    expired: Sequence[Item]

    def put_back(self, sweep: Sweep) -> None:
        """Have the expired tokens there, and never swept."""
        put_all(self.world.store.endpoint, self.expired)
        sweep.forget()

    def events(self) -> dict[str, bytes]:
        """An event for each function, of one token where there is one."""
        token = self.world.issue_token()
        return {
            "issue": event("issue/standard", CLIENT),
            "introspect": event("introspect/standard", SERVER, token),
            "revoke": event("revoke/standard", CLIENT, token),
        }


@contextmanager
def places(sizes: Sequence[int]) -> Iterator[list[Place]]:
    """Places with so many live tokens: the same clients, keys and expired tokens in each."""
    hour = hour_of(now()) - 3
    expired = list(records(_EXPIRED, hour, DEFAULT_LAYOUT))
    with world() as deployed, ExitStack() as stack:
        found: list[Place] = []
        for live in sizes:
            engine = stack.enter_context(dynalite()) if found else deployed.store
            # Where what the functions issue expires too.
            for later in (1, 2):
                live_hour = hour_of(now()) + later
                put_all(engine.endpoint, records(live // 2, live_hour, DEFAULT_LAYOUT))
            if found:
                clients = deployed.store.client().scan(TableName="ClientsTable")["Items"]
                put_all(engine.endpoint, clients, "ClientsTable")
            endpoints = {**deployed.endpoints, "AWS_ENDPOINT_URL_DYNAMODB": engine.endpoint}
            here = replace(deployed, store=engine, endpoints=endpoints)
            found.append(Place(live, here, hour, expired))
        yield found


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured in each place, by what was done there.

    Units of each (of an event, further ones than the first), and CPU seconds round by round;
    `scans` are the units of reading the whole table instead.
    """

    sizes: Sequence[int]
    uses: Mapping[str, Sequence[Use]]
    cpu: Mapping[str, Sequence[Sequence[float]]]
    scans: Sequence[Use]

    def against_first(self, name: str) -> list[Spread]:
        """CPU time in each place over that in the smallest."""
        first, *_ = self.cpu[name]
        return [ratio(rounds, first) for rounds in self.cpu[name]]


def measure(scale: Scale) -> Section:
    """Do everything in every place, in turns."""
    with tempfile.TemporaryFile() as log, places(_LIVE[scale]) as found:
        result = look(found, log, _ROUNDS[scale])
    return Section("growth", "Growth", text(result), tuple(bars(result)), {_PICTURE: plot(result)})


def look(found: Sequence[Place], log: BinaryIO, rounds: int) -> Found:
    """Count everything once and measure it round by round."""
    counted = [count(place, log) for place in found]
    names = list(counted[0][0])
    subjects: dict[str, Callable[[], float]] = {}
    with ExitStack() as stack:
        for place in found:
            sweep = Sweep(place.world.store, place.hour)
            subjects[f"{_SWEEP} {place.live}"] = partial(cpu_of_sweep, place, sweep)
            for name, content in place.events().items():
                process = stack.enter_context(place.world.function(name, log))
                subjects[f"{name} {place.live}"] = partial(cpu_of_events, process, content)
        measured = in_turns(rounds, subjects)
    return Found(
        [place.live for place in found],
        {name: [uses[name] for uses, _ in counted] for name in names},
        {name: [measured[f"{name} {place.live}"] for place in found] for name in names},
        [scan for _, scan in counted],
    )


def count(place: Place, log: BinaryIO) -> tuple[dict[str, Use], Use]:
    """The units of everything in a place, and of a Scan of it."""
    with serving(Meter(place.world.store.endpoint)) as meter:
        store = replace(place.world.store, endpoint=meter.endpoint)
        sweep = Sweep(store, place.hour)
        place.put_back(sweep)
        meter.read()
        for _ in store.client().get_paginator("scan").paginate(TableName=TABLES[0], Select="COUNT"):
            pass
        scan = meter.read()
        sweep.run()
        uses = {_SWEEP: meter.read()}
        endpoints = {**place.world.endpoints, "AWS_ENDPOINT_URL_DYNAMODB": meter.endpoint}
        seen = MeteredWorld(replace(place.world, endpoints=endpoints), meter, log)
        for name, content in place.events().items():
            uses[name] = seen.count(name, [content] * 3).further
    return uses, scan


def cpu_of_sweep(place: Place, sweep: Sweep) -> float:
    """CPU seconds of sweeping what is put back first."""
    place.put_back(sweep)
    gc.collect()
    started = time.process_time()
    result = sweep.run()
    used = time.process_time() - started
    if (result.tokens, result.finished) != (len(place.expired), True):
        raise RuntimeError(f"not the sweep that was to be measured: {result}")
    return used


def cpu_of_events(process: FunctionProcess, content: bytes) -> float:
    """CPU seconds of a function for an event, of a hundred."""
    process.await_ready()
    before = cpu_seconds(process.pid)
    for _ in range(_EVENTS):
        answer = process.invoke(content)
    check(answer.body)
    return (answer.cpu - before) / _EVENTS


def bars(found: Found) -> Iterator[Bar]:
    """Nothing grows: not the units at all, nor CPU time by more than a tenth."""
    first, *others = found.sizes
    for name, uses in found.uses.items():
        different = [size for size, use in zip(found.sizes, uses, strict=True) if use != uses[0]]
        shown = f"differ with {different}" if different else "identical"
        yield Bar(f"{name.capitalize()}: units, calls and items read", len(different), 0, shown)
        for size, spread in zip(others, found.against_first(name)[1:], strict=True):
            named = (
                f"{name.capitalize()}: change of CPU time, {size:,} live tokens against {first:,}"
            )
            yield Bar(named, abs(spread.middle - 1), _TOLERANCE, f"x {spread.text()}")


def plot(found: Found) -> str:
    """The picture, as SVG."""
    points = [
        {"live": live, "reads": use.reads / _EXPIRED, "scan": scan.reads / _EXPIRED, "cpu": cpu}
        for live, use, scan, cpu in zip(
            found.sizes,
            found.uses[_SWEEP],
            found.scans,
            ((one.middle, one.low, one.high) for one in found.against_first(_SWEEP)),
            strict=True,
        )
    ]
    return subprocess.run(  # noqa: S603 - a program of our own
        [ROOT / ".run/venv-bench/bin/python", "-m", "bench.growth_plot"],
        cwd=ROOT,
        input=json.dumps(points),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


_WORDS = f"""
A sweep of {_EXPIRED:,} expired tokens, and the functions' events, beside more and more live tokens:
the same expired ones in each table, and the same clients. The sweep asks for what has expired by
key, so that it never meets a live token; a Scan, eventually consistent at half the price, meets all
of them. CPU time is that of the sweeping process and of the functions' own, not the engine's; in
turns, the median of the rounds with its quartiles.
"""


def text(found: Found) -> str:
    """The tables behind the picture."""
    head = ["", *(f"{size:,} live" for size in found.sizes)]
    rows: list[list[str]] = []
    for name, uses in found.uses.items():
        lines = {
            "reads, writes": map(_units, uses),
            "calls, items read": map(_calls, uses),
            "CPU ms": (Spread.of(rounds).text(1, 1000) for rounds in found.cpu[name]),
            "CPU, ratio": (spread.text() for spread in found.against_first(name)),
        }
        rows.extend([f"{name.capitalize()}: {line}", *cells] for line, cells in lines.items())
    rows.append(["For comparison, a Scan: reads", *(f"{scan.reads:,g}" for scan in found.scans)])
    picture = f"![Read units and CPU time of the sweep, by the number of live tokens]({_PICTURE})"
    return "\n\n".join([_WORDS.strip(), picture, table(head, rows)])


def _units(use: Use) -> str:
    return f"{use.reads:,g}, {use.writes:,g}"


def _calls(use: Use) -> str:
    return f"{use.calls.total():,}, {use.items_read:,}"
