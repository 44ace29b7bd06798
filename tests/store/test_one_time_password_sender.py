"""Handing one-time passwords to the operator's function, on good days and on bad ones."""

import pytest
from token_service.aws.functions import Functions
from token_service.domain.errors import Unavailable
from token_service.domain.one_time_passwords import Message
from token_service.store.one_time_password_sender import LambdaSender

from tests.moto_transport import service
from tests.samples import NOW
from tests.store.faults import answer_error, break_connection

MESSAGE = Message("ada", "Ada", "ada@shop.example", "Ab3dEf7h", NOW + 300, "passwordless_login")


@pytest.fixture
def functions() -> Functions:
    """A client that reaches nobody: its answers are the test's."""
    return Functions(service("lambda"))


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
    functions: Functions,
    code: str,
    status: int,
    message: Message | None,
) -> None:
    """Throttled, missing or forbidden: the caller learns 'not now', the log learns which."""
    answer_error(functions, "Invoke", code, status)
    with pytest.raises(Unavailable) as refused:
        LambdaSender(functions, "sender").send(message)
    assert refused.value.detail == code


def test_no_answer_is_unavailable(functions: Functions) -> None:
    """As with every other call to AWS."""
    break_connection(functions, "Invoke", "TimeoutError")
    with pytest.raises(Unavailable):
        LambdaSender(functions, "sender").send(MESSAGE)
