"""`LocalAws`: the emulator as seen by the launcher, which starts it, and by AWS clients."""

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Self

from local.listening import listen
from local.process import StackError, running

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".run/venv-emulator/bin/python"
SERVER = ROOT / "local/emulator/server.py"
START_LIMIT = 60.0  # seconds; it takes 1 or 2
REGION = "us-east-1"


class LocalAws:
    """An AWS of its own: empty at the start, gone at the end, reachable from this machine only.

    Serves the AWS APIs at `endpoint_url`, and at `port` the API named to `serve`.
    """

    def __init__(self, port: int, state_dir: Path) -> None:
        self.port = port  # 0 until entered: any free one
        self.log = state_dir / "logs/emulator.log"
        self.lambda_log = state_dir / "logs/lambda.log"
        self._state_dir = state_dir
        self._api_port = 0

    @property
    def endpoint_url(self) -> str:
        """Where the emulated AWS APIs are."""
        return f"http://127.0.0.1:{self._api_port}"

    @property
    def env(self) -> dict[str, str]:
        """Variables that send any AWS client here and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",  # the spelling that Python looks at first
        }

    def __enter__(self) -> Self:
        """Start the emulator and wait until it answers."""
        with ExitStack() as starting:
            public = listen(self.port)
            private = listen(0)
            self.port = public[0].getsockname()[1]
            self._api_port = private[0].getsockname()[1]
            with ExitStack() as ours:  # the emulator has its own copies
                for listening in (*public, *private):
                    ours.enter_context(listening)
                descriptors = [listening.fileno() for listening in (*public, *private)]
                self._process = starting.enter_context(self._start(starting, descriptors))
            self._await_health()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """End it, with the functions' processes and all that it kept on disk."""
        self._running.close()

    def serve(self, api_id: str) -> None:
        """Put a deployed HTTP API at the root of `port`."""
        assert self._process.stdin
        self._process.stdin.write(f"{api_id}\n".encode())
        self._process.stdin.flush()

    def wait(self) -> None:
        """Never return; raise `StackError` should the emulator end by itself."""
        self._process.wait()
        raise StackError("The AWS emulator stopped by itself.", self.log)

    def _start(
        self, starting: ExitStack, descriptors: list[int]
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        self.lambda_log.write_bytes(b"")
        scratch = Path(
            starting.enter_context(
                tempfile.TemporaryDirectory(prefix="emulator-", dir=self._state_dir)
            )
        )
        return running(
            [PYTHON, SERVER, str(self.port), self.lambda_log, *map(str, descriptors)],
            env=self._emulator_env(scratch),
            log=self.log,
            cwd=scratch,
            stdin=subprocess.PIPE,
            sockets=descriptors,
        )

    def _emulator_env(self, scratch: Path) -> dict[str, str]:
        """Return a short environment, because the functions inherit all of it."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(scratch),
            "TMPDIR": str(scratch),  # the functions' code is unpacked here
            "STATE_DIR": str(scratch / "state"),
            "S3_DATA_DIR": str(scratch / "s3"),
            "GATEWAY_PORT": str(self._api_port),
            "MINISTACK_REGION": REGION,
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
            "SFTP_ENABLED": "0",
        }

    def _await_health(self) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with direct.open(f"{self.endpoint_url}/_ministack/health", timeout=5):
                    return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.1)  # it says nowhere that it is ready
        raise StackError("The AWS emulator doesn't start.", self.log)
