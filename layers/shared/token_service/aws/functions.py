"""AWS Lambda (REST, API version 2015-03-31): invoking a function."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from token_service.aws.service import Call, Service


@dataclass(frozen=True, slots=True)
class Functions:
    """Invokes functions by their names."""

    service: Service

    def invoke(self, function: str, kind: Literal["Event", "DryRun"], payload: bytes) -> None:
        """Hand an event (JSON) over, or find out whether that would be allowed.

        Raises:
            AwsError: Lambda did not take it.
            NoAnswerError: Lambda did not answer.

        """
        path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"
        headers = {"content-type": "application/json", "x-amz-invocation-type": kind}
        self.service.call(Call("Invoke", path, headers, payload))
