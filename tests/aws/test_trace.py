"""What X-Ray is told of a call, and what never."""

import json
import socket
from typing import Any

import pytest
from token_service.aws.trace import Daemon, Trace

SAMPLED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def told_of(header: str, status: int | None = 200) -> list[dict[str, Any]]:
    """The documents that one call makes, in an invocation with this header."""
    documents: list[bytes] = []
    environment = {"_X_AMZN_TRACE_ID": header}
    trace = Trace(environment, "us-east-1", documents.append)
    trace.call("dynamodb", "PutItem", 1.5, 1.75, status)
    parts = [document.split(b"\n", 1) for document in documents]
    assert all(json.loads(head) == {"format": "json", "version": 1} for head, _ in parts)
    return [json.loads(segment) for _, segment in parts]


def test_nothing_of_a_request_is_told() -> None:
    """The operation, where it belongs and how it went: no key, no item, no message (item 78)."""
    (found,) = told_of(SAMPLED)
    assert len(found.pop("id")) == 16
    assert found == {
        "type": "subsegment",
        "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
        "parent_id": "53995c3f42cd8ad8",
        "name": "DynamoDB",
        "namespace": "aws",
        "start_time": 1.5,
        "end_time": 1.75,
        "aws": {"operation": "PutItem", "region": "us-east-1"},
        "http": {"response": {"status": 200}},
    }


@pytest.mark.parametrize(
    ("status", "flags"),
    [(200, set[str]()), (400, {"error"}), (503, {"fault"}), (None, {"fault"})],
)
def test_failures_are_marked(status: int | None, flags: set[str]) -> None:
    """As X-Ray has it: the caller's mistake, the service's, or no answer at all."""
    (found,) = told_of(SAMPLED, status)
    assert {"error", "fault"} & set(found) == flags
    assert ("http" in found) is (status is not None)


@pytest.mark.parametrize("header", ["", SAMPLED.replace("=1", "=0", -1), "Sampled=1", "nonsense"])
def test_what_is_not_sampled_is_not_told(header: str) -> None:
    """Most invocations are not traced, and cost nothing."""
    assert told_of(header) == []


def test_the_daemon_hears_it_and_need_not_be_there() -> None:
    """One datagram a document; nobody there is no error."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        daemon = Daemon(f"127.0.0.1:{listener.getsockname()[1]}")
        daemon.tell(b"document")
        assert listener.recv(100) == b"document"
    daemon.tell(b"nobody listens")
    daemon.tell(b"still nobody")
    daemon.close()
    daemon.tell(b"nobody speaks")
