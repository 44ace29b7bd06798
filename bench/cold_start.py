"""CPU time from a bare interpreter's start to the first answered event, per function."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from statistics import median

from bench.bare import bytecode, check_interpreter
from bench.cold_subjects import (
    COMPARED,
    NOTHING,
    Subject,
    empty_function,
    our_functions,
    primed_functions,
    primed_name,
    reference_functions,
    reference_name,
)
from bench.import_times import largest
from bench.measure import Spread, in_turns, ratio
from bench.reference_world import reference_world
from bench.report import Bar, Scale, Section, table
from bench.snap_start import credentials
from bench.tls import over_tls
from bench.world import world

_ROUNDS = {Scale.QUICK: 7, Scale.FULL: 31}
_IMPORT_ROUNDS = 5
_LEAST_SHARE = 0.02  # of a start, to be named in the table of imports
_MEGABYTE = 1_000_000
# Bound and aim of a cold start, as a share of the reference's.
_COLD = {"issue": (0.36, 0.30), "introspect": (0.38, 0.32), "authorizer": (0.46, 0.38)}
_RESTORED = (0.18, 0.08)
_PACKAGE = (0.62, 0.55)
_MEMORY = (0.80, 0.73)

type Found = Mapping[str, list[float]]


def measure(scale: Scale) -> Section:
    """Start every function, ours and the reference's, in turns."""
    with (
        world(SigningAlgorithm="RS256") as plain,
        over_tls(plain.endpoints, plain.place) as endpoints,
        credentials() as served,
    ):
        here = replace(plain, endpoints=endpoints)
        reference = replace(reference_world(plain), endpoints=endpoints)
        primed = primed_functions(here)
        ours = our_functions(here)
        subjects = {NOTHING: empty_function(here), **ours, **reference_functions(reference, here)}
        issue = ours["issue"]
        check_interpreter(here.python, issue.variables, here.place)
        compiled = bytecode(here.place)
        starts = {name: subject.start for name, subject in subjects.items()}
        restores = {name: partial(one.restore, served) for name, one in primed.items()}
        found = in_turns(_ROUNDS[scale], {**starts, **restores})
        imports = _imports(issue, subjects[reference_name("issue")])
        if bytecode(here.place) != compiled:
            raise RuntimeError("a function left bytecode behind")
    parts = (
        _PROSE.strip(),
        _results(subjects, found),
        _RESTORED_PROSE.strip(),
        _restored(subjects, primed, found),
        _IMPORTS_PROSE.strip(),
        imports,
    )
    return Section("cold_start", "Cold start", "\n\n".join(parts), _bars(subjects, found))


def _bars(subjects: Mapping[str, Subject], found: Found) -> tuple[Bar, ...]:
    issue, reference = subjects["issue"], subjects[reference_name("issue")]
    cold = [
        _bar(
            f"Cold start of {name} / the reference's {name}, over TLS",
            ratio(found[name], found[reference_name(name)]),
            limits,
        )
        for name, limits in _COLD.items()
    ]
    first = ratio(found[primed_name("issue")], _compiled_first_events(subjects, found, "issue"))
    size = _zipped(issue) / _zipped(reference)
    memory = ratio(issue.memory, reference.memory)
    return (
        *cold,
        _bar("First event of issue, restored / the compiled reference's first", first, _RESTORED),
        _bar("Package of issue, zipped / the reference's", Spread(size, size, size), _PACKAGE),
        _bar("Peak memory of issue / the reference's", memory, _MEMORY),
    )


def _bar(title: str, spread: Spread, limits: tuple[float, float]) -> Bar:
    bound, aim = limits
    return Bar(title, spread.middle, bound, spread.text(3), aim)


def _zipped(subject: Subject) -> int:
    return sum(part.zipped for part in subject.parts)


def _compiled_first_events(subjects: Mapping[str, Subject], found: Found, name: str) -> list[float]:
    """CPU seconds of the compiled reference's first event, by round."""
    full = reference_name(name, compiled=True)
    return subjects[full].first_event[-len(found[full]) :]


def _results(subjects: Mapping[str, Subject], found: Found) -> str:
    head = [
        "Function",
        "CPU to the first answer, s",
        "of that before the event, s",
        "of the reference",
        "of the reference, compiled",
        "peak memory, MB",
        "package zipped / unpacked, MB",
    ]
    rows = []
    for name, subject in subjects.items():
        against = name.partition(",")[0].removeprefix("reference: ")
        ratios = [
            ratio(found[name], found[other]).text()
            if (other := reference_name(against, compiled=compiled)) in found and other != name
            else ""
            for compiled in (False, True)
        ]
        sizes = [
            sum(getattr(part, size) for part in subject.parts) / _MEGABYTE
            for size in ("zipped", "unzipped")
        ]
        rows.append(
            [
                name,
                Spread.of(found[name]).text(3),
                f"{median(subject.init[-len(found[name]) :]):.3f}",
                *ratios,
                f"{median(subject.memory) / _MEGABYTE:.0f}",
                " / ".join(f"{size:.1f}" for size in sizes) if subject.parts else "",
            ]
        )
    return table(head, rows)


def _restored(subjects: Mapping[str, Subject], primed: Mapping[str, Subject], found: Found) -> str:
    rows = []
    for name in COMPARED:
        restored = found[primed_name(name)]
        before = primed[primed_name(name)].init[-len(restored) :]
        theirs = _compiled_first_events(subjects, found, name)
        rows.append(
            [
                name,
                Spread.of(restored).text(3),
                Spread.of(subjects[name].first_event[-len(restored) :]).text(3),
                Spread.of(theirs).text(3),
                ratio(restored, theirs).text(),
                f"{median(before):.3f}",
            ]
        )
    head = [
        *("CPU of the first event, s", "restored", "not restored", "the compiled reference"),
        *("restored / the compiled reference", "before the snapshot"),
    ]
    return table(head, rows)


def _imports(ours: Subject, reference: Subject) -> str:
    """The table of what importing takes; of wall times the least is the least disturbed."""
    columns = []
    for subject in (ours, reference):
        reports = [subject.imports() for _ in range(_IMPORT_ROUNDS)]
        shares = {name: min(one[name] for one in reports) for name in reports[0]}
        columns.append(largest(shares, _LEAST_SHARE))
    names = sorted(
        {name for one in columns for name in one},
        key=lambda name: -max(one.get(name, 0) for one in columns),
    )
    rows = [
        [name, *(f"{one[name] * 1000:.1f}" if name in one else "" for one in columns)]
        for name in names
    ]
    total = ["all", *(f"{sum(one.values()) * 1000:.1f}" for one in columns)]
    return table(["Importing, ms", "issue", "reference: issue"], [*rows, total])


_PROSE = """
CPU time (user and system, all threads) of a new process, from its first instruction until its first
answer reaches the runtime API. The process is a bare Python under Lambda's own runtime client. It
sees that client, the layer and the function's folder: the package as `sam build` left it, zipped
and unpacked again, so that its files have new times. The only bytecode is that in the package; the
standard library and the runtime client have theirs, as in Lambda's image. X-Ray samples each event.

The store and the secrets are on loopback, over TLS. The CA bundle is botocore's own and one
throw-away authority more, for both sides: loading it costs what it costs in Lambda.

The reference (`bench/reference/`) does the same job as tutorials write it: Powertools' resolver
with validation, Logger, Metrics and Tracer, boto3's resource, PyJWT. A plain `sam build` packages
it. "Compiled" is the same package with bytecode that is not checked against its sources. Functions
without a reference are listed for information. `login` refuses an unknown user, which takes as long
as a successful login.
"""
_RESTORED_PROSE = """
With SnapStart, imports and before-snapshot hooks run before the snapshot; the first event after a
restore includes the after-restore hooks, fetching credentials, and new connections. The runtime
client runs the hooks here as it does in Lambda. The process goes on instead of being copied: what
Lambda adds to load the snapshot is not included. "Not restored" is the first event of an ordinary
start, after its init phase.
"""
_IMPORTS_PROSE = """
Where the start of `issue` goes, by `-X importtime`: the time of each package without the packages
that it imports (wall time, which profiling lengthens; the minimum of a few starts).
"""
