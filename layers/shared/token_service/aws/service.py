"""One AWS service: signed calls, their failures, and which of those are tried again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from token_service.aws.connection import Answer, NoAnswerError, Transport
from token_service.aws.signature import Credentials, Signer

# The first and two more, as botocore's standard mode has it, none of which begins so many seconds
# after the first: a function has ten, and API Gateway's caller thirty.
ATTEMPTS = 3
_LAST_START = 4
_OK = 200
_compact = json.JSONEncoder(separators=(",", ":")).encode
_PASSING_STATUS = frozenset({500, 502, 503, 504})
_PASSING = frozenset(
    {
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
)


class AwsError(Exception):
    """An AWS service answered with an error: its `code`, the HTTP `status`, and what it told.

    `safe_detail` is what may be logged of it: the operation and the code.
    """

    def __init__(self, operation: str, code: str, status: int, body: Mapping[str, Any]) -> None:
        """`body` is the answer. Its text may quote the request, so it is no part of ours."""
        self.safe_detail = f"{operation}: {code} ({status})"
        super().__init__(self.safe_detail)
        self.operation = operation
        self.code = code
        self.status = status
        self.body = body

    @property
    def may_pass(self) -> bool:
        """Whether the very same request may succeed a moment later."""
        return self.code in _PASSING or self.status in _PASSING_STATUS

    @property
    def message(self) -> str:
        """What the service says to an operator."""
        return str(self.body.get("message", self.body.get("Message", "")))


@dataclass(frozen=True, slots=True)
class Call:
    """One operation as it goes over the wire; `headers` are signed, names in lower case."""

    operation: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def untraced(*_: object) -> None:
    """Tells nobody of a call."""


@dataclass(frozen=True, slots=True)
class Service:
    """Calls one service, each call up to three times.

    `pause` waits between attempts (from 0); `now` gives seconds since the epoch. `trace` is told of
    every request: service, operation, begin and end, and the answer's status.
    """

    signer: Signer
    transport: Transport
    credentials: Callable[[], Credentials]
    pause: Callable[[int], None]
    now: Callable[[], float]
    trace: Callable[[str, str, float, float, int | None], None] = untraced

    def call(self, call: Call) -> Answer:
        """What the service answers.

        Raises:
            AwsError: an error, after the last attempt if it was one that may pass.
            NoAnswerError: no answer to the last attempt.

        """
        began = self.now()
        for attempt in range(ATTEMPTS - 1):
            try:
                return self._attempt(call)
            except NoAnswerError:
                if self._is_late(began):
                    raise
            except AwsError as error:
                if not error.may_pass or self._is_late(began):
                    raise
            self.pause(attempt)
        return self._attempt(call)

    def _is_late(self, began: float) -> bool:
        """Whether another attempt might outlive who waits for it: better the failure in time."""
        return self.now() - began >= _LAST_START

    def _attempt(self, call: Call) -> Answer:
        started, status = self.now(), None
        headers = self.signer.sign(
            call.path, call.headers, call.body, self.credentials(), int(started)
        )
        try:
            answer = self.transport.post(call.path, headers, call.body)
            status = answer.status
        finally:
            self.trace(self.signer.service, call.operation, started, self.now(), status)
        checksum = answer.headers.get("x-amz-crc32")
        if checksum is not None and checksum != str(crc32(answer.body)):
            raise NoAnswerError("ChecksumMismatch")
        # Invoke answers 202 and 204.
        if not _OK <= answer.status < _OK + 100:
            raise _error(call.operation, answer)
        return answer


@dataclass(frozen=True, slots=True)
class JsonService:
    """A service of the JSON protocols: the operation is a header, everything else is the body."""

    service: Service
    prefix: str
    content_type: str

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as AWS has it
        """The answer's body.

        Raises:
            AwsError: an error, after the last attempt if it was one that may pass.
            NoAnswerError: no answer to the last attempt.

        """
        headers = {
            "content-type": self.content_type,
            "x-amz-target": f"{self.prefix}.{operation}",
        }
        body = _compact(request).encode()
        answer = self.service.call(Call(operation, "/", headers, body))
        return json.loads(answer.body)


def _error(operation: str, answer: Answer) -> AwsError:
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        # Not the service itself: whatever stands before it.
        body = {}
    # Of a REST protocol a header says it, `Code:where to read more`.
    named = str(body.get("__type") or answer.headers.get("x-amzn-errortype", "").partition(":")[0])
    return AwsError(operation, named.rpartition("#")[2], answer.status, body)
