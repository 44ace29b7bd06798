"""Our signatures are those that AWS's own SDK makes."""

from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as some
from token_service.aws.signature import Credentials, Signer

from tests.samples import NOW

HOST = "dynamodb.eu-central-1.amazonaws.com"
TEXT = some.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=", min_size=1)


def authorization_of_botocore(
    path: str, headers: dict[str, str], body: bytes, credentials: Credentials, now: int
) -> str:
    """What the SDK would send, at the same moment."""
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    request = AWSRequest("POST", f"https://{HOST}{path}", headers | {"X-Amz-Date": moment}, body)
    request.context["timestamp"] = moment
    if credentials.token:
        request.headers["X-Amz-Security-Token"] = credentials.token
    known = BotoCredentials(credentials.access_key, credentials.secret_key, credentials.token)
    auth = SigV4Auth(known, "dynamodb", "eu-central-1")
    message = auth.string_to_sign(request, auth.canonical_request(request))
    signature = auth.signature(message, request)
    names = auth.signed_headers(auth.headers_to_sign(request))
    scope = auth.scope(request)
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"


@given(
    credentials=some.builds(Credentials, TEXT, TEXT, some.one_of(some.just(""), TEXT)),
    body=some.binary(),
    now=some.integers(0, 4_000_000_000),
    target=TEXT,
)
def test_the_sdk_signs_alike(credentials: Credentials, body: bytes, now: int, target: str) -> None:
    """Whatever is sent, whoever sends it, whenever."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": target}
    signed = Signer("dynamodb", "eu-central-1", HOST).sign("/", headers, body, credentials, now)
    theirs = authorization_of_botocore("/", headers, body, credentials, now)
    assert signed["authorization"] == theirs


@pytest.mark.parametrize(("token", "sent"), [("", False), ("a-session", True)])
def test_a_session_is_named_where_there_is_one(token: str, *, sent: bool) -> None:
    """Credentials of a role are void without it; an operator's own have none."""
    signed = Signer("dynamodb", "us-east-1", HOST).sign(
        "/", {}, b"", Credentials("a", "b", token), NOW
    )
    assert ("x-amz-security-token" in signed) is sent


def test_secrets_are_not_shown() -> None:
    """A traceback or a log line that has one of these shows no key."""
    assert "wJalr" not in repr(Credentials("AKID", "wJalrSecret", "wJalrToken"))
