"""CPU time of a warm call through each handler, beside the AWS calls and the signature it needs."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import Spread, in_turns, ratio
from bench.report import ROOT, Bar, Scale, Section, table
from bench.runtime_api import lambda_environment
from bench.worker import Worker, worker
from bench.world import CLIENT, SERVER, World, event, world

ALGORITHMS = ("RS256", "ES256")
_BARRED = "RS256"
_ROUNDS = {Scale.QUICK: 7, Scale.FULL: 25}
_SDK = ROOT / ".run/venv-bench/lib/python3.13/site-packages"
_ISSUE, _INTROSPECT, _AUTHORIZE = "issue", "introspect", "authorize"
# Floors and parts, by the names of bench/measured/sdk_calls.py.
_SIGNED, _VERIFIED = "get, put, sign", "batch_get, verify"
_PARTS = (_SIGNED, _VERIFIED, "sign", "verify")
# What each call needs at least, then bound and aim.
_FLOORS = {
    _ISSUE: (_SIGNED, 1.30, 1.15),
    _INTROSPECT: (_VERIFIED, 1.25, 1.10),
    _AUTHORIZE: (_VERIFIED, 1.25, 1.10),
}

type Found = Mapping[str, list[float]]


def measure(scale: Scale) -> Section:
    """Both algorithms one after the other, each in a world of its own."""
    found: dict[str, Found] = {}
    for algorithm in ALGORITHMS:
        with world(SigningAlgorithm=algorithm) as here, _workers(here, algorithm) as workers:
            subjects = {name: partial(one.call, name) for name, one in workers.items()}
            found[algorithm] = in_turns(_ROUNDS[scale], subjects)
    text = "\n\n".join([_PROSE.strip(), _results(found)])
    return Section("warm_path", "Warm path", text, _bars(found[_BARRED]))


@contextmanager
def _workers(here: World, algorithm: str) -> Iterator[dict[str, Worker]]:
    """A process for each function and one for the floor, by the names of their calls."""
    token = here.issue_token()
    with ExitStack() as running:

        def start(function: str, name: str, call: dict[str, Any]) -> Worker:
            folder = here.part(function).folder
            variables = here.variables(function, folder)
            path = f"{folder}{os.pathsep}{variables['PYTHONPATH']}"
            variables = {**variables, "PYTHONPATH": path}
            return running.enter_context(
                worker(here.python, "handler_calls", {name: call}, variables)
            )

        active = (r"\"active\":true", '"active": "true"')
        functions = {
            _ISSUE: start("issue", _ISSUE, _call("issue/standard", CLIENT, "", "access_token")),
            _INTROSPECT: start(
                "introspect", _INTROSPECT, _call("introspect/standard", SERVER, token, active[0])
            ),
            _AUTHORIZE: start(
                "authorizer", _AUTHORIZE, _call("authorizer/http_v2", None, token, active[1])
            ),
        }
        sdk = running.enter_context(_sdk(here, algorithm, token))
        yield functions | dict.fromkeys(_PARTS, sdk)


def _call(name: str, caller: tuple[str, str] | None, token: str, expected: str) -> dict[str, Any]:
    return {"event": json.loads(event(name, caller, token)), "expected": expected}


@contextmanager
def _sdk(here: World, algorithm: str, token: str) -> Iterator[Worker]:
    """The floor's process: the same interpreter, with boto3 and PyJWT and nothing of ours."""
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
    variables["PYTHONPATH"] = str(_SDK)
    with worker(here.python, "sdk_calls", setup, variables) as one:
        yield one


def _bars(found: Found) -> tuple[Bar, ...]:
    bars = []
    for name, (floor, bound, aim) in _FLOORS.items():
        spread = ratio(found[name], found[floor])
        bars.append(Bar(f"{_BARRED}: {name} / {floor}", spread.middle, bound, spread.text(), aim))
    return tuple(bars)


def _results(found: Mapping[str, Found]) -> str:
    rows = [
        [name, *(Spread.of(found[algorithm][name]).text(3, scale=1000) for algorithm in ALGORITHMS)]
        for name in (*_FLOORS, *_PARTS)
    ]
    rows += [
        [
            f"{name} / {floor}",
            *(
                ratio(found[algorithm][name], found[algorithm][floor]).text()
                for algorithm in ALGORITHMS
            ),
        ]
        for name, (floor, *_) in _FLOORS.items()
    ]
    return table(["CPU of one call, ms", *ALGORITHMS], rows)


_PROSE = """
CPU time (user and system) of the calling process alone, in interleaved blocks of at least 0.3 s.
The store runs beside it, on loopback over plain HTTP. A handler runs with its function's package
and variables in the same bare interpreter as above; X-Ray samples one event in twenty, its default.

The floor is what any such service must do. To issue: one boto3 `get_item` and one `put_item` of the
very items, by a client with default settings, and one PyJWT signature with a key that is parsed
already. To check: one `batch_get_item` of record and owner, and one verification. Introspection
reads one item more in the same request: its caller. ES256 is listed for information.
"""
