"""Other programs that issue tokens, as servers of this machine: bench/rivals holds their sources.

Each signs JWT access tokens for one client that proves itself by HTTP Basic, keeps a record of
every token in DynamoDB, and prints and writes nothing else.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from bench.report import ROOT

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PATH = "/token"
"""Where they issue."""

TABLE = "Rivals"
_SOURCES = ROOT / "bench/rivals"
_GUNICORN = ROOT / ".run/venv-bench/bin/gunicorn"
_PATIENCE = 30.0  # seconds that a server has to answer first
_GRACE = 5.0  # seconds that a server has to end after it was asked to


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: host and port, and the id of the process that does the work."""

    address: str
    pid: int


@dataclass(frozen=True, slots=True)
class Task:
    """What a rival is to do: for which client, with which scopes and audience, under which key."""

    client_id: str
    client_secret: str
    scopes: Sequence[str]
    audience: str
    algorithm: str
    jwk: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        client: tuple[str, str],
        scopes: Sequence[str],
        audience: str,
        algorithm: str,
    ) -> "Task":
        """A task under a fresh key, of the kind and the size that this service makes."""
        jwk = (
            RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048), as_dict=True)
            if algorithm == "RS256"
            else ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
        )
        named = {**jwk, "kid": "bench", "alg": algorithm, "use": "sig"}
        named.pop("key_ops", None)
        return cls(*client, scopes, audience, algorithm, named)

    def metadata(self) -> dict[str, Any]:
        """The client as OpenID Connect's registration describes one."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "grant_types": ["client_credentials"],
            "redirect_uris": [],
            "response_types": [],
            "token_endpoint_auth_method": "client_secret_basic",
            "id_token_signed_response_alg": self.algorithm,
        }


def make_table(client: "DynamoDBClient", task: Task) -> None:
    """The table of the rivals, with the client as each of them reads it."""
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(
        TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    metadata = json.dumps(task.metadata())
    client.put_item(
        TableName=TABLE,
        Item={"id": {"S": f"Client:{task.client_id}"}, "payload": {"S": metadata}},
    )
    client.put_item(
        TableName=TABLE,
        Item={
            "id": {"S": f"client:{task.client_id}"},
            "client_id": {"S": task.client_id},
            "client_secret": {"S": task.client_secret},
            "scope": {"S": " ".join(task.scopes)},
            "grant_types": {"SS": ["client_credentials"]},
        },
    )


@contextmanager
def oidc_provider(
    task: Task, aws: Mapping[str, str], log: Path, *, stored: bool
) -> Iterator[Server]:
    """The npm package oidc-provider on plain node, its client in the table or in its configuration.

    `aws` are the variables that lead to the store; `log` takes what it complains of.
    """
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("Node.js is needed: oidc-provider is a program of it")
    configuration = {
        "table": TABLE,
        "client": task.metadata(),
        "scopes": task.scopes,
        "audience": task.audience,
        "algorithm": task.algorithm,
        "jwks": {"keys": [task.jwk]},
        "stored": stored,
    }
    with (
        log.open("ab") as complaints,
        subprocess.Popen(  # noqa: S603 - a program of our own
            [node, _SOURCES / "oidc_provider.mjs"],
            env={**_environment(configuration, aws), "NODE_ENV": "production"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"oidc-provider ended at its start: see {log}")
            yield Server(url.removeprefix("http://"), process.pid)
        finally:
            process.kill()


@contextmanager
def authlib_on_flask(task: Task, aws: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Authlib's authorization server under gunicorn, with one worker of one thread.

    That thread's CPU time is the service's; the process is the worker's. `aws` and `log` are as
    for oidc-provider.
    """
    configuration = {
        "table": TABLE,
        "issuer": "http://127.0.0.1",
        "audience": task.audience,
        "algorithm": task.algorithm,
        "jwk": task.jwk,
    }
    with (
        log.open("ab") as complaints,
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(  # noqa: S603 - of our own environment
            [
                *(_GUNICORN, "--workers=1", "--worker-class=gthread", "--threads=1"),
                *(f"--bind=fd://{listener.fileno()}", "--no-control-socket"),
                *("--log-level=warning", "authlib_flask:app"),
            ],
            cwd=_SOURCES,
            env=_environment(configuration, aws),
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
        ) as process,
    ):
        try:
            address = f"127.0.0.1:{listener.getsockname()[1]}"
            _await_answer(address)
            yield Server(address, _only_child(process.pid))
        finally:
            _end(process)


def _environment(configuration: Mapping[str, Any], aws: Mapping[str, str]) -> dict[str, str]:
    """All that a rival sees, so that no setting of the developer's slows it down."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **aws,
        "CONFIG": json.dumps(configuration),
    }


def _await_answer(address: str) -> None:
    connection = HTTPConnection(address, timeout=_PATIENCE)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    finally:
        connection.close()


def _only_child(pid: int) -> int:
    """The process that gunicorn has made to do the work."""
    [child] = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return int(child)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
