"""What functions under measurement stand on: a store, a secret, keys, clients, and their package.

DynamoDB is dynalite, everything else the local AWS emulator, each a process of its own and spoken
to by plain HTTP: what TLS costs is in no figure. All is as deployed: the package that `sam build`
leaves, the variables that template.yaml gives, keys by the function that makes them.
"""

import base64
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import boto3
from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.model import Client, Introspection
from token_service.store.client_items import client_to_item
from token_service.system import now

from bench.dynalite import Dynalite, dynalite
from bench.package import Part, sam_build, unpack
from bench.report import ROOT
from bench.runtime_api import (
    REGION,
    FunctionProcess,
    interpreter,
    lambda_environment,
    started,
)
from bench.template import Template
from local.aws import LocalAws

if TYPE_CHECKING:
    from token_service.domain.ports import Registry
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient

ISSUER = "https://auth.example.test"
CLIENT = ("bench-client", "bench-secret-bench-secret-bench-secret-0001")
SERVER = ("bench-resource-server", "bench-secret-bench-secret-bench-secret-0002")
SCOPES = ("orders:read", "orders:write")

_PLACEHOLDER = "REPLACE-WITH-A-TOKEN"


@dataclass(frozen=True, slots=True)
class World:
    """A deployment without AWS. Its client may ask for tokens, its server may introspect them."""

    store: Dynalite
    endpoints: Mapping[str, str]
    python: Path
    layer: Part
    place: Path
    template: Template

    def part(self, name: str) -> Part:
        """The package of a function, by its folder's name, unpacked."""
        built = self.template.function(logical_id(name)).folder
        return unpack(built, Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.place)) / "task")

    def variables(self, name: str, folder: Path, **parameters: str) -> dict[str, str]:
        """All that a function sees; `parameters` of the template in place of the world's."""
        declared = self.template.with_parameters(**parameters).function(logical_id(name))
        return {
            **lambda_environment(name, folder, self.layer.folder / "python"),
            **self.endpoints,
            **declared.variables,
            "_HANDLER": declared.handler,
        }

    @contextmanager
    def function(
        self, name: str, output: BinaryIO | int, **parameters: str
    ) -> Iterator[FunctionProcess]:
        """A function's process, its package unpacked afresh; what it logs goes to `output`."""
        folder = self.part(name).folder
        with started(
            self.python, folder, self.variables(name, folder, **parameters), output
        ) as process:
            yield process

    def issue_token(self) -> str:
        """A token of the client, by the function that issues."""
        answer = self._invoke("issue", event("issue/standard", CLIENT))
        token: str = json.loads(answer["body"])["access_token"]
        return token

    def signing_key(self) -> dict[str, str]:
        """The private key that signs: `kid`, `alg` and `pem`."""
        secret = secrets_manager(self.endpoints["AWS_ENDPOINT_URL"]).get_secret_value(
            SecretId="SigningSecret"
        )
        key: dict[str, str] = json.loads(secret["SecretString"])["current"]
        return key

    def make_keys(self) -> None:
        """Have a key that signs, by the function that makes them."""
        self._invoke("rotate_keys", event("rotate_keys/scheduled"))

    def make_clients(self) -> None:
        """Keep the client and the server, as the service's administration makes them."""
        registry = cast("Registry[Client]", _Put(self.store.client()))
        administration = ClientAdministration(registry, now, token_bytes)
        (client, secret), (server, server_secret) = CLIENT, SERVER
        administration.create(NewClient("Client", id=client, secret=secret, scopes=SCOPES))
        administration.create(
            NewClient("Server", id=server, secret=server_secret, introspection=Introspection.ANY)
        )

    def _invoke(self, name: str, content: bytes) -> dict[str, Any]:
        with (self.place / "log").open("ab") as log, self.function(name, log) as process:
            answer: dict[str, Any] = json.loads(process.invoke(content).body)
        if answer.get("statusCode", 200) != 200:  # noqa: PLR2004 - HTTP's own number
            raise RuntimeError(f"{name} answered {answer}")
        return answer


@contextmanager
def world(*, core: int | None = None, **parameters: str) -> Iterator[World]:
    """A world with `parameters` of template.yaml, gone at the end; the store on `core` if given."""
    given = {"Issuer": ISSUER, **parameters}
    built = sam_build(ROOT / "template.yaml", "service", given)
    template = Template(built, given, {"SigningKeys.Since": str(now())})
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        dynalite(core=core) as store,
        _secrets(Path(scratch)) as endpoint,
    ):
        place = Path(scratch)
        deployed = World(
            store=store,
            endpoints={"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_DYNAMODB": store.endpoint},
            python=interpreter(place / "python"),
            layer=unpack(template.layer("SharedLayer"), place / "opt"),
            place=place,
            template=template,
        )
        deployed.make_keys()
        deployed.make_clients()
        yield deployed


def logical_id(name: str) -> str:
    """A function's name in the template, from its folder's."""
    return f"{name.title().replace('_', '')}Function"


def event(name: str, caller: tuple[str, str] | None = None, token: str = "") -> bytes:
    """An event of events/, with a token in its place and a caller's credentials (HTTP Basic)."""
    text = (ROOT / "events" / f"{name}.json").read_text("utf-8").replace(_PLACEHOLDER, token)
    content = json.loads(text)
    if caller:
        content["headers"]["authorization"] = basic(*caller)
    return json.dumps(content, separators=(",", ":")).encode()


def basic(name: str, password: str) -> str:
    """An Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def secrets_manager(endpoint: str) -> "SecretsManagerClient":
    """A client of the emulator's Secrets Manager, which checks no signature."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",  # noqa: S106 - see above
    )


@contextmanager
def _secrets(scratch: Path) -> Iterator[str]:
    """The emulator's address, its secrets there as template.yaml names them."""
    state = scratch / "emulator"
    (state / "logs").mkdir(parents=True)
    with LocalAws(0, state) as aws:
        manager = secrets_manager(aws.endpoint_url)
        # The emulator has no secret without a value; this one says that no key was made yet.
        manager.create_secret(Name="SigningSecret", SecretString="{}")
        manager.create_secret(Name="SealingSecret", SecretString="s" * 64)
        yield aws.endpoint_url


class _Put:
    """Keeps a new client by one plain write: dynalite has no transactions."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def create(self, owner: Client) -> None:
        """Keep it; nothing is listed, and no name is taken."""
        self._client.put_item(TableName="ClientsTable", Item=client_to_item(owner))
