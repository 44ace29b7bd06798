"""How fast expired tokens are deleted, against BatchWriteItem and nothing else."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from token_service.domain.location import hour_of
from token_service.store.dynamodb import Item
from token_service.system import now

from bench.dynalite import Dynalite, dynalite
from bench.measure import Spread, in_turns, ratio
from bench.records import put_all, records
from bench.report import Bar, Scale, Section, table
from bench.sweep_processes import Round, Workers, workers
from bench.sweeping import Sweep

_BOUND = 0.8
_DELAY_MS = 5
# Several sweeps at once: so long that dynalite's one core stays half idle.
_LONG_DELAY_MS = 10
_SWEEP, _BARE = "sweep", "bare"


@dataclass(frozen=True, slots=True)
class Setting:
    """So many sweeps, each a process with so many buckets (and connections) at once.

    2^layout buckets hold the tokens; every call waits for `delay_ms` first. `barred` says whether
    it has to meet the bound.
    """

    name: str
    delay_ms: int
    layout: int
    tokens: int
    at_once: int = 1
    sweeps: int = 1
    rounds: int = 4
    barred: bool = True


def settings(scale: Scale) -> list[Setting]:
    """Dense buckets, since speed matters there; and several sweeps of many buckets."""
    layout, tokens = (8, 320_000) if scale is Scale.FULL else (6, 10_000)
    one = Setting("One bucket at a time", _DELAY_MS, layout=2, tokens=10_000)
    return [
        replace(
            one,
            name="One bucket at a time, no delay",
            delay_ms=0,
            layout=3,
            tokens=20_000,
            rounds=6,
        ),
        one,
        replace(one, name="2 buckets at a time", at_once=2),
        replace(one, name="4 buckets at a time", at_once=4),
        *(
            Setting(
                f"{number} sweeps at once",
                _LONG_DELAY_MS,
                layout,
                tokens,
                sweeps=number,
                rounds=3,
                barred=scale is Scale.FULL,
            )
            for number in (2, 4)
        ),
    ]


type Rounds = dict[tuple[str, str], list[Round]]
"""By the setting's name and what was done."""


def measure(scale: Scale) -> Section:
    """Sweep and delete in turns, setting by setting."""
    found = settings(scale)
    done: Rounds = {}
    for setting in found:
        done |= compare(setting)
    return Section("sweep_speed", "Sweep speed", text(found, done), tuple(bars(found, done)))


def compare(setting: Setting) -> Rounds:
    """What a sweep did, and bare calls beside it, in turns; the engine has a core for itself."""
    done: Rounds = {(setting.name, kind): [] for kind in (_SWEEP, _BARE)}
    *others, core = sorted(os.sched_getaffinity(0))
    with dynalite(core=core, delay_ms=setting.delay_ms) as engine, ExitStack() as stack:
        place = Place(engine, setting)
        subjects = {}
        for name, kind in done:
            crew = stack.enter_context(workers(place.tasks(kind), others or [core]))
            subjects[kind] = partial(one_round, place, crew, done[name, kind])
        in_turns(setting.rounds, subjects)
    return {key: rounds[-setting.rounds :] for key, rounds in done.items()}


class Place:
    """Where tokens are deleted again and again: one hour of one engine."""

    def __init__(self, engine: Dynalite, setting: Setting) -> None:
        """Nothing is there yet."""
        self._engine = engine
        self._setting = setting
        self._hour = hour_of(now()) - 3
        self._items = sorted(records(setting.tokens, self._hour, setting.layout), key=_key)
        self._sweep = Sweep(engine, self._hour, setting.layout)

    def put_back(self) -> None:
        """Have all of the tokens there, and never swept."""
        put_all(self._engine.endpoint, self._items)
        self._sweep.forget()

    def tasks(self, kind: str) -> list[dict[str, Any]]:
        """What each process is to do: all sweep the same hour, or each deletes its share."""
        setting = self._setting
        keys = [] if kind == _SWEEP else [_key(item) for item in self._items]
        share = -(-len(keys) // setting.sweeps)
        return [
            {
                "how": kind,
                "endpoint": self._engine.endpoint,
                "hour": self._hour,
                "layout": setting.layout,
                "at_once": setting.at_once,
                "keys": keys[number * share : (number + 1) * share],
            }
            for number in range(setting.sweeps)
        ]


def _key(item: Item) -> tuple[str, str]:
    return item["bucket"]["S"], item["handle"]["S"]


def one_round(place: Place, crew: Workers, done: list[Round]) -> float:
    """Put the tokens back and have them deleted; seconds that it took."""
    place.put_back()
    done.append(crew.work())
    return done[-1].seconds


def bars(found: Sequence[Setting], rounds: Rounds) -> Iterator[Bar]:
    """At least so much of the bare rate."""
    for setting in found:
        if setting.barred:
            share = against_bare(setting, rounds)
            name = f"{setting.name}: rate of the sweep / of bare calls"
            yield Bar(name, share.middle, _BOUND, share.text(), least=True)


def against_bare(setting: Setting, rounds: Rounds) -> Spread:
    """The sweep's rate over that of bare calls, round by round."""
    swept, bare = ([one.seconds for one in rounds[setting.name, kind]] for kind in (_SWEEP, _BARE))
    return ratio(bare, swept)


_WORDS = f"""
A sweep reads an hour's buckets, deletes the tokens it finds and reads the buckets again. In turns
with it, bare calls of BatchWriteItem by the same boto3 client delete the same tokens by their keys,
25 a call, over as many connections. Every call first waits for {_DELAY_MS} ms, as on a network, and
for {_LONG_DELAY_MS} ms where there are several sweeps, so that dynalite's core stays half idle.
Without a delay most of the time is dynalite's own. How DynamoDB itself copes with so many deletes a
second is not measured.

Speed matters where buckets are full: one token a second puts 14 into each of 256 buckets an hour.
Concurrent sweeps each read every bucket to prove it empty. When two meet in one bucket, both delete
the rest of it.
"""


def text(found: Sequence[Setting], rounds: Rounds) -> str:
    """Rates, and what they take."""
    head = [
        "Sweep",
        "tokens a bucket",
        "tokens a second",
        "bare calls: tokens a second",
        "ratio",
        "deleted twice",
        "CPU ms per 1,000 tokens, sweep",
        "bare",
    ]
    rows = [row(setting, rounds) for setting in found]
    return "\n\n".join([_WORDS.strip(), table(head, rows)])


def row(setting: Setting, rounds: Rounds) -> list[str]:
    """One setting's figures beside bare calls."""
    swept, bare = rounds[setting.name, _SWEEP], rounds[setting.name, _BARE]
    tokens = setting.tokens
    twice = Spread.of([one.tokens / tokens - 1 for one in swept])
    return [
        setting.name,
        f"{tokens >> setting.layout:,}",
        Spread.of([tokens / one.seconds for one in swept]).text(0),
        Spread.of([tokens / one.seconds for one in bare]).text(0),
        against_bare(setting, rounds).text(),
        f"{twice.middle:.1%}",
        *(Spread.of([one.cpu / tokens for one in some]).text(1, 1e6) for some in (swept, bare)),
    ]
