"""What each kind of call reads and writes, in the units that DynamoDB bills."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import fill

from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.limits import HOUR
from token_service.domain.location import DEFAULT_LAYOUT, hour_of
from token_service.domain.sweep import SETTLING
from token_service.store.tokens import size
from token_service.system import now

from bench.meter import Use
from bench.metered_world import (
    OPAQUE,
    UNRECORDED,
    Counted,
    MeteredWorld,
    client_administration,
    metered_world,
)
from bench.records import put_all, records
from bench.report import Bar, Scale, Section, table
from bench.runtime_api import started
from bench.world import CLIENT, SERVER, event

_SWEPT = {Scale.QUICK: 10_000, Scale.FULL: 100_000}
_SWEEP_SECONDS = 600.0
_EVENTS = 4
_RATE_LIMIT = 100


def measure(scale: Scale) -> Section:
    """Count what each kind of event uses, and set the bars."""
    with metered_world() as world:
        counted = {name: count(world) for name, count in FLOWS.items()}
        swept = sweep(world, _SWEPT[scale])
        changes = [(name, *change(world, act)) for name, act in CHANGES]
    return Section("units", "Reads and writes", text(counted, swept, changes), bars(counted, swept))


def issue(world: MeteredWorld, caller: tuple[str, str], held_seconds: int = 0) -> Counted:
    """Tokens of a client that is held for so long."""
    events = [event("issue/standard", caller)] * _EVENTS
    return world.count("issue", events, OwnerCacheSeconds=str(held_seconds))


def introspect(world: MeteredWorld, token: str) -> Counted:
    """One token over and over, asked for by a resource server."""
    return world.count("introspect", [event("introspect/standard", SERVER, token)] * _EVENTS)


def authorize(world: MeteredWorld, caller: tuple[str, str], **parameters: str) -> Counted:
    """One token over and over, before an HTTP API."""
    [token] = world.tokens(caller, 1)
    events = [event("authorizer/http_v2", None, token)] * _EVENTS
    return world.count("authorizer", events, **parameters)


def revoke(world: MeteredWorld, caller: tuple[str, str]) -> Counted:
    """One token after the other."""
    tokens = world.tokens(caller, _EVENTS)
    return world.count("revoke", [event("revoke/standard", caller, token) for token in tokens])


FLOWS: dict[str, Callable[[MeteredWorld], Counted]] = {
    "Issue a JWT": lambda world: issue(world, CLIENT),
    "Issue a JWT, its client held": lambda world: issue(world, CLIENT, 60),
    "Issue an opaque token": lambda world: issue(world, OPAQUE),
    "Issue a JWT without a record": lambda world: issue(world, UNRECORDED),
    "Issue a JWT without a record, its client held": lambda world: issue(world, UNRECORDED, 60),
    "Introspect a JWT": lambda world: introspect(world, *world.tokens(CLIENT, 1)),
    "Introspect an opaque token": lambda world: introspect(world, *world.tokens(OPAQUE, 1)),
    "Introspect no token: the caller alone": lambda world: introspect(world, "no-token"),
    "Authorize a JWT": lambda world: authorize(world, CLIENT),
    "Authorize an opaque token": lambda world: authorize(world, OPAQUE),
    "Authorize a JWT without a record": lambda world: authorize(world, UNRECORDED),
    "Authorize a JWT, its client held": lambda world: authorize(
        world, CLIENT, VerifierHoldSeconds="60"
    ),
    "Revoke a JWT": lambda world: revoke(world, CLIENT),
    "Revoke an opaque token": lambda world: revoke(world, OPAQUE),
    "Revoke a JWT without a record": lambda world: revoke(world, UNRECORDED),
    "Log a customer in": lambda world: world.count(
        "login", [event("login/customer_json")] * _EVENTS
    ),
}


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep used for an hour with so many tokens (bytes a record), and for an empty one."""

    tokens: int
    record_bytes: int
    use: Use
    empty: Use


def sweep(world: MeteredWorld, tokens: int) -> Swept:
    """Have the sweeping function delete one hour's tokens, and then pass an empty hour."""
    hour = hour_of(now() - SETTLING) - 1
    expired = list(records(tokens, hour, DEFAULT_LAYOUT))
    put_all(world.world.store.endpoint, expired)
    return Swept(
        tokens,
        size(expired[0]),
        use=_run_sweep(world, hour, tokens),
        empty=_run_sweep(world, hour, 0),
    )


def _run_sweep(world: MeteredWorld, since: int, tokens: int) -> Use:
    """One run that begins at an hour, as in a deployment made then; it must find so many tokens."""
    world.store.delete_item(
        TableName="TokensTable", Key={"bucket": {"S": "sweep"}, "handle": {"S": "checkpoint"}}
    )
    deployed = world.world
    folder = deployed.part("sweep").folder
    variables = deployed.variables("sweep", folder) | {"TOKENS_SINCE": str(since * HOUR)}
    with started(deployed.python, folder, variables, world.log) as process:
        process.await_ready()
        world.meter.read()
        result = json.loads(process.invoke(event("sweep/scheduled"), seconds=_SWEEP_SECONDS).body)
    use = world.meter.read()
    if (result["tokens"], result["hours"], result["finished"]) != (tokens, 1, True):
        raise RuntimeError(f"not the sweep that was to be counted: {result}")
    return use


_KEY = NewClient("Order import", id="bench-key", reserved_rate_limit=20)
CHANGES: tuple[tuple[str, Callable[[ClientAdministration], object]], ...] = (
    ("Create a client", lambda clients: clients.create(NewClient("New", id="bench-new"))),
    ("Change its scopes", lambda clients: clients.update("bench-new", scopes=("orders:read",))),
    ("Change its end", lambda clients: clients.update("bench-new", expires_at=now() + HOUR)),
    ("Delete it", lambda clients: clients.delete("bench-new")),
    ("Create a key that reserves a rate", lambda clients: clients.create(_KEY)),
    ("Delete that key", lambda clients: clients.delete("bench-key")),
)


def change(world: MeteredWorld, act: Callable[[ClientAdministration], object]) -> tuple[Use, int]:
    """What an operator's act uses action by action, and how many of the writes are transacted."""
    store = world.store
    world.meter.read()
    act(client_administration(store, _RATE_LIMIT))
    return world.meter.read(), store.transacted.total()


def bars(counted: dict[str, Counted], swept: Swept) -> tuple[Bar, ...]:
    """The bounds that are promised."""
    fresh, held = counted["Issue a JWT"].further, counted["Issue a JWT, its client held"].further
    caller = counted["Introspect no token: the caller alone"].further
    asked = {form: counted[f"Introspect {form}"].further for form in ("a JWT", "an opaque token")}
    passed = {form: counted[f"Authorize {form}"].further for form in ("a JWT", "an opaque token")}
    return (
        Bar("Issue: writes", fresh.writes, 1),
        Bar("Issue: reads", fresh.reads, 1),
        Bar("Issue, client held: writes", held.writes, 1),
        Bar("Issue, client held: reads", held.reads, 0),
        *(
            Bar(f"Introspect {form}: reads of it and its owner", use.reads - caller.reads, 2)
            for form, use in asked.items()
        ),
        Bar(
            "Introspect a JWT: round trips, its caller's included", asked["a JWT"].calls.total(), 1
        ),
        *(Bar(f"Authorize {form}: reads", use.reads, 2) for form, use in passed.items()),
        Bar("Authorize a JWT: round trips", passed["a JWT"].calls.total(), 1),
        *(
            Bar(f"Revoke {form}: writes", counted[f"Revoke {form}"].further.writes, 1)
            for form in ("a JWT", "an opaque token")
        ),
        Bar("Sweep: writes per expired token", swept.use.writes / swept.tokens, 1.02),
        Bar("Sweep: reads per expired token", swept.use.reads / swept.tokens, 0.15),
    )


_METER = """
Counted by dynalite, through the functions as they are built, one event at a time: tokens of
clients with one scope or two. What is billed and dynalite leaves out is added: a write that its own
condition refuses, and a query that finds nothing. Units, strongly consistent wherever a check hangs
on them: a read is 4 KB, a write 1 KB. No table has an index.
"""
_NOTES = """
An introspection reads its caller too, who must prove itself, in the same round trip; the
authorizer has no caller. The first event of a new environment reads the public keys (verifiers
only, and again every five minutes) and notes that a client is used: one write for each client, hour
and environment, also where another environment has just noted the same, since a refused write is
billed. A held client is read again when it has been held for so long as `OwnerCacheSeconds` (where
tokens are issued) or `VerifierHoldSeconds` says; tokens without a record are those of clients with
`recorded: false`. A login counts the attempt
before the password is looked at and forgets it afterwards: two writes besides the token's.
"""
_PAPER = """
dynalite knows no transactions. What the store writes in one was done action by action, and each
action counts two units per KB here, as AWS bills it.
"""


def text(counted: dict[str, Counted], swept: Swept, changes: list[tuple[str, Use, int]]) -> str:
    """All that was counted, in words and tables."""
    rows = [
        [name, *_units(one.further), _calls(one.further), *_units(one.first)]
        for name, one in counted.items()
    ]
    billed = [
        [name, f"{use.reads:g}", f"{use.writes + transacted:g}", str(transacted)]
        for name, use, transacted in changes
    ]
    parts = [
        _METER,
        table(
            ["Event", "reads", "writes", "calls", "reads, first event", "writes, first event"], rows
        ),
        _NOTES,
        _told(swept),
        _PAPER,
        table(["An operator's act", "reads", "writes", "actions in a transaction"], billed),
    ]
    return "\n\n".join(part.strip() for part in parts)


def _told(swept: Swept) -> str:
    reads, writes = (f"{used / swept.tokens:.4f}" for used in (swept.use.reads, swept.use.writes))
    told = (
        f"Sweeping an hour with {swept.tokens:,} expired tokens, records of {swept.record_bytes} "
        f"bytes: {reads} reads and {writes} writes a token, in {_calls(swept.use)}. "
        f"Passing an hour without any: {swept.empty.reads:g} reads, one for each shard and one for "
        "the checkpoint. Records close to their limit of 1 KB would take a quarter of a read each."
    )
    return fill(told, width=100)


def _units(use: Use) -> list[str]:
    return [f"{use.reads:g}", f"{use.writes:g}"]


def _calls(use: Use) -> str:
    return ", ".join(f"{number:,} {operation}" for operation, number in sorted(use.calls.items()))
