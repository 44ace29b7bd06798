"""`make run` as a newcomer uses it: what it says, what it leaves, and that it ends whole.

It uses the repository's .run, as every developer's does. What was there is put back.
"""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.e2e.deployed import SECONDS

ROOT = Path(__file__).parents[2]
STATE = [ROOT / ".run" / name for name in ("demo.env", "aws.env")]
NAMES = {
    "BASE_URL",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "PUBLIC_CLIENT_ID",
    "RESOURCE_SERVER_ID",
    "RESOURCE_SERVER_SECRET",
    "ADMIN_USERNAME",
    "ADMIN_PASSWORD",
    "CUSTOMER_EMAIL",
    "CUSTOMER_PASSWORD",
    "ACCOUNT_MEMBER_USERNAME",
    "ACCOUNT_MEMBER_PASSWORD",
    "PASSWORD_PROFILE_ID",
    "AUTHENTICATION_REALM_ID",
    "INTEGRATION_CONSUMER_KEY",
    "INTEGRATION_CONSUMER_SECRET",
    "INTEGRATION_ACCESS_TOKEN",
    "INTEGRATION_ACCESS_TOKEN_SECRET",
}
CURLS = 18  # a success and a refusal of each of nine kinds
START_LIMIT = 120  # seconds; with the environments in place it takes less than 60


class Run:
    """One `make run`, from its start until it has ended."""

    def __init__(self, port: int) -> None:
        """Start it, in a session of its own, as a terminal would."""
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(  # noqa: S603 - constants
            ["make", "run", f"PORT={port}"],  # noqa: S607 - the developer's make
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until_curls(self) -> None:
        """Read what it says, to the last command that it prints; fail if it takes too long."""
        assert self.process.stdout
        watchdog = threading.Timer(START_LIMIT, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if len(self.curls) == CURLS:
                break
        watchdog.cancel()
        assert len(self.curls) == CURLS, self.lines

    @property
    def curls(self) -> list[str]:
        """The commands that it has printed."""
        return [line for line in self.lines if line.startswith("curl ")]

    def last_words(self) -> str:
        """What it says while it ends, if it does; it must end as whoever was asked to."""
        rest, _ = self.process.communicate(timeout=SECONDS)
        # make says 2 or 130 for a recipe that a signal ended, or dies of the signal itself
        assert self.process.returncode in {0, 2, 130, -signal.SIGTERM, -signal.SIGINT}
        return rest


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
        return port


def processes_of(port: int) -> list[str]:
    """Running programs that were started with this port on their command lines."""
    listed = subprocess.run(
        ["ps", "-axo", "command"],  # noqa: S607 - the system's
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in listed.stdout.splitlines() if re.search(rf" {port}(?!\d)", line)]


def is_open(port: int, address: str = "127.0.0.1") -> bool:
    """Whether anybody listens."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex((address, port)) == 0


@pytest.fixture(scope="module", autouse=True)
def _leave_no_trace() -> Iterator[None]:
    """Put back what a developer's own `make run` has written."""
    before = {path: path.read_bytes() for path in STATE if path.exists()}
    yield
    for path in STATE:
        path.unlink(missing_ok=True)
        if path in before:
            path.touch(mode=0o600)
            path.write_bytes(before[path])


@pytest.fixture(scope="module")
def running() -> Iterator[Run]:
    """A `make run` that is ready."""
    run = Run(free_port())
    try:
        run.read_until_curls()
        yield run
    finally:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGTERM)
            run.process.wait(timeout=SECONDS)
        if run.process.stdout:
            run.process.stdout.close()


def test_it_says_what_it_does_and_when_it_is_ready(running: Run) -> None:
    """Steps with their times come first, then the line that says where it is."""
    steps = [line for line in running.lines if re.match(r"\[ *\d+\.\d s\] ", line)]
    text = "\n".join(steps)
    for step in ("emulator", "sam build", "sam deploy", "demo clients", "demo.env"):
        assert step in text
    assert f"ready: http://localhost:{running.port}" in running.lines
    assert running.lines.index(f"ready: http://localhost:{running.port}") > running.lines.index(
        steps[-1]
    )


@pytest.fixture(scope="module")
def answers(running: Run) -> list[str]:
    """What each of its commands prints when it is pasted."""
    found = []
    for command in running.curls:
        done = subprocess.run(  # noqa: S602 - pasted as a newcomer would
            command, shell=True, capture_output=True, text=True, timeout=SECONDS, check=True
        )
        assert done.stderr == ""
        found.append(done.stdout)
    return found


def test_each_curl_that_it_prints_works(answers: list[str]) -> None:
    """In pairs, one of each dialect: a token, and the dialect's own refusal."""
    read = [json.loads(answer) for answer in answers[:6]]
    tokens, refusals = read[::2], read[1::2]
    assert all(answer["access_token"] for answer in tokens)
    assert refusals[0] == {"errors": [{"status": "401", "title": "Unauthorized"}]}
    assert refusals[1] == {"error": "invalid_scope"}
    assert refusals[2]["error"] == "invalid_client"


def test_magento_s_curls_work(answers: list[str]) -> None:
    """JSON, XML and SOAP: a token, and a refusal; then what an integration may."""
    in_json, refused_json, in_xml, refused_xml, in_soap, refused_soap = answers[6:12]
    allowed, denied = answers[12:14]
    assert json.loads(in_json).count(".") == 2
    assert "The account sign-in was incorrect" in json.loads(refused_json)["message"]
    assert re.fullmatch(r'<\?xml version="1.0"\?>\n<response>[\w.-]+</response>\n', in_xml)
    assert "<fieldName>password</fieldName>" in refused_xml
    assert "<result>" in in_soap
    assert "<env:Fault>" in refused_soap
    assert json.loads(allowed)[0]["code"] == "default"
    assert json.loads(denied)["parameters"] == {"resources": "self"}


def test_shoppers_curls_work(answers: list[str]) -> None:
    """A customer's and an account member's token, and the same refusal of both."""
    customer, refused_customer, member, refused_member = map(json.loads, answers[14:])
    assert customer["data"]["token"].count(".") == 2
    assert [one["account_name"] for one in member["data"]] == ["Demo company"]
    assert (
        refused_customer
        == refused_member
        == {"errors": [{"status": "401", "title": "Unauthorized"}]}
    )


def test_it_leaves_credentials_for_their_owner_only(running: Run) -> None:
    """`.run/demo.env` has all the names, can be sourced, and nobody else can read it."""
    path = ROOT / ".run/demo.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())
    assert set(values) == NAMES
    assert all(values.values())
    assert values["BASE_URL"] == f"http://localhost:{running.port}"
    ignored = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)  # noqa: S603, S607 - constants
    assert ignored.returncode == 0


def test_it_listens_on_loopback_only(running: Run) -> None:
    """Its port cannot be reached by an address that other machines could use."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address would send
        outward: str = probe.getsockname()[0]
        assert outward.startswith("127.") or not is_open(running.port, outward)
    assert is_open(running.port)


def test_a_port_in_use_is_one_sentence(running: Run) -> None:
    """A second one on the same port says so at once, and leaves the first alone."""
    done = subprocess.run(  # noqa: S603 - constants
        ["make", "--silent", "run", f"PORT={running.port}"],  # noqa: S607 - the developer's make
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode != 0
    assert f"Port {running.port} is in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert is_open(running.port)


def test_it_ends_whole_and_starts_again(running: Run) -> None:
    """SIGTERM leaves no process, no open port, no scratch; a second one serves until Ctrl-C."""
    scratch = set((ROOT / ".run").glob("emulator-*"))
    assert processes_of(running.port)
    running.process.send_signal(signal.SIGTERM)  # to make alone, as `kill` does
    assert "stopped" in running.last_words()
    assert processes_of(running.port) == []
    assert not is_open(running.port)
    assert set((ROOT / ".run").glob("emulator-*")) < scratch

    again = Run(running.port)
    try:
        again.read_until_curls()
        assert again.curls != running.curls  # with clients of its own
    finally:
        os.killpg(again.process.pid, signal.SIGINT)  # to all of them, as a terminal does
    assert "stopped" in again.last_words()
    assert processes_of(running.port) == []
    assert not is_open(running.port)
