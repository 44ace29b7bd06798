"""The meter: a proxy before dynalite that has every call tell what it used, and adds it up.

It asks for `ReturnConsumedCapacity` where the caller does not, and changes nothing else. Two rules
of AWS's that dynalite leaves out are put right (Developer Guide, "DynamoDB read and write
operations", read 2026-11-22): a write refused by its own condition is billed all the same, and a
read that finds nothing is billed as the smallest read.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, override
from urllib.parse import urlsplit

from local.loopback import ANY_PORT, Silent

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})
_CONDITION_FAILED = "ConditionalCheckFailedException"
_PASSED_ON = ("Content-Type", "X-Amz-Target", "X-Amz-Date", "Authorization")
_PASSED_BACK = ("Content-Type", "x-amz-crc32", "x-amzn-RequestId")
_OK = 200


@dataclass(slots=True)
class Use:
    """What some calls came to: read and write units, items read, and calls by operation."""

    reads: float = 0.0
    writes: float = 0.0
    items_read: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    def add(self, operation: str, request: dict[str, Any], status: int, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Count one call by its request and its answer (JSON)."""
        self.calls[operation] += 1
        if operation in _READS and status == _OK:
            self.reads += max(_units(answer), _least_read(operation, request))
            self.items_read += _items(answer)
        elif operation in _WRITES and status == _OK:
            self.writes += _units(answer)
        elif operation in _WRITES and answer.get("__type", "").endswith(_CONDITION_FAILED):
            self.writes += 1


def _units(answer: dict[str, Any]) -> float:
    """Units of one table, or of several together."""
    consumed = answer["ConsumedCapacity"]
    tables = consumed if isinstance(consumed, list) else [consumed]
    return float(sum(table["CapacityUnits"] for table in tables))


def _least_read(operation: str, request: dict[str, Any]) -> float:
    """What is billed for finding nothing; dynalite does so itself where it reads by key."""
    return (
        (1.0 if request.get("ConsistentRead") else 0.5) if operation in ("Query", "Scan") else 0.0
    )


def _items(answer: dict[str, Any]) -> int:
    if "Responses" in answer:
        return sum(map(len, answer["Responses"].values()))
    return int(answer["ScannedCount"]) if "ScannedCount" in answer else int("Item" in answer)


class Meter(ThreadingHTTPServer):
    """Answers at `endpoint` as the engine does."""

    daemon_threads = True

    def __init__(self, engine: str) -> None:
        """`engine` is dynalite's address."""
        super().__init__(ANY_PORT, _Proxy)
        self.engine = urlsplit(engine).netloc
        self._use = Use()
        self._lock = Lock()

    @property
    def endpoint(self) -> str:
        """The address for AWS clients."""
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, operation: str, request: dict[str, Any], status: int, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Add one call to what has been used."""
        with self._lock:
            self._use.add(operation, request, status, answer)

    def read(self) -> Use:
        """What was used since the last reading."""
        with self._lock:
            use, self._use = self._use, Use()
        return use


class _Proxy(Silent, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Meter

    @override
    def setup(self) -> None:
        super().setup()
        self._engine = HTTPConnection(self.server.engine)

    @override
    def finish(self) -> None:
        self._engine.close()
        super().finish()

    def do_POST(self) -> None:
        """Pass one call on, and count it before its answer is given."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        if operation in _READS | _WRITES:
            request["ReturnConsumedCapacity"] = "TOTAL"
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        self._engine.request("POST", self.path, json.dumps(request), headers)
        response = self._engine.getresponse()
        body = response.read()
        self.server.count(operation, request, response.status, json.loads(body))
        self.send_response(response.status)
        for name in _PASSED_BACK:
            if name in response.headers:
                self.send_header(name, response.headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
