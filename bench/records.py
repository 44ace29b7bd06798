"""Token records in bulk, such as the issuing function writes, and a quick way to put them."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import batched
from secrets import token_bytes
from threading import local
from urllib.parse import urlsplit

from token_service.domain.grants import Access, Grant
from token_service.domain.handles import new_jwt_id
from token_service.domain.limits import HOUR
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.tokens import TokenRecord
from token_service.store.dynamodb import Item
from token_service.store.tokens import to_item

_CONNECTIONS = 4
_BATCH_WRITE = 25
_OK = 200
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "X-Amz-Date": "20261122T000000Z",
    # dynalite wants one, and checks none.
    "Authorization": "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
}


def records(number: int, hour: int, layout: int) -> Iterator[Item]:
    """So many records of JWTs that all expire within one hour (since the epoch)."""
    for expires_at in (hour * HOUR + n % HOUR for n in range(number)):
        yield to_item(
            TokenRecord(
                handle=new_jwt_id(layout, token_bytes),
                layout=layout,
                owner=OwnerRef(OwnerKind.CLIENT, "5f0c8d1e-8f4b-4f5e-9a63-27d6f4f6a1c2"),
                epoch="0011223344556677",
                issued_at=expires_at - HOUR,
                expires_at=expires_at,
                grant=Grant.CLIENT_CREDENTIALS,
                access=Access.FULL,
                audience=("https://tokens.example.com",),
                scope=("orders:read", "orders:write"),
            )
        )


def put_all(endpoint: str, items: Iterable[Item], table: str = "TokensTable") -> None:
    """Put all of these, as fast as the engine at this address takes them."""
    connections = local()

    def put(batch: tuple[Item, ...]) -> None:
        if not hasattr(connections, "one"):
            connections.one = HTTPConnection(urlsplit(endpoint).netloc)
        requests = [{"PutRequest": {"Item": item}} for item in batch]
        body = json.dumps({"RequestItems": {table: requests}})
        connections.one.request("POST", "/", body, _HEADERS)
        response = connections.one.getresponse()
        answer = response.read()
        if response.status != _OK:
            raise RuntimeError(f"the engine refused a batch: {answer!r}")

    with ThreadPoolExecutor(_CONNECTIONS) as threads:
        for _ in threads.map(put, batched(items, _BATCH_WRITE, strict=False)):
            pass
