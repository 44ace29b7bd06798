"""Failures of calls to AWS: those that may pass, failed conditions, and everything else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import (
    ConnectionError as AwsConnectionError,
)
from botocore.parsers import ResponseParserError

from token_service.domain.errors import Unavailable

# No response, or none that can be understood: the outcome of the call is unknown.
_NO_RESPONSE = (
    AwsConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    ResponseParserError,
)
_CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CONFLICTS = frozenset({"TransactionConflict", "TransactionConflictException"})
"""Codes that say that another transaction is writing to the same item; it is over in a moment."""

# Error codes after which the same request may succeed a moment later.
_TRANSIENT = TRANSACTION_CONFLICTS | {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "RequestTimeoutException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class AwsError(Exception):
    """An AWS service refused a request: its `code`, the HTTP `status`, the parsed `response`.

    Unlike the text of a ClientError, its text may be logged: AWS's message, which may quote the
    request, is no part of it. `safe_detail` is the operation, the code and the status.
    """

    def __init__(self, error: ClientError) -> None:
        """`error` is what botocore raised."""
        self.response: Mapping[str, Any] = error.response
        self.code: str = error.response["Error"].get("Code", "")
        self.status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
        self.safe_detail = f"{error.operation_name}: {self.code} ({self.status})"
        super().__init__(self.safe_detail)

    @property
    def message(self) -> str:
        """AWS's own message, for an operator."""
        return str(self.response["Error"].get("Message", ""))


class ConditionFailedError(AwsError):
    """The condition of a write did not hold."""

    @property
    def item(self) -> Mapping[str, Any] | None:
        """The item that is there, if the request asked for it (ALL_OLD) and there is one."""
        return self.response.get("Item")


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate what botocore raises for one call.

    Raises:
        Unavailable: throttling, a server fault, or no response that can be understood. Whether the
            request took effect is unknown.
        ConditionFailedError: the condition of a write did not hold.
        AwsError: any other refusal; trying again does not help.

    """
    try:
        yield
    except ClientError as error:
        # Not chained: a traceback would print AWS's message.
        raise _translated(AwsError(error), error) from None
    except _NO_RESPONSE as error:
        raise Unavailable(detail=type(error).__name__) from error


def _translated(refused: AwsError, error: ClientError) -> Exception:
    if refused.code == _CONDITION_FAILED:
        return ConditionFailedError(error)
    if (
        refused.code in _TRANSIENT
        or refused.status == _TOO_MANY_REQUESTS
        or refused.status >= _SERVER_ERROR
    ):
        return Unavailable(detail=refused.code or str(refused.status))
    return refused
