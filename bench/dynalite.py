"""dynalite, the store engine of every benchmark, in a process of its own, with both tables.

It is DynamoDB's protocol over LevelDB, and counts capacity units as AWS bills them. It knows no
transactions, no TTL and no throttling.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import yaml
from botocore.config import Config

from bench.report import ROOT

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PROGRAM = ROOT / "bench/rivals/store.mjs"
REGION = "us-east-1"
TABLES = ("TokensTable", "ClientsTable")
"""Their names are their logical ids in template.yaml."""

_GRACE = 5.0  # seconds that it has to end after it was asked to
_OPTIONS: Mapping[str, object] = {"createTableMs": 0, "deleteTableMs": 0, "updateTableMs": 0}


@dataclass(frozen=True, slots=True)
class Dynalite:
    """A running engine: its address, and its process id for `cpu_seconds`."""

    endpoint: str
    pid: int

    def client(self) -> "DynamoDBClient":
        """A boto3 client of it, with as many connections as a sweep has threads at most."""
        return boto3.client(
            "dynamodb",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",  # noqa: S106 - dynalite checks no signature
            config=Config(max_pool_connections=32),
        )

    def environment(self) -> dict[str, str]:
        """What makes an AWS client of any language talk to it, DynamoDB alone."""
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
        }


@contextmanager
def dynalite(
    *, core: int | None = None, path: Path | None = None, delay_ms: int = 0
) -> Iterator[Dynalite]:
    """An engine that answers and has both tables; it ends with the context.

    It runs on one processor core alone if `core` is given. `path` is a folder of LevelDB files,
    whose tables and items stay; without it all is in memory. Every call waits for `delay_ms` first,
    as on its way through a network.
    """
    options = dict(_OPTIONS) | {"delayMs": delay_ms}
    if path is not None:
        options["path"] = str(path)
    with _running(core, options) as engine:
        create_tables(engine.client())
        yield engine


@contextmanager
def _running(core: int | None, options: Mapping[str, object]) -> Iterator[Dynalite]:
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("Node.js is needed: dynalite is a program of it")
    process = subprocess.Popen(  # noqa: S603 - a program of our own
        [node, PROGRAM, json.dumps(options)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        assert process.stdout
        port = process.stdout.readline().strip()  # it answers as soon as it says so
        if not port:
            raise RuntimeError("dynalite ended at its start")
        yield Dynalite(f"http://127.0.0.1:{port}", process.pid)
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe
        pipe.close()


def create_tables(client: "DynamoDBClient") -> None:
    """Both tables as template.yaml declares them, where they do not exist; they are ready."""
    existing = client.list_tables()["TableNames"]
    for name in TABLES:
        if name not in existing:
            client.create_table(TableName=name, **table_declaration(name))
        client.get_waiter("table_exists").wait(
            TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10}
        )


def table_declaration(name: str) -> dict[str, Any]:
    """Attributes, keys and billing of a table, read from template.yaml."""
    template = yaml.load((ROOT / "template.yaml").read_text("utf-8"), _KeysOnly)  # noqa: S506 - a SafeLoader
    properties = template["Resources"][name]["Properties"]
    return {key: properties[key] for key in ("AttributeDefinitions", "KeySchema", "BillingMode")}


class _KeysOnly(yaml.SafeLoader):
    """Reads a template without its intrinsic functions, which no key of a table is made by."""


_KeysOnly.add_multi_constructor("!", lambda *_: None)
