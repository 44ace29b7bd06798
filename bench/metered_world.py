"""A world whose functions reach their store through the meter."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from secrets import token_bytes
from typing import TYPE_CHECKING, BinaryIO, cast

from token_service.domain.account_administration import AccountAdministration
from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.grants import TokenFormat
from token_service.domain.owners import OwnerKind
from token_service.domain.passwords import OWASP, PasswordHasher
from token_service.store.accounts import DynamoAccounts
from token_service.store.clients import DynamoClients
from token_service.store.login_failures import DynamoLoginFailures
from token_service.system import now, pause

from bench.meter import Meter, Use
from bench.one_by_one import OneByOne
from bench.runtime_api import FunctionProcess
from bench.world import SCOPES, World, event, world
from local.loopback import serving

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# Of opaque tokens, and of tokens without a record.
OPAQUE = ("bench-opaque-client", "bench-secret-bench-secret-bench-secret-0003")
UNRECORDED = ("bench-unrecorded-client", "bench-secret-bench-secret-bench-secret-0004")
# Whom events/login names.
CUSTOMER = ("demo@customer.example", "demo-password-0002")
_OK = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """What the first event of a new environment used, and what each further one did."""

    first: Use
    further: Use


@dataclass(frozen=True, slots=True)
class MeteredWorld:
    """Functions whose every call to the store is counted."""

    world: World
    meter: Meter
    log: BinaryIO

    @contextmanager
    def function(self, name: str, **parameters: str) -> Iterator[FunctionProcess]:
        """A function's process, nothing counted yet."""
        with self.world.function(name, self.log, **parameters) as process:
            process.await_ready()
            self.meter.read()
            yield process

    def count(self, name: str, events: Sequence[bytes], **parameters: str) -> Counted:
        """Hand at least two equal events to a new environment of a function."""
        uses = []
        with self.function(name, **parameters) as process:
            for one in events:
                check(process.invoke(one).body)
                uses.append(self.meter.read())
        first, second, *others = uses
        if any(other != second for other in others):
            raise RuntimeError(f"equal events of {name} differ in what they use: {uses}")
        return Counted(first, second)

    def tokens(self, caller: tuple[str, str], number: int) -> list[str]:
        """Tokens of a client, by the function that issues."""
        with self.function("issue") as process:
            answers = [process.invoke(event("issue/standard", caller)) for _ in range(number)]
        return [json.loads(json.loads(one.body)["body"])["access_token"] for one in answers]

    @property
    def store(self) -> OneByOne:
        """A client of the store, counted as the functions' are."""
        return OneByOne(replace(self.world.store, endpoint=self.meter.endpoint).client())


def check(body: bytes) -> None:
    """Only an answer that grants what was asked for is one to count.

    Raises:
        RuntimeError: it is a refusal.

    """
    answer = json.loads(body)
    if answer.get("statusCode", _OK) != _OK or not answer.get("isAuthorized", True):
        raise RuntimeError(f"refused: {answer}")


@contextmanager
def metered_world() -> Iterator[MeteredWorld]:
    """A world under a meter, with a customer and two clients more: see above."""
    with (
        world() as deployed,
        serving(Meter(deployed.store.endpoint)) as meter,
        tempfile.TemporaryFile() as log,
    ):
        endpoints = {**deployed.endpoints, "AWS_ENDPOINT_URL_DYNAMODB": meter.endpoint}
        under_meter = MeteredWorld(replace(deployed, endpoints=endpoints), meter, log)
        _make_clients(client_administration(under_meter.store))
        _make_customer(cast("DynamoDBClient", under_meter.store))
        yield under_meter


def client_administration(store: OneByOne, rate_limit: int = 0) -> ClientAdministration:
    """What an operator's tool works with; `rate_limit` is what all clients together may reserve."""
    clients = DynamoClients(cast("DynamoDBClient", store), "ClientsTable", pause, rate_limit)
    return ClientAdministration(clients, now, token_bytes)


def _make_clients(administration: ClientAdministration) -> None:
    (opaque, secret), (unrecorded, unrecorded_secret) = OPAQUE, UNRECORDED
    form = TokenFormat.OPAQUE
    administration.create(
        NewClient("Opaque", id=opaque, secret=secret, scopes=SCOPES, token_format=form)
    )
    administration.create(
        NewClient(
            "Unrecorded", id=unrecorded, secret=unrecorded_secret, scopes=SCOPES, recorded=False
        )
    )


def _make_customer(store: "DynamoDBClient") -> None:
    kind = OwnerKind.CUSTOMER
    AccountAdministration(
        accounts={kind: DynamoAccounts(store, "ClientsTable", pause, kind)},
        failures=DynamoLoginFailures(store, "TokensTable"),
        hasher=PasswordHasher(OWASP, token_bytes),
        now=now,
        random=token_bytes,
    ).create(kind, *CUSTOMER)
