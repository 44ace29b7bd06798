"""Calls to AWS as X-Ray shows them, inside the segment that Lambda makes of an invocation.

After "Sending segment documents to the X-Ray daemon" in the X-Ray Developer Guide. What is told of
a call is its operation and how it went: neither keys nor items nor messages.
"""

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from os import urandom

_HEADER = b'{"format":"json","version":1}\n'
_NAMES = {"dynamodb": "DynamoDB", "secretsmanager": "SecretsManager", "lambda": "Lambda"}
_ID_BYTES = 8
_FAULT = 500
_ERROR = 400

type Tell = Callable[[bytes], None]


class Trace:
    """Tells of calls, if the invocation under way is one of those that are traced."""

    def __init__(self, environment: Mapping[str, str], region: str, tell: Tell) -> None:
        """`environment` is the function's own, in which Lambda names each invocation's trace."""
        self._environment = environment
        self._region = region
        self._tell = tell

    def call(
        self, service: str, operation: str, started: float, ended: float, status: int | None
    ) -> None:
        """One request to a service, from its first moment to its last (seconds since the epoch).

        `status` is that of the answer, None if there was none.
        """
        header = self._environment.get("_X_AMZN_TRACE_ID", "")
        if "Sampled=1" not in header:
            return
        named = dict(part.partition("=")[::2] for part in header.split(";"))
        if "Root" not in named or "Parent" not in named:
            return
        segment: dict[str, object] = {
            "type": "subsegment",
            "id": urandom(_ID_BYTES).hex(),
            "trace_id": named["Root"],
            "parent_id": named["Parent"],
            "name": _NAMES.get(service, service),
            "namespace": "aws",
            "start_time": started,
            "end_time": ended,
            "aws": {"operation": operation, "region": self._region},
        }
        if status is None or status >= _FAULT:
            segment["fault"] = True
        elif status >= _ERROR:
            segment["error"] = True
        if status is not None:
            segment["http"] = {"response": {"status": status}}
        self._tell(_HEADER + json.dumps(segment, separators=(",", ":")).encode())


class Daemon:
    """Sends to the X-Ray daemon, which need not be there: nothing is waited for."""

    def __init__(self, address: str) -> None:
        """`address` is `host:port`."""
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._outlet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._outlet.setblocking(False)  # noqa: FBT003 - the socket's own signature

    def tell(self, document: bytes) -> None:
        """One datagram; a trace is worth no request, so that no failure comes out."""
        with suppress(OSError):
            self._outlet.sendto(document, self._address)

    def close(self) -> None:
        """Give the socket back."""
        self._outlet.close()
