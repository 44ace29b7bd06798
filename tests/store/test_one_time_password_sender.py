"""Handing one-time passwords to the operator's function, on good days and on bad ones."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError
from token_service.domain.errors import Unavailable
from token_service.domain.one_time_passwords import Message
from token_service.store.one_time_password_sender import LambdaSender

from tests.samples import NOW
from tests.store.faults import answer_error, break_connection

MESSAGE = Message("ada", "Ada", "ada@shop.example", "Ab3dEf7h", NOW + 300, "passwordless_login")


@pytest.fixture
def lambda_client() -> Any:  # noqa: ANN401 - boto3 has no types here
    """A client that reaches nobody: its answers are the test's."""
    return boto3.client("lambda", region_name="eu-west-1")


@pytest.mark.parametrize("message", [MESSAGE, None])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("TooManyRequestsException", 429),
        ("ResourceNotFoundException", 404),
        ("AccessDeniedException", 403),
        ("KMSAccessDeniedException", 502),
    ],
)
def test_whatever_lambda_refuses_is_unavailable(
    lambda_client: Any,  # noqa: ANN401 - boto3 has no types here
    code: str,
    status: int,
    message: Message | None,
) -> None:
    """Throttled, missing or forbidden: the caller learns 'not now', the log learns which."""
    answer_error(lambda_client, "Invoke", code, status)
    with pytest.raises(Unavailable) as refused:
        LambdaSender(lambda_client, "sender").send(message)
    assert refused.value.detail == code


def test_no_answer_is_unavailable(lambda_client: Any) -> None:  # noqa: ANN401 - boto3 has no types here
    """As with every other call to AWS."""
    error = ConnectTimeoutError(endpoint_url="https://lambda.example")
    break_connection(lambda_client, "Invoke", error)
    with pytest.raises(Unavailable):
        LambdaSender(lambda_client, "sender").send(MESSAGE)
