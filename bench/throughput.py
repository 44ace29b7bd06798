"""CPU seconds of the process that issues tokens, beside those of other servers for the same."""

import base64
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.bill import MILLION, Setup
from bench.issuers import (
    FAST,
    OIDC_PROVIDER,
    OIDC_PROVIDER_READING,
    OURS,
    SAMPLED_EVERY,
    Issuer,
    issuers_of,
    on_core,
)
from bench.load import CONNECTIONS
from bench.measure import Spread, in_turns, ratio
from bench.meter import Meter, Use
from bench.prices import read_prices
from bench.report import Scale, Section, table
from bench.rival_servers import Task, make_table
from bench.world import CLIENT, ISSUER, SCOPES, world
from local.loopback import serving

ALGORITHMS = ("RS256", "ES256")
_OURS = (OURS, FAST)
_COUNTED = 20  # tokens whose reads and writes are counted
# V8 compiles what is hot in steps, the last of them after thousands of requests.
_WARM_UP = {OIDC_PROVIDER: 6000, OIDC_PROVIDER_READING: 6000}
_WARM_UP_OTHERS = 300

_WORTH = """
What the difference is worth: CPU time that this service needs more for a token (less, if negative),
and the dollars that a million tokens cost more for it on Lambda, by the list price of arm64.
"""
_EXPLAINED = f"""\
Each server's process runs alone on one core; dynalite and what asks are on the other. CPU time is
user and system, of all its threads. A token is asked for with `client_credentials`, HTTP Basic and
one scope; it is a JWT (`at+jwt`) of the same algorithm and key size in every answer, and each
server has put a record of it into the same engine before it answers. Reads and writes are units for
a token, as the engine counted them over {_COUNTED}. Ratios are of interleaved rounds, after
{_WARM_UP_OTHERS} tokens to warm up, {max(_WARM_UP.values())} for V8.

- **This service**: the package as `sam build` leaves it under Lambda's own runtime client, with the
  defaults of `template.yaml`: it reads the client for every token, and logs a line and a count.
  Set for speed, as `docs/concepts.md` has it, it holds the client for a minute and logs the count
  alone. Either way it traces one event in {SAMPLED_EVERY}, the rate of active tracing. Its HTTP
  server is API Gateway: what stands where the others parse HTTP is the client's polling of the
  runtime API, two requests and the event's JSON. It handles one event at a time, as in Lambda. Once
  an hour it also notes that the client was used, which no row shows.
- **oidc-provider** (npm): `NODE_ENV=production` on plain `node:http`, JWT access tokens by resource
  indicators, and an adapter over `@aws-sdk/client-dynamodb` with connections kept alive and
  `cacheMiddleware`. It keeps no record of a JWT by itself: a middleware after it puts one, as its
  documentation has middlewares. With its client in its configuration it reads nothing, the fastest
  of what it documents, though such a client can be neither disabled nor given another secret while
  the server runs. In the other row its adapter reads the client for every token, as this service
  does by default. {CONNECTIONS} connections ask at once.
- **Authlib** on Flask under gunicorn: one `gthread` worker of one thread, which keeps connections
  alive and is no slower than `sync`, `JWTBearerTokenGenerator` with its key imported once, and a
  boto3 client that does not validate its input. It reads the client and puts a record with the
  token in it, as its documentation saves tokens. {CONNECTIONS} connections ask at once.

Neither of them logs, counts or traces anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds are counted, and how many tokens each subject issues in one."""

    rounds: int
    tokens: int


PLANS = {Scale.QUICK: Plan(9, 150), Scale.FULL: Plan(30, 500)}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found under one algorithm, by subject; CPU seconds for 1,000 tokens, by round."""

    algorithm: str
    seconds: Mapping[str, list[float]]
    uses: Mapping[str, Use]

    def ratio(self, rival: str, ours: str) -> Spread:
        """Ours over a rival's."""
        return ratio(self.seconds[ours], self.seconds[rival])


def measure(scale: Scale) -> Section:
    """CPU of an issued token, against oidc-provider and Authlib on the same store."""
    found = [_measured(algorithm, PLANS[scale]) for algorithm in ALGORITHMS]
    return Section("throughput", "Throughput", text(found))


def text(found: list[Found]) -> str:
    """The figures, and what was measured."""
    head = ["", "CPU s", *(f"{name} over it" for name in _OURS), "reads", "writes", "calls"]
    parts = [
        f"{one.algorithm}, CPU seconds of the service's process for 1,000 tokens:\n\n"
        + table(head, [_row(one, name) for name in one.seconds])
        for one in found
    ]
    return "\n\n".join([*parts, _WORTH.strip(), _worth(found), _EXPLAINED])


def dollars(cpu: float) -> float:
    """What CPU time (seconds a token) costs for a million tokens on Lambda.

    The same at any memory size up to a whole processor: less memory makes a call longer.
    """
    gigabytes = Setup().mb_per_cpu / 1024
    return read_prices().of("lambda_gb_second", cpu * MILLION * gigabytes)


def _worth(found: list[Found]) -> str:
    rows = []
    for name in found[0].seconds:
        cells = []
        for one in found:
            more = Spread.of(one.seconds[OURS]).middle - Spread.of(one.seconds[name]).middle
            cost = math.copysign(dollars(abs(more) / 1000), more)
            cells.append(f"{more:+.2f} ms, {cost:+.3f}")
        if name != OURS:
            rows.append([name, *cells])
    return table(["This service at its defaults, against", *(one.algorithm for one in found)], rows)


def _row(one: Found, name: str) -> list[str]:
    use = one.uses[name]
    calls = ", ".join(f"{call} {_per_token(count)}" for call, count in sorted(use.calls.items()))
    return [
        name,
        Spread.of(one.seconds[name]).text(),
        *("" if name == ours else one.ratio(name, ours).text() for ours in _OURS),
        _per_token(use.reads),
        _per_token(use.writes),
        calls,
    ]


def _per_token(count: float) -> str:
    return f"{count / _COUNTED:g}"


def header_and_signature(answer: bytes) -> tuple[dict[str, object], int]:
    """The header of the JWT in a token endpoint's answer, and the bytes of its signature."""
    header, _, signature = json.loads(answer)["access_token"].split(".")
    return json.loads(_decoded(header)), len(_decoded(signature))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _measured(algorithm: str, plan: Plan) -> Found:
    cores = sorted(os.sched_getaffinity(0))
    # The store, the driver and whatever else there is on one core, the service alone on the other.
    with (
        on_core(cores[0]),
        world(core=cores[0], SigningAlgorithm=algorithm) as deployed,
        serving(Meter(deployed.store.endpoint)) as meter,
    ):
        task = Task.of(CLIENT, SCOPES, ISSUER, algorithm)
        make_table(deployed.store.client(), task)
        uses = {}
        with issuers_of(deployed, task, meter.endpoint, cores[-1]) as issuers:
            signatures = set()
            for name, issuer in issuers.items():
                header, size = header_and_signature(issuer.issue(1))
                signatures.add((header["alg"], header["typ"], size))
                meter.read()
                issuer.issue(_COUNTED)
                uses[name] = meter.read()
            if len(signatures) > 1:
                raise RuntimeError(f"not the same kind of token: {signatures}")
        with issuers_of(deployed, task, deployed.store.endpoint, cores[-1]) as issuers:
            for name, issuer in issuers.items():
                issuer.issue(_WARM_UP.get(name, _WARM_UP_OTHERS))
            subjects = {name: _round(issuer, plan) for name, issuer in issuers.items()}
            return Found(algorithm, in_turns(plan.rounds, subjects), uses)


def _round(issuer: Issuer, plan: Plan) -> Callable[[], float]:
    return lambda: issuer.cpu(plan.tokens)
