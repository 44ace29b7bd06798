"""Handing one-time passwords to the operator's function, on good days and on bad ones."""

from typing import TYPE_CHECKING

import pytest
from token_service import aws
from token_service.domain.errors import Unavailable
from token_service.domain.one_time_passwords import Message
from token_service.store.one_time_password_sender import LambdaSender

from tests.aws_hooks import forget_hooks
from tests.samples import NOW
from tests.store.faults import answer_error, break_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_lambda import LambdaClient

MESSAGE = Message("ada", "Ada", "ada@shop.example", "Ab3dEf7h", NOW + 300, "passwordless_login")


@pytest.fixture
def functions(aws_environment: None) -> "Iterator[LambdaClient]":  # noqa: ARG001 - set up first
    """A client that reaches nobody: its answers are the test's."""
    yield aws.functions()
    forget_hooks()


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
    functions: "LambdaClient",
    code: str,
    status: int,
    message: Message | None,
) -> None:
    """Throttled, missing or forbidden: the caller learns 'not now', the log learns which."""
    answer_error(functions, "Invoke", code, status)
    with pytest.raises(Unavailable) as refused:
        LambdaSender(functions, "sender").send(message)
    assert refused.value.detail == code


def test_no_answer_is_unavailable(functions: "LambdaClient") -> None:
    """As with every other call to AWS."""
    break_connection(functions, "Invoke")
    with pytest.raises(Unavailable):
        LambdaSender(functions, "sender").send(MESSAGE)
