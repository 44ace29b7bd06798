"""When clients were last used, in the clients table: one item a client, apart from its own.

So that functions which issue tokens can write this and nothing of a client's secrets and flags.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import batched
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator

from token_service.domain.owners import LastUse, OwnerKind, OwnerRef
from token_service.store.dynamodb import (
    Item,
    Pause,
    batch_get,
)
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import Count, Reference, StoredItem, Text, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BATCH_GET = 100
_CLIENT = "client"
_USED = "used#"


def _without_prefix(entity: object) -> object:
    return entity.removeprefix(_USED) if isinstance(entity, str) else entity


class _UseItem(StoredItem, defer_build=True, extra="allow"):
    """Every attribute that is not declared is the mark of a secret or a key."""

    kind: ClassVar = "client use item"
    named_by: ClassVar = ("entity",)

    __pydantic_extra__: dict[str, Count]

    entity: Annotated[Reference, BeforeValidator(_without_prefix)]
    part: Text
    client: Count | None = None


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
                stored = parse_item(_UseItem, item)
                found[stored.entity.id] = LastUse(stored.client, stored.__pydantic_extra__)
        return found


def use_key(client_id: str) -> Item:
    """Where a client's uses are noted."""
    owner = OwnerRef(OwnerKind.CLIENT, client_id)
    return {"entity": {"S": f"{_USED}{owner}"}, "part": {"S": "last"}}
