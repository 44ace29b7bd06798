"""How the clients reach AWS: region, proxy, certificates, connections."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from token_service import aws
from token_service.domain.errors import Unavailable
from token_service.domain.one_time_passwords import Message
from token_service.store.nonce_seed import DynamoNonceSeed
from token_service.store.one_time_password_sender import LambdaSender

from local.loopback import serving
from tests.faulty_aws import FaultyAws, Reply, faulty_aws, of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.usefixtures("aws_environment")

KEY = {"bucket": {"S": "b"}, "handle": {"S": "h"}}
MESSAGE = Message("ada", "Ada", "ada@shop.example", "Ab3dEf7h", 1, "passwordless_login")
SEED = of({"Item": {"seed": {"S": "A" * 43 + "="}}})


def new_client() -> "DynamoDBClient":
    """A client as the functions have it, made anew."""
    return aws.session.__wrapped__().client("dynamodb")


@pytest.fixture
def server() -> Iterator[FaultyAws]:
    """Some server on loopback."""
    with faulty_aws() as running:
        yield running


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


def test_the_region_is_found_by_lambda_s_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_REGION, which boto3 does not read; the partition comes with it."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "cn-north-1")
    meta = new_client().meta
    assert meta.region_name == "cn-north-1"
    assert meta.endpoint_url == "https://dynamodb.cn-north-1.amazonaws.com.cn"


def test_calls_share_a_connection(monkeypatch: pytest.MonkeyPatch, server: FaultyAws) -> None:
    """One call after the other needs one, in whichever thread."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    client = new_client()
    for _ in range(3):
        client.get_item(TableName="T", Key=KEY)
    thread = Thread(target=lambda: client.get_item(TableName="T", Key=KEY))
    thread.start()
    thread.join()
    assert (len(server.asked), server.connections) == (4, 1)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_invoking_a_function(
    monkeypatch: pytest.MonkeyPatch, server: FaultyAws, status: int
) -> None:
    """Lambda's ways of saying yes; the next invocation has the same connection."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    server.script = [Reply(b"", status)]
    sender = LambdaSender(aws.session.__wrapped__().client("lambda"), "my-sender")
    sender.send(MESSAGE)
    sender.send(None)
    assert [asked.headers["X-Amz-Invocation-Type"] for asked in server.asked] == ["Event", "DryRun"]
    assert json.loads(server.asked[0].body)["one_time_password"] == "Ab3dEf7h"
    assert server.asked[1].body == b"null"
    assert server.connections == 1


def test_requests_go_through_a_proxy(monkeypatch: pytest.MonkeyPatch, server: FaultyAws) -> None:
    """The usual variable names it; the host that is asked for need not be reachable from here."""
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://dynamodb.invalid")
    server.script = [SEED]
    assert DynamoNonceSeed(new_client(), "T").load()
    assert server.asked[0].headers["Host"] == "dynamodb.invalid"


@pytest.mark.usefixtures("no_pause")
def test_a_stranger_s_certificate_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS names the server; one that nobody vouches for is not AWS, unless AWS_CA_BUNDLE does."""
    certificate = self_signed(tmp_path)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = FaultyAws()
    server.script = [SEED]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # its caller hangs up, as it should
    with serving(server):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://localhost:{server.server_port}")
        with pytest.raises(Unavailable) as caught:
            DynamoNonceSeed(new_client(), "T").load()
        assert (caught.value.detail, server.asked) == ("SSLError", [])
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        client = new_client()
        assert DynamoNonceSeed(client, "T").load()
        client.close()


def self_signed(folder: Path) -> Path:
    """A certificate of its own making, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
