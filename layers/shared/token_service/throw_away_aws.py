"""AWS in memory, for the one request that primes a function before a snapshot.

It answers below boto3: requests are serialized, retried and parsed by the real clients, and leave
the process never. They are not signed, so that no credentials are looked up.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import botocore
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient

type Item = dict[str, dict[str, Any]]
type Document = dict[str, Any]

_OK = 200
# The keys of both tables (template.yaml).
_KEY_NAMES = ({"bucket", "handle"}, {"entity", "part"})


class ThrowAwayAws:
    """Keeps the items and the secret that are put, and finds them again."""

    def __init__(self) -> None:
        """Nothing is stored yet."""
        self._items: dict[str, Item] = {}
        self._secret = ""

    @contextmanager
    def serving(self, *clients: "BaseClient") -> Iterator[None]:
        """Answer everything that these clients send, unsigned."""
        # Their types know no handler that returns something, as both of these events want.
        hooks: list[Any] = [client.meta.events for client in clients]
        for events in hooks:
            events.register_first("before-send", self._send)
            events.register_first("choose-signer", _no_signature)
        try:
            yield
        finally:
            for events in hooks:
                events.unregister("before-send", self._send)
                events.unregister("choose-signer", _no_signature)

    def _send(self, request: "AWSPreparedRequest", **_: object) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        body = request.body
        assert isinstance(body, bytes)
        answer = self._answers[operation](self, json.loads(body))
        return AWSResponse(request.url, _OK, HTTPHeaders(), _Body(json.dumps(answer).encode()))

    def _get(self, request: Document) -> Document:
        item = self._items.get(_place(request["Key"]))
        return {"Item": item} if item else {}

    def _batch_get(self, request: Document) -> Document:
        found = {
            table: [item for key in wanted["Keys"] if (item := self._items.get(_place(key)))]
            for table, wanted in request["RequestItems"].items()
        }
        return {"Responses": found}

    def _put(self, request: Document) -> Document:
        self._items[_place(request["Item"])] = request["Item"]
        return {}

    def _transact(self, request: Document) -> Document:
        for action in request["TransactItems"]:
            if "Put" in action:
                self._put(action["Put"])
        return {}

    def _update(self, _: Document) -> Document:
        return {}

    def _put_secret(self, request: Document) -> Document:
        self._secret = request["SecretString"]
        return {"VersionId": "1", "VersionStages": ["AWSCURRENT"]}

    def _get_secret(self, _: Document) -> Document:
        return {"SecretString": self._secret, "VersionId": "1", "VersionStages": ["AWSCURRENT"]}

    _answers = {  # noqa: RUF012 - a table, never changed
        "BatchGetItem": _batch_get,
        "GetItem": _get,
        "GetSecretValue": _get_secret,
        "PutItem": _put,
        "PutSecretValue": _put_secret,
        "TransactWriteItems": _transact,
        "UpdateItem": _update,
    }


class _Body:
    """The body of a response, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._content


def _place(attributes: Mapping[str, Mapping[str, str]]) -> str:
    """Where an item lies, in whichever table."""
    names = next(names for names in _KEY_NAMES if names <= attributes.keys())
    return json.dumps([attributes[name]["S"] for name in sorted(names)])


def _no_signature(**_: object) -> object:
    return botocore.UNSIGNED
