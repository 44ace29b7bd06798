"""Plain HTTP requests to DynamoDB, signed in three ways (Signature Version 4)."""

import hashlib
import hmac
import json
import time
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from target import CREDENTIALS, ENDPOINT, REGION, Item, Put

if TYPE_CHECKING:
    from http.client import HTTPConnection

_HOST = urlsplit(ENDPOINT).netloc
_TYPE = "application/x-amz-json-1.0"
_TARGET = "DynamoDB_20120810.PutItem"


def urllib3_signed() -> Put:
    """urllib3, with botocore's own signer."""
    import urllib3
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    pool = urllib3.PoolManager()
    signer = SigV4Auth(Credentials(*CREDENTIALS), "dynamodb", REGION)

    def put(table: str, item: Item) -> object:
        body = _body(table, item)
        headers = {"Content-Type": _TYPE, "X-Amz-Target": _TARGET}
        request = AWSRequest("POST", f"{ENDPOINT}/", headers=headers, data=body)
        signer.add_auth(request)
        answer = pool.request("POST", ENDPOINT, headers=dict(request.headers), body=body)
        return answer.json() == {}

    return put


def crt_signed() -> Put:
    """http.client, with the signer of AWS's own runtime in C (awscrt)."""
    from http.client import HTTPConnection

    from awscrt import auth
    from awscrt.http import HttpHeaders, HttpRequest

    connection = HTTPConnection(_HOST)
    provider = auth.AwsCredentialsProvider.new_static(*CREDENTIALS)

    def put(table: str, item: Item) -> object:
        body = _body(table, item)
        headers = [("Host", _HOST), ("Content-Type", _TYPE), ("X-Amz-Target", _TARGET)]
        request = HttpRequest("POST", "/", HttpHeaders(headers), BytesIO(body))
        config = auth.AwsSigningConfig(
            credentials_provider=provider,
            region=REGION,
            service="dynamodb",
            signed_body_value=hashlib.sha256(body).hexdigest(),
        )
        signed = auth.aws_sign_request(request, config).result()
        return _post(connection, body, dict(signed.headers))

    return put


def http_signed() -> Put:
    """http.client, and the signature written out."""
    from http.client import HTTPConnection

    connection = HTTPConnection(_HOST)

    def put(table: str, item: Item) -> object:
        body = _body(table, item)
        return _post(connection, body, _signed(body))

    return put


def socket_signed() -> Put:
    """A socket, the request in one piece, the signature written out: as little as can be."""
    import socket

    target = urlsplit(ENDPOINT)
    sender = socket.create_connection((target.hostname, target.port))
    answers = sender.makefile("rb")

    def put(table: str, item: Item) -> object:
        body = _body(table, item)
        headers = _signed(body) | {"content-length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        sender.sendall(f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body)
        length = 0
        while (line := answers.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(answers.read(length)) == {}

    return put


def _signed(body: bytes) -> dict[str, str]:
    """The headers of a request, in the order in which they are signed."""
    key_id, secret, session = CREDENTIALS
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "content-type": _TYPE,
        "host": _HOST,
        "x-amz-date": moment,
        "x-amz-security-token": session,
        "x-amz-target": _TARGET,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{moment[:8]}/{REGION}/dynamodb/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={key.hex()}"
    )
    return headers


def _body(table: str, item: Item) -> bytes:
    return json.dumps({"TableName": table, "Item": item}).encode()


def _post(connection: "HTTPConnection", body: bytes, headers: dict[str, str]) -> bool:
    connection.request("POST", "/", body, headers)
    return bool(json.load(connection.getresponse()) == {})
