"""The operator's function that brings a one-time password to its owner."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from token_service.domain.errors import Unavailable
from token_service.domain.one_time_passwords import Message
from token_service.store.errors import AwsError, translate_errors

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient


class LambdaSender:
    """Invokes a Lambda function, asynchronously: Lambda repeats it if it fails."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        """`function` is its name."""
        self._client = client
        self._function = function

    def send(self, message: Message | None) -> None:
        """Hand it over; None takes as long and reaches nobody.

        Raises:
            Unavailable: Lambda did not answer, or did not take it, whatever the reason.

        """
        payload = json.dumps(None if message is None else asdict(message))
        try:
            with translate_errors():
                answer = self._client.invoke(
                    FunctionName=self._function,
                    InvocationType="DryRun" if message is None else "Event",
                    Payload=payload.encode(),
                )
                # Empty, but the connection can only be used again once it has been read.
                answer["Payload"].read()
        except AwsError as error:
            # The function is the operator's: it may be throttled, or gone, or closed to us.
            raise Unavailable(detail=error.code) from error
