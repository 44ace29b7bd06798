"""The boto3 session and clients, tuned for a Lambda function; `tokenctl` uses them too."""

import json
import os
from binascii import crc32
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError, NoCredentialsError

if TYPE_CHECKING:
    from botocore.credentials import CredentialResolver, ReadOnlyCredentials
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_secretsmanager import SecretsManagerClient

# Seconds, per attempt.
_CONNECT_TIMEOUT = 1
_READ_TIMEOUT = 2
_ATTEMPTS = 3
# No retry is decided on later than this, in seconds after the first attempt. botocore itself has no
# deadline: three slow attempts and their backoff alone would take 12 s, longer than a function has.
_LAST_RETRY = 3
# botocore waits up to 1 s before the second attempt and up to 2 s before the third if it was
# throttled, at random; after any other fault, less than 0.2 s.
_LONGEST_BACKOFF = 2
LONGEST_CALL = _LAST_RETRY + _LONGEST_BACKOFF + _CONNECT_TIMEOUT + _READ_TIMEOUT
"""Seconds until a call to AWS has returned or failed: 8. The shortest function timeout is 10."""

CONFIG = Config(
    connect_timeout=_CONNECT_TIMEOUT,
    read_timeout=_READ_TIMEOUT,
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    # The most threads that a sweep may have (template.yaml, SweepAtOnce).
    max_pool_connections=32,
    tcp_keepalive=True,
    # botocore would assemble its own for each request, and validate what the tests have validated.
    user_agent="token-service",
    parameter_validation=False,
    # One endpoint, whether or not the credentials name an account: VPC endpoints serve this one.
    account_id_endpoint_mode="disabled",
)

_SERVICES = ("dynamodb", "secrets-manager", "lambda")
_MALFORMED = b'{"__type":"MalformedResponse"}'
_BAD_GATEWAY = 502
_REDIRECT = 300


@cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client of this process."""
    return session().client("dynamodb")


@cache
def secrets_manager() -> "SecretsManagerClient":
    """The Secrets Manager client of this process."""
    return session().client("secretsmanager")


@cache
def functions() -> "LambdaClient":
    """The Lambda client of this process."""
    return session().client("lambda")


@cache
def session() -> boto3.Session:
    """The session that every client is made from; each has CONFIG, below a config of its own.

    Region, endpoints, profile, proxies and CA bundle come from AWS's usual variables and files.
    Neither this nor making a client reads credentials or opens a connection.
    """
    made = botocore.session.get_session()
    resolver: CredentialResolver = made.get_component("credential_provider")
    made.register_component("credential_provider", _DeferredProvider(resolver))
    made.set_default_client_config(CONFIG)
    events = made.get_component("event_emitter")
    for service in _SERVICES:
        events.register(f"before-call.{service}", _start_clock)
        events.register(f"before-parse.{service}", _check_body)
        events.register_first(f"needs-retry.{service}", _check_retry)
    # Of all AWS tools boto3 alone does not read AWS_REGION.
    return boto3.Session(botocore_session=made, region_name=os.environ.get("AWS_REGION"))


class _DeferredProvider:
    """Stands in for botocore's chain of credential providers until the first request."""

    def __init__(self, resolver: "CredentialResolver") -> None:
        self._resolver = resolver

    def load_credentials(self) -> Credentials:
        return DeferredCredentials(self._resolver)


class DeferredCredentials(Credentials):
    """Credentials that are looked up when the first request is signed, not with the client.

    A client that is made before a SnapStart snapshot would otherwise carry credentials into it
    that expire before it is restored. Whatever provider is found refreshes them as it always does.
    """

    def __init__(self, resolver: "CredentialResolver") -> None:
        """`resolver` is botocore's own chain of providers."""
        self.method = "deferred"
        self._resolver = resolver
        self._found: Credentials | None = None

    def get_frozen_credentials(self) -> "ReadOnlyCredentials":
        """The credentials to sign one request with.

        Raises:
            NoCredentialsError: no provider has any.
            CredentialRetrievalError: a provider failed, or served no credentials.

        """
        try:
            if self._found is None:
                self._found = self._resolver.load_credentials()
            if self._found is None:
                raise NoCredentialsError
            return self._found.get_frozen_credentials()
        except (KeyError, TypeError, ValueError) as error:
            # botocore reads what a provider served without a check.
            reason = type(error).__name__
            raise CredentialRetrievalError(provider=self.method, error_msg=reason) from error


def _start_clock(context: dict[str, Any], **_: object) -> None:
    context["began"] = monotonic()


def _check_body(response_dict: dict[str, Any], **_: object) -> None:
    """Turn a response that is cut off, damaged or not JSON into a server fault.

    botocore does not compare the body with its length, returns the last response even if its
    checksum is wrong, and reads what is not JSON as an empty object: an item that was not found.
    """
    status, body = response_dict["status_code"], response_dict["body"]
    if not isinstance(body, bytes):
        return  # Lambda's is a stream: whether it took the event is in the status alone
    headers = response_dict["headers"]
    checksum, length = headers.get("x-amz-crc32"), headers.get("content-length")
    if checksum is not None:
        whole = verified = checksum == str(crc32(body))
    else:
        whole, verified = length in (None, str(len(body))), False
    if whole and (verified or _is_object(body)):
        return
    if whole and status >= _REDIRECT:
        # An error page of some gateway: its status is all that can be understood.
        response_dict["body"] = b""
        return
    response_dict["status_code"], response_dict["body"] = _BAD_GATEWAY, _MALFORMED


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _check_retry(
    response: tuple[Any, dict[str, Any]] | None, request_dict: dict[str, Any], **_: object
) -> bool | None:
    """False if there may be no further attempt; None leaves it to botocore's standard mode."""
    if response is not None:
        http, parsed = response
        # The retry conditions go by this status, which is another one after `_check_body`.
        http.status_code = parsed["ResponseMetadata"]["HTTPStatusCode"]
        if "x-amz-retry-after" in http.headers:
            # botocore would wait up to 7 s; our own callers are told to try again instead.
            return False
    if monotonic() - request_dict["context"]["began"] >= _LAST_RETRY:
        return False
    return None
