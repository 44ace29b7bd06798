"""CPU time from a bare interpreter's start to the first answered event, per function."""

from collections.abc import Mapping
from statistics import median

from bench.bare import bytecode, check_interpreter
from bench.cold_subjects import (
    NOTHING,
    SIGNATURES,
    Subject,
    empty_function,
    our_functions,
    reference_functions,
    reference_name,
)
from bench.import_times import largest
from bench.measure import Spread, in_turns, ratio
from bench.reference_world import reference_world
from bench.report import Bar, Scale, Section, table
from bench.world import world

_ROUNDS = {Scale.QUICK: 7, Scale.FULL: 31}
_IMPORT_ROUNDS = 5
_LEAST_SHARE = 0.02  # of a start, to be named in the table of imports
_MEGABYTE = 1_000_000


def measure(scale: Scale) -> Section:
    """Start every function, ours and the reference's, in turns."""
    with world(SigningAlgorithm="RS256") as here:
        ours = our_functions(here)
        theirs = reference_functions(reference_world(here), here)
        subjects = {NOTHING: empty_function(here), **ours, **theirs}
        issue = ours["issue"]
        check_interpreter(here.python, issue.variables, here.place)
        compiled = bytecode(here.place)
        found = in_turns(
            _ROUNDS[scale], {name: subject.start for name, subject in subjects.items()}
        )
        imports = _imports(issue, theirs[reference_name("issue")])
        if bytecode(here.place) != compiled:
            raise RuntimeError("a function left bytecode behind")
    return Section(
        key="cold_start",
        title="Cold start",
        text="\n\n".join(
            [_PROSE.strip(), _results(subjects, found), _IMPORTS_PROSE.strip(), imports]
        ),
        bars=tuple(_bars(found)),
    )


def _bars(found: Mapping[str, list[float]]) -> list[Bar]:
    bounds = (
        ("issue", "issue", 0.28, 0.20),
        ("introspect", "introspect", 0.28, 0.20),
        ("authorizer", "authorizer", 0.25, None),
        # The reference knows no such choice: beside its plain function, and its own authorizer.
        (SIGNATURES, "issue", 0.12, None),
        (SIGNATURES, "authorizer", 0.12, None),
    )
    bars = []
    for name, reference, bound, aim in bounds:
        if name in found:
            spread = ratio(found[name], found[reference_name(reference)])
            title = f"cold start of {name}, of the reference's {reference}"
            bars.append(Bar(title, spread.middle, bound, spread.text(3), aim))
    return bars


def _results(subjects: Mapping[str, Subject], found: Mapping[str, list[float]]) -> str:
    head = [
        "Function",
        "CPU to the first answer, s",
        "of that before the event, s",
        "of the reference",
        "of the reference, compiled",
        "of the reference's issue",
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
        first = reference_name("issue")
        ratios.append(ratio(found[name], found[first]).text() if name != first else "")
        sizes = [
            sum(getattr(part, size) for part in subject.parts) / _MEGABYTE
            for size in ("zipped", "unzipped")
        ]
        rows.append(
            [
                name,
                Spread.of(found[name]).text(3),
                f"{median(subject.before[-len(found[name]) :]):.3f}",
                *ratios,
                f"{median(subject.memory) / _MEGABYTE:.0f}",
                " / ".join(f"{size:.1f}" for size in sizes) if subject.parts else "",
            ]
        )
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
CPU time (user and system, all threads) of a new process from its first instruction to the moment at
which its first answer reaches the runtime API. The process is a bare Python under Lambda's own
runtime client. It sees that client, the layer, the function's folder and nothing else: the package
as `sam build` left it, zipped and unpacked again, so that its files have new times. No bytecode is
read or left but what lies in the package; the standard library and the runtime client have theirs,
as in Lambda's image. X-Ray has chosen to trace each event. The store and the secrets are on
loopback, by plain HTTP: what TLS costs is in neither side's figures.

The reference (`bench/reference/`) does the same job as guides write it: Powertools' resolver with
validation, Logger, Metrics and Tracer, boto3's resource, PyJWT; a plain `sam build` packages it.
"Compiled" is the same package with bytecode that is not checked against its sources. Lines without
a reference are there for themselves; `login` refuses somebody unknown, which takes as long as
finding a password right.
"""
_IMPORTS_PROSE = """
Where the start of `issue` goes, by `-X importtime`: what each package takes by itself, without what
it imports in turn (wall time, which profiling lengthens; the least of a few starts).
"""
