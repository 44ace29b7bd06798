"""DynamoDB on a bad day: what comes back instead of an answer."""

from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ReadTimeoutError

from tests.aws_hooks import Body, Client, Hook, Parsed, hooks_of, refusal, watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_dynamodb import DynamoDBClient


def before(client: Client, operation: str, act: "Callable[[Body], Parsed | None]") -> Hook:
    """Do something before each request of this operation is sent; what takes it away again."""

    def hook(name: str, body: Body) -> Parsed | None:
        return act(body) if name == operation else None

    hooks_of(client).append(hook)
    return hook


def answer_error(
    client: Client, operation: str, code: str, status: int = 400, **members: object
) -> None:
    """Answer every call of this operation with this error, after the last attempt."""
    before(client, operation, lambda _: refusal(code, status, **members))


def break_connection(client: Client, operation: str | None = None) -> None:
    """Let every call of this operation (None: of any) end without an answer."""

    def fail(name: str, _: Body) -> None:
        if operation in (None, name):
            raise ReadTimeoutError(endpoint_url=client.meta.endpoint_url)

    hooks_of(client).append(fail)


def lose_first_answer(client: Client, operation: str) -> list[int]:
    """Lose the first answer to this operation after it was served.

    Returns the numbers of the attempts, a list that grows.
    """
    return watch(client).lost.setdefault(operation, [])


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
