"""CPU time of a warm call through each handler, beside what no service can do without."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench import http_clients
from bench.cold_subjects import CHOICE, SIGNATURES
from bench.measure import Spread, in_turns, ratio
from bench.report import Bar, Scale, Section, table
from bench.runtime_api import lambda_environment
from bench.worker import Worker, worker
from bench.world import CLIENT, SERVER, World, event, world

ALGORITHMS = ("RS256", "ES256")
_ROUNDS = {Scale.QUICK: 7, Scale.FULL: 25}
_BOUND, _AIM = 1.25, 1.0
_BAD_BOUND = 0.2
_CACHED = "issue, owner cached"
_BAD = "{}, bad signature"
# What each needs at least, by the names of bench/measured/sdk_calls.py.
_FLOORS = {
    "issue": "get, put, sign",
    _CACHED: "put, sign",
    "introspect": "batch_get, verify",
    "authorize": "batch_get, verify",
}
_PARTS = ("sign", "verify")

type Found = Mapping[str, list[float]]


def measure(scale: Scale) -> Section:
    """Both algorithms one after the other, each in a world of its own; then the clients."""
    found: dict[str, Found] = {}
    for algorithm in ALGORITHMS:
        with world(SigningAlgorithm=algorithm) as here, _workers(here, algorithm) as workers:
            subjects = {name: partial(one.call, name) for name, one in workers.items()}
            found[algorithm] = in_turns(_ROUNDS[scale], subjects)
            if algorithm == ALGORITHMS[-1]:
                clients = http_clients.compare(here, scale)
    return Section(
        key="warm_path",
        title="Warm path",
        text="\n\n".join([_PROSE.strip(), _results(found), clients]),
        bars=tuple(bar for algorithm in ALGORITHMS for bar in _bars(algorithm, found[algorithm])),
    )


@contextmanager
def _workers(here: World, algorithm: str) -> Iterator[dict[str, Worker]]:
    """A process for each function and one for the SDK, by the names of their calls."""
    token = here.issue_token()
    good = {"token": token, "bad": break_signature(token)}
    with ExitStack() as running:

        def start(name: str, events: dict[str, Any], **changed: str) -> Worker:
            folder = here.part(name).folder
            variables = here.variables(name, folder)
            path = f"{folder}{os.pathsep}{variables['PYTHONPATH']}"
            variables = {**variables, "PYTHONPATH": path, **changed}
            return running.enter_context(worker(here.python, "handler_calls", events, variables))

        issue = _call("issue/standard", CLIENT, expected="access_token")
        issuing = start("issue", {"issue": issue})
        cached = start("issue", {_CACHED: issue}, OWNER_CACHE_SECONDS="60")
        introspecting = start(
            "introspect",
            _good_and_bad("introspect", "introspect/standard", good, r"\"active\":{}", SERVER),
        )
        authorizing = start(
            "authorizer",
            _good_and_bad("authorize", "authorizer/http_v2", good, '"active": "{}"'),
        )
        sdk = running.enter_context(_sdk(here, algorithm, token))
        functions = {
            "issue": issuing,
            _CACHED: cached,
            "introspect": introspecting,
            _BAD.format("introspect"): introspecting,
            "authorize": authorizing,
            _BAD.format("authorize"): authorizing,
        }
        if CHOICE in here.variables("authorizer", here.place):
            signatures = _call("authorizer/http_v2", None, token, expected='"active": "true"')
            choice = {CHOICE: "signature"}
            functions[SIGNATURES] = start("authorizer", {SIGNATURES: signatures}, **choice)
        yield functions | dict.fromkeys((*_FLOORS.values(), *_PARTS), sdk)


def break_signature(token: str) -> str:
    """The same token with one character of its signature changed, far from its end's padding."""
    signed, _, signature = token.rpartition(".")
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    return f"{signed}.{signature[:middle]}{other}{signature[middle + 1 :]}"


def _call(
    name: str, caller: tuple[str, str] | None, token: str = "", *, expected: str
) -> dict[str, Any]:
    return {"event": json.loads(event(name, caller, token)), "expected": expected}


def _good_and_bad(
    call: str,
    name: str,
    tokens: Mapping[str, str],
    expected: str,
    caller: tuple[str, str] | None = None,
) -> dict[str, Any]:
    return {
        call: _call(name, caller, tokens["token"], expected=expected.format("true")),
        _BAD.format(call): _call(name, caller, tokens["bad"], expected=expected.format("false")),
    }


@contextmanager
def _sdk(here: World, algorithm: str, token: str) -> Iterator[Worker]:
    """The SDK's process: the same interpreter, with boto3 and PyJWT and nothing of ours."""
    store = here.store.client()
    owners = store.scan(TableName="ClientsTable")["Items"]
    setup = {
        "algorithm": algorithm,
        "pem": here.signing_key()["pem"],
        "token": token,
        "clients": "ClientsTable",
        "tokens": "TokensTable",
        "client": next(item for item in owners if item.get("name") == {"S": "Client"}),
        "record": store.scan(TableName="TokensTable")["Items"][0],
    }
    variables = {**lambda_environment("sdk", Path(os.sep), None), **here.endpoints}
    variables["PYTHONPATH"] = str(http_clients.SDK)
    with worker(here.python, "sdk_calls", setup, variables) as one:
        yield one


def _bars(algorithm: str, found: Found) -> list[Bar]:
    bars = []
    for name, floor in _FLOORS.items():
        spread = ratio(found[name], found[floor])
        aim = _AIM if name in ("issue", _CACHED) else None
        title = f"{algorithm}: {name}, of {floor}"
        bars.append(Bar(title, spread.middle, _BOUND, spread.text(), aim))
    for name in ("introspect", "authorize"):
        spread = ratio(found[_BAD.format(name)], found[name])
        title = f"{algorithm}: {name} a bad signature, of a good one"
        bars.append(Bar(title, spread.middle, _BAD_BOUND, spread.text()))
    return bars


def _results(found: Mapping[str, Found]) -> str:
    names = list(dict.fromkeys(name for one in found.values() for name in one))
    rows = [
        [name, *(Spread.of(found[algorithm][name]).text(3, scale=1000) for algorithm in ALGORITHMS)]
        for name in names
    ]
    return table(["CPU of one call, ms", *ALGORITHMS], rows)


_PROSE = """
CPU time (user and system) of the calling process alone, by blocks of calls of at least 0.3 s that
take turns; the store runs beside it, on loopback by plain HTTP. A handler is called with the
package and the variables of its function in the same bare interpreter as above; X-Ray traces one
event in twenty, as by its default. The floor is what any service of the kind must do: one boto3
`get_item` and one `put_item` of the very items, the client with default settings, and one signature
of PyJWT with a key that is parsed already; for a check, one `batch_get_item` of record and owner
and one verification. Introspection reads one item more, its caller's, in the same call. A bad
signature is known after one verification, and nothing is read for it; but who introspects it must
prove itself all the same, which is one read. Beside a good token that costs a third of the floor,
and is bound to one and a quarter of it, they weigh what the lines above say.
"""
