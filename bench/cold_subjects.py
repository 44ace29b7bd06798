"""The functions whose cold starts are measured: ours, the reference's, one that does nothing."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from bench.import_times import by_package
from bench.package import Part
from bench.reference_world import ReferenceWorld
from bench.runtime_api import FunctionProcess, lambda_environment, started
from bench.snap_start import Credentials
from bench.world import CLIENT, SERVER, World, event

COMPARED = ("issue", "introspect", "authorizer")
_OTHERS = ("revoke", "discovery", "sweep", "login")
NOTHING = "a function that does nothing"
# Part of each answer, so that no refusal is taken for work done. The person whom `login` is asked
# for does not exist: the answer comes late all the same, since it hides that.
_ANSWERS = {
    "issue": b"access_token",
    "introspect": rb"\"active\":true",
    "authorizer": b'"client_id": "bench-client"',
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
    init: list[float] = field(default_factory=list)
    first_event: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    answer: bytes = b""

    def start(self) -> float:
        """CPU seconds of one start, up to the first answer."""
        with started(self.python, self.folder, self.variables, subprocess.DEVNULL) as process:
            return self._first_event(process, process.await_ready())

    def restore(self, served: Credentials) -> float:
        """CPU seconds from the snapshot of one start to the first answer.

        Lambda would copy the process here. After-restore hooks are part of the first event.

        Raises:
            RuntimeError: it asked for credentials before its snapshot.

        """
        asked = served.asked
        variables = served.variables(self.variables)
        with started(self.python, self.folder, variables, subprocess.DEVNULL) as process:
            init = process.await_snapshot()
            if served.asked != asked:
                raise RuntimeError(f"{self.folder} asked for credentials before its snapshot")
            process.restore()
            return self._first_event(process, init) - init

    def _first_event(self, process: FunctionProcess, init: float) -> float:
        answer = process.invoke(self.event)
        self.init.append(init)
        self.first_event.append(answer.cpu - init)
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


def reference_name(name: str, *, compiled: bool = False) -> str:
    """What a function of the reference is called."""
    return f"reference: {name}{', compiled' if compiled else ''}"


def primed_name(name: str) -> str:
    """The name of a function in the table, started from a snapshot."""
    return f"{name}, restored"


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


def our_functions(here: World) -> dict[str, Subject]:
    """The service's functions by name."""
    token, revoked = here.issue_token(), here.issue_token()
    return {name: _subject(here, name, token) for name in COMPARED} | {
        name: _subject(here, name, revoked) for name in _OTHERS
    }


def primed_functions(here: World) -> dict[str, Subject]:
    """The functions that SnapStart is offered for, to be started by `Subject.restore`."""
    token = here.issue_token()
    return {primed_name(name): _subject(here, name, token) for name in COMPARED}


def reference_functions(reference: ReferenceWorld, here: World) -> dict[str, Subject]:
    """The reference's functions by name, each as it was built and with compiled bytecode."""
    subjects: dict[str, Subject] = {}
    token = ""
    for name in COMPARED:
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
            subjects[reference_name(name, compiled=compiled)] = subject
        if name == "issue":
            subject.start()
            token = json.loads(json.loads(subject.answer)["body"])["access_token"]
            subject.init.clear()
            subject.first_event.clear()
            subject.memory.clear()
    return subjects


def empty_function(here: World) -> Subject:
    """A function that imports nothing and answers at once."""
    folder = here.place / "nothing"
    folder.mkdir()
    (folder / "handler.py").write_text("lambda_handler = lambda event, context: 'done'\n", "utf-8")
    return Subject(here.python, folder, lambda_environment("nothing", folder, None), b"{}", b"done")
