"""What one warm call of each kind uses, measured through the functions as they are built.

Units and round trips are the meter's, log bytes are counted as the function writes them, CPU time
is the process's with Lambda's runtime client in it.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import median

from bench.bill import Usage
from bench.metered_world import OPAQUE, MeteredWorld
from bench.world import CLIENT, SERVER, event

_WARM = 5
_CALLS = 20
_ROUNDS = {"GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"}
# What tokenctl makes: 32 hexadecimal digits. The bench's client has a shorter name.
_ID = 32

type Events = Callable[[MeteredWorld], Callable[[], bytes]]


@dataclass(frozen=True, slots=True)
class Call:
    """A kind of call: the function, the parameters it is deployed with, and its events."""

    function: str
    events: Events
    parameters: Mapping[str, str]
    caller: tuple[str, str] = CLIENT


def _same(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _issued(caller: tuple[str, str]) -> Events:
    return lambda _: _same(event("issue/standard", caller))


def _introspected(caller: tuple[str, str]) -> Events:
    return lambda world: _same(event("introspect/standard", SERVER, *world.tokens(caller, 1)))


def _authorized(caller: tuple[str, str]) -> Events:
    return lambda world: _same(event("authorizer/http_v2", None, *world.tokens(caller, 1)))


def _revoked(world: MeteredWorld) -> Callable[[], bytes]:
    tokens = iter(world.tokens(CLIENT, _WARM + _CALLS))
    return lambda: event("revoke/standard", CLIENT, next(tokens))


ISSUE = "Issue a JWT"
ISSUE_HELD = "Issue a JWT, its client held"
ISSUE_OPAQUE = "Issue an opaque token"
ISSUE_UNLOGGED = "Issue a JWT, success not logged"
CALLS: Mapping[str, Call] = {
    ISSUE: Call("issue", _issued(CLIENT), {}),
    ISSUE_HELD: Call("issue", _issued(CLIENT), {"OwnerCacheSeconds": "60"}),
    ISSUE_OPAQUE: Call("issue", _issued(OPAQUE), {}, OPAQUE),
    "Introspect a JWT": Call("introspect", _introspected(CLIENT), {}, SERVER),
    "Introspect an opaque token": Call("introspect", _introspected(OPAQUE), {}, SERVER),
    "Authorize a JWT": Call("authorizer", _authorized(CLIENT), {}),
    "Authorize an opaque token": Call("authorizer", _authorized(OPAQUE), {}, OPAQUE),
    "Revoke a JWT": Call("revoke", _revoked, {}),
}
_UNLOGGED = Call("issue", _issued(CLIENT), {"SuccessLogSample": "0"})


def measure_usage(world: MeteredWorld) -> dict[str, Usage]:
    """One warm call of each kind; without its line, issuing differs in that alone."""
    usages = {name: _usage(world, call) for name, call in CALLS.items()}
    unlogged = _usage(world, _UNLOGGED)
    return {**usages, ISSUE_UNLOGGED: replace(usages[ISSUE], lines=unlogged.lines)}


def _usage(world: MeteredWorld, call: Call) -> Usage:
    next_event = call.events(world)
    with world.function(call.function, **call.parameters) as process:
        for _ in range(_WARM):
            cpu = process.invoke(next_event()).cpu
        world.meter.read()
        begun, spent = os.fstat(world.log.fileno()).st_size, []
        for _ in range(_CALLS):
            answer = process.invoke(next_event())
            spent.append(answer.cpu - cpu)
            cpu = answer.cpu
        used = world.meter.read()
    printed = os.pread(world.log.fileno(), 1 << 20, begun).decode().splitlines()
    lines, rest = divmod(len(printed), _CALLS)
    if rest:
        raise RuntimeError(f"{call.function} does not print as much at every call: {printed}")
    body = json.loads(answer.body).get("body", "")
    return Usage(
        cpu=median(spent),
        reads=used.reads / _CALLS,
        writes=used.writes / _CALLS,
        round_trips=sum(used.calls[name] for name in _ROUNDS) / _CALLS,
        lines=tuple(_as_deployed(line, call.caller[0]) for line in printed[-lines:] if lines),
        answer=len(body),
        through_api=call.function != "authorizer",
        reads_secret=call.function == "issue",
    )


def _as_deployed(line: str, client: str) -> int:
    """The bytes of a line, its client having an id as long as those that tokenctl makes."""
    return len(line.encode()) + line.count(f'"{client}"') * (_ID - len(client))
