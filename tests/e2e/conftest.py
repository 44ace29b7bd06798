"""The stack that all end-to-end tests share: template.yaml, deployed once a run."""

from collections.abc import Iterator

import boto3
import pytest

from local.stack import LocalStack
from tests.e2e.deployed import Deployed, NewClient, Party
from tests.e2e.endpoints import Caller
from tests.e2e.operator import Operator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Judge the log last, when all the other tests have written to it."""
    items.sort(key=lambda item: item.path.name == "test_logs.py")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The deployment, with a state directory and a port of its own."""
    with LocalStack(port=0, state_dir=tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def deployed(stack: LocalStack) -> Deployed:
    """The deployment as its callers see it."""
    return Deployed(stack)


@pytest.fixture(scope="session")
def base_url(stack: LocalStack) -> str:
    """Where the API is."""
    return stack.base_url


@pytest.fixture(scope="session")
def demo(stack: LocalStack) -> dict[str, str]:
    """What demo.env holds."""
    return stack.demo


@pytest.fixture(scope="session")
def aws(stack: LocalStack) -> boto3.Session:
    """An AWS session for the emulator; its clients take `endpoint_url=stack.endpoint_url`."""
    return boto3.Session(
        aws_access_key_id=stack.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.env["AWS_SECRET_ACCESS_KEY"],
        region_name=stack.env["AWS_REGION"],
    )


@pytest.fixture(scope="session")
def tokenctl(stack: LocalStack) -> Operator:
    """The operator's command line, against the deployment."""
    return Operator(stack.env)


@pytest.fixture(scope="session")
def new_client(deployed: Deployed, tokenctl: Operator) -> NewClient:
    """Makes a client that no other test uses, with tokenctl's options; its credentials."""

    def create(*options: str) -> Party:
        created = tokenctl("clients", "create", "--name", "End to end", *options)
        made = Party(created["client_id"], created.get("client_secret", ""))
        deployed.parties.append(made)
        return made

    return create


@pytest.fixture(scope="session")
def disabled_client(new_client: NewClient, tokenctl: Operator) -> Party:
    """A client that was disabled."""
    made = new_client()
    tokenctl("clients", "disable", made.id)
    return made


@pytest.fixture(scope="session")
def caller(deployed: Deployed) -> Caller:
    """Speaks for the demo resource server, which may use every endpoint."""
    return Caller(deployed.url, deployed.server)


@pytest.fixture
def insecure_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client libraries speak HTTP, as their documents say to on a loopback."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("NO_PROXY", "localhost")
