"""The processes whose CPU time for a token is compared: this service's function, and other servers.

All of them issue to the same client from the same store, on a core of their own.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from bench.load import Load
from bench.measure import cpu_seconds
from bench.rival_servers import PATH, Server, Task, authlib_on_flask, oidc_provider
from bench.runtime_api import FunctionProcess
from bench.world import CLIENT, World, basic, event

ASKED = b"grant_type=client_credentials&scope=orders%3Aread"
"""What every server is asked, and `events/issue/standard.json` holds."""

OURS = "this service"
FAST = "this service, set for speed"
OIDC_PROVIDER = "oidc-provider, the client in its configuration"
OIDC_PROVIDER_READING = "oidc-provider, the client read"
AUTHLIB = "Authlib on Flask, the client read"

# "Set for speed" in docs/concepts.md.
_FOR_SPEED = {"OwnerCacheSeconds": "60", "SuccessLogSample": "0"}
# X-Ray's default rule: one request a second, and 5 percent of the rest.
SAMPLED_EVERY = 20


@dataclass(frozen=True, slots=True)
class Issuer:
    """A process that issues: `issue` has it make so many tokens, and returns an answer (JSON).

    `prepare` is called before, and not measured.
    """

    pid: int
    issue: Callable[[int], bytes]
    prepare: Callable[[], None]

    def cpu(self, tokens: int) -> float:
        """CPU seconds for 1,000 tokens, as measured over these."""
        self.prepare()
        before = cpu_seconds(self.pid)
        self.issue(tokens)
        return (cpu_seconds(self.pid) - before) / tokens * 1000


@contextmanager
def issuers_of(
    deployed: World, task: Task, endpoint: str, core: int
) -> Iterator[dict[str, Issuer]]:
    """All subjects, running on that core with the store at this endpoint."""
    endpoints = {**deployed.endpoints, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
    ours = replace(deployed, endpoints=endpoints)
    rivals = {**deployed.store.environment(), "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
    log = deployed.place / "servers.log"
    with ExitStack() as running, (deployed.place / "issue.log").open("wb") as output:
        start = running.enter_context
        with on_core(core):
            functions = {
                OURS: start(ours.function("issue", output)),
                FAST: start(ours.function("issue", output, **_FOR_SPEED)),
            }
            servers = {
                OIDC_PROVIDER: start(oidc_provider(task, rivals, log, stored=False)),
                OIDC_PROVIDER_READING: start(oidc_provider(task, rivals, log, stored=True)),
                AUTHLIB: start(authlib_on_flask(task, rivals, log)),
            }
        issuers = {name: _function(process) for name, process in functions.items()}
        issuers |= {name: _server(server, running) for name, server in servers.items()}
        yield issuers


def _function(function: FunctionProcess) -> Issuer:
    request = event("issue/standard", CLIENT)

    def prepare() -> None:
        function.await_ready()

    def issue(tokens: int) -> bytes:
        for number in range(tokens):
            answer = function.invoke(request, sampled=number % SAMPLED_EVERY == 0)
        function.await_ready()  # what follows the answer is part of the cost
        content = json.loads(answer.body)
        if content["statusCode"] != 200:  # noqa: PLR2004 - HTTP's own number
            raise RuntimeError(f"the service answered {content}")
        return str(content["body"]).encode()

    prepare()
    return Issuer(function.pid, issue, prepare)


def _server(server: Server, running: ExitStack) -> Issuer:
    headers = {
        "Authorization": basic(*CLIENT),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    load = Load(server.address, PATH, headers, ASKED)
    running.callback(load.close)
    return Issuer(server.pid, load.ask, load.open)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """This thread, and whatever it starts meanwhile, on one core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
