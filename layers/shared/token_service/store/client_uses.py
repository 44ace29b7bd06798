"""When clients were last used, in the clients table: one item a client, apart from its own.

So that functions which issue tokens can write this and nothing of a client's secrets and flags.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import batched
from typing import TYPE_CHECKING

from token_service.domain.owners import LastUse, OwnerKind, OwnerRef
from token_service.store.dynamodb import (
    Item,
    Pause,
    batch_get,
)
from token_service.store.errors import ConditionFailedError, translate_errors

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BATCH_GET = 100
_CLIENT = "client"
_KEY = ("entity", "part")


class DynamoClientUses:
    """Notes and reads; every method may raise Unavailable: DynamoDB did not answer."""

    def __init__(self, client: "DynamoDBClient", table: str, pause: Pause) -> None:
        """`table` is the clients table; `pause` waits between repeats of a batch."""
        self._client = client
        self._table = table
        self._pause = pause

    def note(self, client_id: str, mark: str | None, now: int, at_most_every: int) -> None:
        """Note a use at `now` (seconds) with one write, unless one was noted just before."""
        names = {"#client": _CLIENT} if mark is None else {"#client": _CLIENT, "#mark": mark}
        decisive = list(names)[-1]
        with suppress(ConditionFailedError), translate_errors():
            self._client.update_item(
                TableName=self._table,
                Key=use_key(client_id),
                UpdateExpression="SET " + ", ".join(f"{name} = :now" for name in names),
                ConditionExpression=(f"attribute_not_exists({decisive}) OR {decisive} <= :before"),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={
                    ":now": {"N": str(now)},
                    ":before": {"N": str(now - at_most_every)},
                },
            )

    def last_used(self, client_id: str) -> LastUse:
        """When a client was last used."""
        return self.last_used_of([client_id])[client_id]

    def last_used_of(self, client_ids: Iterable[str]) -> Mapping[str, LastUse]:
        """The same of many, a hundred in a round trip; every id is in the answer."""
        found = dict.fromkeys(client_ids, LastUse())
        for ids in batched(list(found), _BATCH_GET, strict=False):
            keys = {self._table: [use_key(client_id) for client_id in ids]}
            for item in batch_get(self._client, keys, self._pause)[self._table]:
                owner = OwnerRef.parse(item["entity"]["S"].partition("#")[2])
                found[owner.id] = _from_item(item)
        return found


def use_key(client_id: str) -> Item:
    """Where a client's uses are noted."""
    owner = OwnerRef(OwnerKind.CLIENT, client_id)
    return {"entity": {"S": f"used#{owner}"}, "part": {"S": "last"}}


def _from_item(item: Item) -> LastUse:
    times = {name: int(value["N"]) for name, value in item.items() if name not in _KEY}
    return LastUse(times.pop(_CLIENT, None), times)
