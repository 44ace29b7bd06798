"""CPU time of one `put_item` by each client that could be used, and of loading it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench.measure import Spread, in_turns, ratio
from bench.report import ROOT, Scale, table
from bench.runtime_api import lambda_environment
from bench.worker import Worker, worker
from bench.world import World

SDK = ROOT / ".run/venv-bench/lib/python3.13/site-packages"

_ROUNDS = {Scale.QUICK: 5, Scale.FULL: 15}
_NOTHING = "nothing"
_DEFAULT = "boto3_default"
# By their names in bench/measured/put_clients.py.
_NAMES = {
    _DEFAULT: "boto3's client, default settings",
    "boto3_tuned": "boto3's client, tuned",
    "boto3_resource": "boto3's resource",
    "botocore_default": "botocore's client",
    "pynamodb": "PynamoDB, its connection",
    "aiodynamo": "aiodynamo over aiohttp",
    "aws_sdk": "aws-sdk-dynamodb, boto3's successor in preview",
    "urllib3_signed": "urllib3, signed by botocore",
    "crt_signed": "http.client, signed by awscrt",
    "http_signed": "http.client, signature written out",
    "socket_signed": "a socket, request in one piece, signature written out",
    "own": "the functions' own client",
}


def compare(here: World, scale: Scale) -> str:
    """A table of all clients, against the world's store, and what it is about."""
    record = here.store.client().scan(TableName="TokensTable")["Items"][0]
    setup = {"table": "TokensTable", "record": record}
    clients = _Clients(here, setup)
    starts = in_turns(_ROUNDS[scale], {name: clients.starter(name) for name in (_NOTHING, *_NAMES)})
    with ExitStack() as running:
        workers = {name: running.enter_context(clients.start(name)) for name in _NAMES}
        calls = in_turns(
            _ROUNDS[scale],
            {name: partial(one.call, "put_item") for name, one in workers.items()},
        )
    rows = []
    for name, title in _NAMES.items():
        loading = [one - none for one, none in zip(starts[name], starts[_NOTHING], strict=True)]
        rows.append(
            [
                title,
                Spread.of(calls[name]).text(3, scale=1000),
                ratio(calls[name], calls[_DEFAULT]).text(),
                Spread.of(loading).text(0, scale=1000),
            ]
        )
    head = ["Client", "CPU of one put_item, ms", "of boto3's", "CPU of loading it, ms"]
    return "\n\n".join([_PROSE.strip(), table(head, rows)])


class _Clients:
    """Starts a process with one client."""

    def __init__(self, here: World, setup: object) -> None:
        self._python = here.python
        self._setup = setup
        cache = here.place / "bytecode"
        self._variables: Mapping[str, str] = {
            **lambda_environment("client", Path(os.sep), None),
            **here.endpoints,
            "PYTHONPATH": f"{SDK}{os.pathsep}{ROOT / 'layers/shared'}",
            # Loading is compared as of packages with bytecode, which the first round leaves here.
            "PYTHONPYCACHEPREFIX": str(cache),
            "PYTHONDONTWRITEBYTECODE": "",
        }

    @contextmanager
    def start(self, name: str) -> Iterator[Worker]:
        """A process with this client."""
        with worker(self._python, "put_clients", self._setup, self._variables, name) as one:
            yield one

    def starter(self, name: str) -> Callable[[], float]:
        """CPU seconds to have this client, the interpreter included, each time it is called."""

        def ready() -> float:
            with self.start(name) as one:
                return one.ready

        return ready


_PROSE = """
One `put_item` of the same record by each client that could be used, each in a process of its own
against the same store. Loading is importing it and making a client, with bytecode there, without
the interpreter itself.
"""
