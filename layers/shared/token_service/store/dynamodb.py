"""Calls to DynamoDB that take more than one request: transactions and batches."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from token_service.domain.errors import Unavailable
from token_service.domain.owners import OwnerRef
from token_service.store.errors import TRANSACTION_CONFLICTS, AwsError, translate_errors

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

type Item = dict[str, Any]
"""An item as the low-level client has it: attribute name to {"S": ...} or {"N": ...}."""

type Pause = Callable[[int], None]
"""Waits a little longer, with jitter, the higher the attempt (from 0)."""

# Why a transaction may be cancelled that would succeed a moment later.
_CANCELLED_FOR_NOW = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)
_CONTENDED_REPEATS = 4
# A batch that is still incomplete after this many repeats is an outage, not a hiccup.
_BATCH_REPEATS = 2


def owner_key(owner: OwnerRef) -> Item:
    """The key of an owner's own item in the clients table.

    Its partition key `entity` names what an item is about, its sort key `part` which side of it:
    one entity's parts can be granted to a function alone, by the leading key.
    """
    return {"entity": {"S": str(owner)}, "part": {"S": "profile"}}


class TransactionConditionError(Exception):
    """A transaction was cancelled by one of its own conditions.

    `failed` has the number of each action whose condition did not hold, and the item that was
    there, if it was asked for and there was one.
    """

    def __init__(self, failed: Mapping[int, Mapping[str, Any] | None]) -> None:
        """At least one action failed."""
        super().__init__()
        self.failed = failed


def transact(
    client: "DynamoDBClient", pause: Pause, actions: "Sequence[TransactWriteItemTypeDef]"
) -> None:
    """Write all of these or none; a few times if others write to the same items just then.

    Raises:
        TransactionConditionError: a condition did not hold.
        Unavailable: DynamoDB did not answer.

    """
    uncontended(pause, lambda: _transact_once(client, actions))


def uncontended[R](pause: Pause, call: Callable[[], R]) -> R:
    """Repeat a call a few times while other transactions are in its way."""
    for attempt in range(_CONTENDED_REPEATS):
        try:
            return call()
        except Unavailable as error:
            if error.detail not in TRANSACTION_CONFLICTS:
                raise
        pause(attempt)
    return call()


def _transact_once(client: "DynamoDBClient", actions: "Sequence[TransactWriteItemTypeDef]") -> None:
    try:
        with translate_errors():
            client.transact_write_items(TransactItems=actions)
    except AwsError as error:
        cancelled = error.response.get("CancellationReasons", [])
        failed = {
            number: reason.get("Item")
            for number, reason in enumerate(cancelled)
            if reason.get("Code") == "ConditionalCheckFailed"
        }
        if failed:
            raise TransactionConditionError(failed) from error
        reasons = {reason.get("Code", "") for reason in cancelled}
        for reason in reasons & _CANCELLED_FOR_NOW:
            raise Unavailable(detail=reason) from error
        raise


def batch_get(
    client: "DynamoDBClient", keys: dict[str, list[Item]], pause: Pause
) -> dict[str, list[Item]]:
    """Read items of several tables in one strongly consistent round trip: all of them, or raise.

    Raises:
        Unavailable: DynamoDB kept leaving some out (it says so with status 200, and the SDK does
            not ask again).

    """
    wanted: Any = {
        table: {"Keys": table_keys, "ConsistentRead": True} for table, table_keys in keys.items()
    }
    found: dict[str, list[Item]] = {table: [] for table in keys}
    for attempt in range(_BATCH_REPEATS + 1):
        with translate_errors():
            answer = client.batch_get_item(RequestItems=wanted)
        for table, items in answer["Responses"].items():
            found[table].extend(items)
        wanted = answer.get("UnprocessedKeys")
        if not wanted:
            return found
        if attempt < _BATCH_REPEATS:
            pause(attempt)
    raise Unavailable(detail="BatchGetItem left keys unprocessed")
