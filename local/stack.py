"""`LocalStack`: the deployed stack as a context manager, for `make run` and the tests alike."""

import fcntl
import json
import os
import platform
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import demo
from local.aws import ROOT, LocalAws
from local.process import StackError, finish

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

STACK_NAME = "token-service"
STATE_DIR = ROOT / ".run"
SAM_PATH = ROOT / ".run/venv-sam/bin"  # SAM builds with the python3.13 that it finds first


class LocalStack:
    """The real template, built, and deployed to an emulated AWS of its own that starts empty.

    Entering raises `StackError`; leaving ends every process that entering started. `port` 0 takes
    a free one. `state_dir` receives `demo.env`, `aws.env` and `logs/`.
    """

    def __init__(
        self,
        port: int = 0,
        state_dir: Path = STATE_DIR,
        say: Callable[[str], None] = lambda _: None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.demo: dict[str, str] = {}  # the base URL and everybody's credentials
        self.outputs: dict[str, str] = {}  # of the CloudFormation stack
        self.logs = state_dir.resolve() / "logs"
        self.aws = LocalAws(port, state_dir.resolve())
        self._state_dir = state_dir
        self._overrides = dict(parameters or {})  # of the template, over all others
        self._say = say

    @property
    def base_url(self) -> str:
        """Where the deployed API is, without a slash at its end."""
        return f"http://localhost:{self.aws.port}"

    @property
    def endpoint_url(self) -> str:
        """Where the emulated AWS APIs are."""
        return self.aws.endpoint_url

    @property
    def env(self) -> dict[str, str]:
        """Variables that send any AWS client to the emulator and nowhere else."""
        return self.aws.env

    def __enter__(self) -> Self:
        """Build, deploy, and create the demo clients and people."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with ExitStack() as starting:
            self._say("starting the AWS emulator")
            starting.enter_context(self.aws)
            with self._only_builder():
                self._say("building the functions: sam build")
                self._sam("build", "The functions can't be built.")
                self._say("deploying template.yaml: sam deploy")
                self._sam("deploy", "The deployment failed.")
            self.outputs = self._read_outputs()
            self.aws.serve(self.outputs["ApiId"])
            self._say("creating the demo clients, people and integration")
            self.demo = {"BASE_URL": self.base_url, **demo.create(self._tokenctl, self.base_url)}
            demo.write_env(self._state_dir / "demo.env", self.demo)
            demo.write_env(self._state_dir / "aws.env", self.env)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """End everything that was started."""
        self._running.close()

    def _sam(self, command: str, failure: str) -> None:
        log = self.logs / f"sam-{command}.log"
        parameters = [f"{name}={value}" for name, value in self._parameters().items()]
        if not finish(
            [SAM_PATH / "sam", command, "--config-env=local", "--parameter-overrides", *parameters],
            env=self._child_env(SAM_PATH),
            log=log,
            cwd=ROOT,
        ):
            raise StackError(self._first_failure() or failure, log)

    def _parameters(self) -> dict[str, str]:
        """Return what samconfig.toml gives for `local`, and what only this machine knows."""
        config = tomllib.loads((ROOT / "samconfig.toml").read_text())
        given: list[str] = config["local"]["global"]["parameters"]["parameter_overrides"]
        return dict(override.split("=", 1) for override in given) | {
            "Architecture": "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64",
            "Issuer": self.base_url,
            **self._overrides,
        }

    def _tokenctl(self, *arguments: str, stdin: str = "") -> dict[str, str]:
        """Run the operator's command against this stack; what it prints."""
        log = self.logs / "tokenctl.log"
        with log.open("wb") as errors:
            done = subprocess.run(  # noqa: S603 - the arguments are constants
                [ROOT / "bin/tokenctl", "--stack-name", STACK_NAME, "--json", *arguments],
                env=self._child_env(ROOT / ".venv/bin"),
                input=stdin.encode(),
                stdout=subprocess.PIPE,
                stderr=errors,
                check=False,
            )
        if done.returncode != 0:
            raise StackError("The demo clients and people can't be created.", log)
        told: dict[str, str] = json.loads(done.stdout)
        return told

    def _child_env(self, first_on_path: Path) -> dict[str, str]:
        """Return our own environment with the emulator's AWS settings in place of others."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        path = f"{first_on_path}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return inherited | self.env | {"PATH": path, "SAM_CLI_TELEMETRY": "0"}

    @contextmanager
    def _only_builder(self) -> Iterator[None]:
        """Take turns with other stacks: all of them build into .aws-sam and deploy from it."""
        with (ROOT / ".run/build.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say("waiting for another build of this project to end")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read_outputs(self) -> dict[str, str]:
        [stack] = self._cloudformation().describe_stacks(StackName=STACK_NAME)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _first_failure(self) -> str:
        """Return what CloudFormation gave as its reason, if it came to that."""
        with suppress(BotoCoreError, ClientError):
            pages = self._cloudformation().get_paginator("describe_stack_events")
            events = [
                event
                for page in pages.paginate(StackName=STACK_NAME)
                for event in page["StackEvents"]
            ]
            for event in reversed(events):  # they come newest first
                if event.get("ResourceStatus", "").endswith("_FAILED"):
                    reason = event.get("ResourceStatusReason", "no reason given").rstrip(".")
                    return f"The deployment failed at {event.get('LogicalResourceId')}: {reason}."
        return ""

    def _cloudformation(self) -> "CloudFormationClient":
        return boto3.client(
            "cloudformation",
            endpoint_url=self.endpoint_url,
            region_name=self.env["AWS_REGION"],
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
            config=Config(proxies={}),
        )
