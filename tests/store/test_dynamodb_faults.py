"""What the store says when DynamoDB does not do as it is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.ports import LockOut
from token_service.store.errors import AwsError

from tests.memory_store import place_of
from tests.samples import EPOCH, NOW, OWNER, a_client, a_record, an_account
from tests.store.faults import answer_error, break_connection
from tests.store.stores import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PLACE = place_of(a_record())
CALLS: dict[str, tuple[str, Callable[[Store], object]]] = {
    "put": ("PutItem", lambda s: s.tokens.put(a_record())),
    "find": ("GetItem", lambda s: s.tokens.find(PLACE)),
    "find_with_owners": (
        "BatchGetItem",
        lambda s: s.tokens.find_with_owners(PLACE, {OWNER}),
    ),
    "revoke": ("UpdateItem", lambda s: s.tokens.revoke(PLACE, OWNER, NOW)),
    "bury": ("UpdateItem", lambda s: s.tokens.bury(PLACE, a_record(revoked_at=NOW))),
    "client": ("GetItem", lambda s: s.clients.find("shop")),
    "create": ("TransactWriteItems", lambda s: s.clients.create(a_client())),
    "replace": ("PutItem", lambda s: s.clients.replace(a_client())),
    "delete": ("TransactWriteItems", lambda s: s.clients.delete(a_client())),
    "owner": ("GetItem", lambda s: s.owners.find(OWNER)),
    "account": ("GetItem", lambda s: s.admins.find_by_username("ada")),
    "create_account": ("TransactWriteItems", lambda s: s.customers.create(an_account())),
    "replace_epoch": ("UpdateItem", lambda s: s.customers.replace_epoch("a" * 32, EPOCH)),
    "integration": ("GetItem", lambda s: s.integrations.find_by_consumer_key("c" * 32)),
    "count": ("UpdateItem", lambda s: s.failures.count("ada", NOW, LockOut(6, 60))),
    "reset": ("DeleteItem", lambda s: s.failures.reset("ada")),
    "nonce": ("PutItem", lambda s: s.nonces.use("once", NOW)),
    "list": ("Query", lambda s: list(s.clients.list())),
    "page": ("Query", lambda s: s.expired.page("1#0#0", None)),
    "delete_expired": ("BatchWriteItem", lambda s: s.expired.delete("1#0#0", ["a"])),
    "checkpoint": ("GetItem", lambda s: s.expired.checkpoint()),
    "advance": ("UpdateItem", lambda s: s.expired.advance(1)),
}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 400),
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
        ("NeverHeardOf", 502),
    ],
)
def test_throttling_and_server_faults_mean_try_again(
    dynamo: Store, dynamodb: "DynamoDBClient", code: str, status: int
) -> None:
    """Whatever is asked, an overloaded or broken DynamoDB is Unavailable, never an answer."""
    for operation, ask in CALLS.values():
        answer_error(dynamodb, operation, code, status)
        with pytest.raises(Unavailable) as caught:
            ask(dynamo)
        assert caught.value.public == ""


def test_a_broken_connection_means_try_again(dynamo: Store, dynamodb: "DynamoDBClient") -> None:
    """No answer in time, or no connection at all, is Unavailable."""
    for operation, ask in CALLS.values():
        break_connection(dynamodb, operation)
        with pytest.raises(Unavailable):
            ask(dynamo)


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_our_own_mistakes_are_not_called_outages(
    dynamo: Store, dynamodb: "DynamoDBClient", code: str
) -> None:
    """What trying again cannot help comes out as it is, to be logged as an error."""
    for operation, ask in CALLS.values():
        answer_error(dynamodb, operation, code)
        with pytest.raises(AwsError):
            ask(dynamo)


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError"])
@pytest.mark.parametrize("name", ["create", "delete"])
def test_a_transaction_in_the_way_means_try_again(
    dynamo: Store, dynamodb: "DynamoDBClient", name: str, reason: str
) -> None:
    """A cancelled transaction that said nothing about the client is Unavailable, not an answer."""
    answer_error(
        dynamodb,
        "TransactWriteItems",
        "TransactionCanceledException",
        CancellationReasons=[{"Code": reason}, {"Code": "None"}],
    )
    with pytest.raises(Unavailable):
        CALLS[name][1](dynamo)
