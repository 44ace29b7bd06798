"""CPU time from a bare interpreter's start to the first answered event, per function."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

from bench.bare import bytecode, check_interpreter
from bench.import_times import by_package, largest
from bench.measure import Spread, in_turns, ratio
from bench.package import Part
from bench.reference_world import ReferenceWorld, reference_world
from bench.report import Bar, Scale, Section, table
from bench.runtime_api import lambda_environment, started
from bench.world import CLIENT, SERVER, World, event, world

_ROUNDS = {Scale.QUICK: 7, Scale.FULL: 31}
_IMPORT_ROUNDS = 5
_LEAST_SHARE = 0.02  # of a start, to be named in the table of imports
_MEGABYTE = 1_000_000
_COMPARED = ("issue", "introspect", "authorizer")
_OTHERS = ("revoke", "discovery", "sweep", "login")
_SIGNATURES = "authorizer, signatures only"
_NOTHING = "a function that does nothing"
_CHOICE = "AUTHORIZER_CHECKS"
# Part of each answer, so that no refusal is taken for work done. The person whom `login` is asked
# for does not exist: the answer comes late all the same, since it hides that.
_ANSWERS = {
    "issue": b"access_token",
    "introspect": rb"\"active\":true",
    "authorizer": b'"isAuthorized": true',
    "revoke": b'"statusCode": 200',
    "discovery": b"jwks_uri",
    "sweep": b'"finished": true',
    "login": b'"statusCode": 401',
}
_EVENTS = {
    "issue": "issue/standard",
    "introspect": "introspect/standard",
    "authorizer": "authorizer/http_v2",
    "revoke": "revoke/standard",
    "discovery": "discovery/server_metadata",
    "sweep": "sweep/scheduled",
    "login": "login/admin_json",
}
_CALLERS = {"issue": CLIENT, "introspect": SERVER, "revoke": CLIENT}


@dataclass(slots=True)
class Subject:
    """A function that is started over and over: what it needs, and what was seen of it."""

    python: Path
    folder: Path
    variables: Mapping[str, str]
    event: bytes
    expected: bytes
    parts: tuple[Part, ...] = ()
    before: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    answer: bytes = b""

    def start(self) -> float:
        """CPU seconds of one start, up to the first answer."""
        with started(self.python, self.folder, self.variables, subprocess.DEVNULL) as process:
            self.before.append(process.await_ready())
            answer = process.invoke(self.event)
            self.memory.append(process.peak_memory())
        if self.expected not in answer.body:
            raise RuntimeError(f"{self.folder} answered {answer.body!r}")
        self.answer = answer.body
        return answer.cpu

    def imports(self) -> dict[str, float]:
        """Seconds of one start by package."""
        profiled = {**self.variables, "PYTHONPROFILEIMPORTTIME": "1"}
        with TemporaryFile() as output:
            with started(self.python, self.folder, profiled, output) as process:
                process.invoke(self.event)
            output.seek(0)
            return by_package(output.read().decode(errors="replace"))


def measure(scale: Scale) -> Section:
    """Start every function, ours and the reference's, in turns."""
    with world(SigningAlgorithm="RS256") as here:
        ours = _ours(here)
        theirs = _theirs(reference_world(here), here)
        subjects = {_NOTHING: _nothing(here), **ours, **theirs}
        issue = ours["issue"]
        check_interpreter(here.python, issue.variables, here.place)
        compiled = bytecode(here.place)
        found = in_turns(
            _ROUNDS[scale], {name: subject.start for name, subject in subjects.items()}
        )
        imports = _imports(issue, theirs[_reference("issue")])
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


def _reference(name: str, *, compiled: bool = False) -> str:
    return f"reference: {name}{', compiled' if compiled else ''}"


def _subject(here: World, name: str, token: str) -> Subject:
    part = here.part(name)
    return Subject(
        here.python,
        part.folder,
        here.variables(name, part.folder),
        event(_EVENTS[name], _CALLERS.get(name), token),
        _ANSWERS[name],
        (here.layer, part),
    )


def _ours(here: World) -> dict[str, Subject]:
    token, other = here.issue_token(), here.issue_token()
    names = (*_COMPARED, *_OTHERS)
    subjects = {name: _subject(here, name, other if name == "revoke" else token) for name in names}
    authorizer = subjects["authorizer"]
    if _CHOICE in authorizer.variables:
        changed = _subject(here, "authorizer", token)
        changed.variables = {**changed.variables, _CHOICE: "signature"}
        subjects[_SIGNATURES] = changed
    return subjects


def _theirs(reference: ReferenceWorld, here: World) -> dict[str, Subject]:
    subjects: dict[str, Subject] = {}
    token = ""
    for name in _COMPARED:
        for compiled in (False, True):
            place = here.place / f"reference-{name}-{compiled}"
            part = reference.part(name, place, compiled=compiled)
            subject = Subject(
                here.python,
                part.folder,
                reference.variables(name, part.folder),
                event(_EVENTS[name], _CALLERS.get(name), token),
                _ANSWERS[name],
                (part,),
            )
            subjects[_reference(name, compiled=compiled)] = subject
        if name == "issue":
            subject.start()
            token = json.loads(json.loads(subject.answer)["body"])["access_token"]
            subject.before.clear()
            subject.memory.clear()
    return subjects


def _nothing(here: World) -> Subject:
    folder = here.place / "nothing"
    folder.mkdir()
    (folder / "handler.py").write_text("lambda_handler = lambda event, context: 'done'\n", "utf-8")
    return Subject(here.python, folder, lambda_environment("nothing", folder, None), b"{}", b"done")


def _bars(found: Mapping[str, list[float]]) -> list[Bar]:
    bounds = {
        "issue": ("issue", 0.28, 0.20),
        "introspect": ("introspect", 0.28, 0.20),
        "authorizer": ("authorizer", 0.25, None),
        _SIGNATURES: ("authorizer", 0.12, None),
    }
    bars = []
    for name, (reference, bound, aim) in bounds.items():
        if name in found:
            spread = ratio(found[name], found[_reference(reference)])
            title = f"cold start of {name}, of the reference's"
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
            if (other := _reference(against, compiled=compiled)) in found and other != name
            else ""
            for compiled in (False, True)
        ]
        first = _reference("issue")
        ratios.append(ratio(found[name], found[first]).text() if name != first else "")
        sizes = [
            sum(getattr(part, size) for part in subject.parts) / _MEGABYTE
            for size in ("zipped", "unzipped")
        ]
        rows.append(
            [
                name,
                Spread.of(found[name]).text(3),
                f"{median(subject.before):.3f}",
                *ratios,
                f"{median(subject.memory) / _MEGABYTE:.0f}",
                " / ".join(f"{size:.1f}" for size in sizes) if subject.parts else "",
            ]
        )
    return table(head, rows)


def _imports(ours: Subject, reference: Subject) -> str:
    """The table of what importing takes, each figure the median of some starts."""
    columns = []
    for subject in (ours, reference):
        reports = [subject.imports() for _ in range(_IMPORT_ROUNDS)]
        shares = {name: median(one[name] for one in reports) for name in reports[0]}
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
it imports in turn (wall time, which profiling lengthens; the median of a few starts).
"""
