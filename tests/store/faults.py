"""DynamoDB on a bad day, at botocore's own seams: what comes back instead of an answer."""

from typing import TYPE_CHECKING, Any, cast

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def answer_error(
    client: Any,  # noqa: ANN401 - any boto3 client
    operation: str,
    code: str,
    status: int = 400,
    **members: object,
) -> None:
    """Let every call of this operation fail with this code, after the SDK's own retries."""
    parsed = {
        "Error": {"Code": code, "Message": "as the test wants it"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **members,
    }

    def answer(**_: object) -> tuple[AWSResponse, dict[str, Any]]:
        return AWSResponse("", status, HTTPHeaders(), None), parsed

    client.meta.events.register(f"before-call.*.{operation}", answer)


def break_connection(client: Any, operation: str, error: Exception) -> None:  # noqa: ANN401 - any boto3 client
    """Let every call of this operation end without an answer."""

    def fail(**_: object) -> None:
        raise error

    client.meta.events.register(f"before-call.*.{operation}", fail)


def lose_first_answers(client: Any, operation: str) -> list[int]:  # noqa: ANN401 - any boto3 client
    """Let the SDK send every request of this operation twice, as if the first answer was lost.

    Both are served. What comes back lists the numbers of the attempts.
    """
    attempts_made: list[int] = []

    def ask_again(attempts: int, **_: object) -> int | None:
        attempts_made.append(attempts)
        return 0 if attempts == 1 else None

    client.meta.events.register(f"needs-retry.*.{operation}", ask_again)
    return attempts_made


class Partial:
    """A client whose batches leave `leave` parts undone, the first `times` times.

    The last ones, or the first.
    """

    def __init__(
        self, client: "DynamoDBClient", times: int, leave: int = 1, *, leave_first: bool = False
    ) -> None:
        self._client = client
        self._times = times
        self._leave = leave
        self._leave_first = leave_first
        self.calls = 0

    def as_client(self) -> "DynamoDBClient":
        """This, for whom the type matters."""
        return cast("DynamoDBClient", self)

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Answer the first tables only, with status 200, as DynamoDB does."""
        done, left = self._split(list(RequestItems.items()))
        answer: Any = {"Responses": {}}
        if done:
            answer = self._client.batch_get_item(RequestItems=dict(done))
        return {**answer, "UnprocessedKeys": dict(left)}

    def batch_write_item(self, RequestItems: dict[str, Any], **options: Any) -> dict[str, Any]:  # noqa: ANN401, N803 - AWS's name
        """Write the first requests only."""
        ((table, requests),) = RequestItems.items()
        done, left = self._split(requests)
        answer: Any = {}
        if done:
            answer = self._client.batch_write_item(RequestItems={table: done}, **options)
        return {**answer, "UnprocessedItems": {table: left} if left else {}}

    def _split(self, parts: list[Any]) -> tuple[list[Any], list[Any]]:
        self.calls += 1
        if self.calls > self._times:
            return parts, []
        done = max(0, len(parts) - self._leave)
        if self._leave_first:
            return parts[self._leave :], parts[: self._leave]
        return parts[:done], parts[done:]
