"""Batches that DynamoDB does only in part, with status 200, and pages of Queries."""

from typing import TYPE_CHECKING, Any

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.location import bucket
from token_service.store.clients import DynamoClients
from token_service.store.expired import DynamoExpiredTokens
from token_service.store.tokens import DynamoTokens

from tests.aws_hooks import Body, Parsed, hooks_of, refusal, watch
from tests.memory_store import place_of
from tests.samples import NOW, OWNER, a_client, a_record
from tests.store.faults import Partial, answer_error, before
from tests.store.stores import Store, no_pause

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

PLACE = place_of(a_record())
HOUR = NOW // 3600
BUCKET = bucket(HOUR, 0, 0)


def fill_bucket(dynamodb: "DynamoDBClient", count: int, size: int = 0) -> list[str]:
    """Put so many expiring items of `size` bytes and more into a bucket; their handles, sorted."""
    handles = [f"00{n:032x}" for n in range(count)]
    for handle in handles:
        dynamodb.put_item(
            TableName="TokensTable",
            Item={
                "bucket": {"S": BUCKET},
                "handle": {"S": handle},
                "expires_at": {"N": str(NOW)},
                "scope": {"S": "s" * size},
            },
        )
    return handles


@pytest.mark.parametrize("leave", [1, 2])
@pytest.mark.parametrize("times", [1, 2])
def test_unprocessed_keys_are_asked_for_again(
    dynamo: Store, dynamodb: "DynamoDBClient", times: int, leave: int
) -> None:
    """A half answer is completed, with a pause before each repeat, before anybody sees it."""
    dynamo.tokens.put(a_record())
    dynamo.clients.create(a_client())
    client, pauses = Partial(dynamodb, times, leave), list[int]()
    tokens = DynamoTokens(client.as_client(), "TokensTable", "ClientsTable", pauses.append)
    assert tokens.find_with_owners(PLACE, {OWNER}) == (a_record(), {OWNER: a_client()})
    assert pauses == list(range(times))


@pytest.mark.parametrize(("leave", "first"), [(1, False), (2, False), (1, True)])
def test_a_half_answer_is_never_given(
    dynamo: Store, dynamodb: "DynamoDBClient", leave: int, *, first: bool
) -> None:
    """After two repeats it is Unavailable: a record without its owner is not 'inactive'.

    Nor is an owner without a record one whose token has none.
    """
    dynamo.tokens.put(a_record())
    dynamo.clients.create(a_client())
    client, pauses = Partial(dynamodb, 99, leave, leave_first=first), list[int]()
    tokens = DynamoTokens(client.as_client(), "TokensTable", "ClientsTable", pauses.append)
    with pytest.raises(Unavailable):
        tokens.find_with_owners(PLACE, {OWNER})
    assert (client.calls, pauses) == (3, [0, 1])


def test_a_list_of_clients_is_whole_or_fails(dynamo: Store, dynamodb: "DynamoDBClient") -> None:
    """Clients that DynamoDB left out are asked for again, and never silently missing."""
    dynamo.clients.create(a_client())
    once = DynamoClients(Listing(dynamodb, times=1).as_client(), "ClientsTable", no_pause)
    assert list(once.list()) == [a_client()]
    always = DynamoClients(Listing(dynamodb, times=99).as_client(), "ClientsTable", no_pause)
    with pytest.raises(Unavailable):
        list(always.list())


class Untransacted(Partial):
    """A client whose transactions are one write after the other: moto's copy all tables first."""

    def transact_write_items(self, TransactItems: list[dict[str, Any]]) -> None:  # noqa: N803 - AWS's name
        """Each Put of them: in an empty table there is nothing to delete."""
        for action in TransactItems:
            if "Put" in action:
                self._client.put_item(**action["Put"])


def test_lists_300_clients_through_the_directory(
    dynamo: Store, dynamodb: "DynamoDBClient", calls: list[str]
) -> None:
    """16 Queries and as many reads of up to 100 clients show each of them once, without a Scan."""
    creator = DynamoClients(Untransacted(dynamodb, 0).as_client(), "ClientsTable", no_pause)
    clients = {f"c{n}": a_client(id=f"c{n}", epoch=f"{n:016x}") for n in range(300)}
    for client in clients.values():
        creator.create(client)
    calls.clear()
    listed = list(dynamo.clients.list())
    assert len(listed) == 300
    assert {client.id: client for client in listed} == clients
    assert (calls.count("Query"), calls.count("BatchGetItem"), len(calls)) == (16, 16, 32)


class Listing(Partial):
    """A partial client that can be queried too."""

    def query(self, **arguments: object) -> object:
        """All of it."""
        return self._client.query(**arguments)  # type: ignore[arg-type] # passed on as they are


@pytest.mark.parametrize(("times", "leave"), [(1, 1), (2, 24), (3, 25), (8, 20)])
def test_unprocessed_deletes_are_drained(
    dynamodb: "DynamoDBClient", times: int, leave: int
) -> None:
    """What DynamoDB left undone is done by repeating, to the last item."""
    handles = fill_bucket(dynamodb, 30)
    client, pauses = Partial(dynamodb, times, leave), list[int]()
    DynamoExpiredTokens(client.as_client(), "TokensTable", pauses.append).delete(BUCKET, handles)
    left = DynamoExpiredTokens(dynamodb, "TokensTable", pauses.append).page(BUCKET, None)
    assert left.items == ()
    assert len(pauses) == times


def test_a_batch_of_which_nothing_could_be_done_is_drained_too(dynamodb: "DynamoDBClient") -> None:
    """DynamoDB says so by an error, not by what is left: the same patience, and then an outage."""
    handles, pauses = fill_bucket(dynamodb, 30), list[int]()
    refusals = iter(range(2))

    def throttle(_: Body) -> Parsed | None:
        code = "ProvisionedThroughputExceededException"
        return refusal(code) if next(refusals, None) is not None else None

    hook = before(dynamodb, "BatchWriteItem", throttle)
    expired = DynamoExpiredTokens(dynamodb, "TokensTable", pauses.append)
    expired.delete(BUCKET, handles)
    assert (expired.page(BUCKET, None).items, pauses) == ((), [0, 1])
    hooks_of(dynamodb).remove(hook)
    answer_error(dynamodb, "BatchWriteItem", "ThrottlingException")
    pauses.clear()
    with pytest.raises(Unavailable):
        expired.delete(BUCKET, handles)
    assert pauses == list(range(8))


def test_deletes_that_stay_undone_are_an_outage(dynamodb: "DynamoDBClient") -> None:
    """The sweep is told that items are left; it must not believe the bucket is empty."""
    handles = fill_bucket(dynamodb, 3)
    client, pauses = Partial(dynamodb, times=99), list[int]()
    expired = DynamoExpiredTokens(client.as_client(), "TokensTable", pauses.append)
    with pytest.raises(Unavailable):
        expired.delete(BUCKET, handles)
    assert pauses == list(range(8))
    left = DynamoExpiredTokens(dynamodb, "TokensTable", pauses.append).page(BUCKET, None)
    assert [handle for handle, _ in left.items] == handles[-1:]


def test_a_long_bucket_comes_in_pages(dynamodb: "DynamoDBClient") -> None:
    """Of a megabyte, where DynamoDB ends a page; each item is shown once, with the way on."""
    handles = fill_bucket(dynamodb, 1100, size=1024)
    expired = DynamoExpiredTokens(dynamodb, "TokensTable", no_pause)
    first = expired.page(BUCKET, None)
    shown = [handle for handle, _ in first.items]
    assert 500 < len(shown) < 1100
    assert first.next_handle == shown[-1]
    second = expired.page(BUCKET, first.next_handle)
    assert second.next_handle is None
    assert shown + [handle for handle, _ in second.items] == handles


def test_an_empty_page_with_more_behind_it_says_so(dynamodb: "DynamoDBClient") -> None:
    """Where to go on comes from DynamoDB's own mark, not from the last item shown."""
    fill_bucket(dynamodb, 1)

    def empty(_: str, answer: Body) -> None:
        last = {"bucket": {"S": BUCKET}, "handle": {"S": "00"}}
        answer |= {"Items": [], "LastEvaluatedKey": last}

    watch(dynamodb).afterthoughts.append(empty)
    page = DynamoExpiredTokens(dynamodb, "TokensTable", no_pause).page(BUCKET, None)
    assert (page.items, page.next_handle) == ((), "00")


def test_an_item_without_an_expiry_is_nobody_s_to_sweep(dynamodb: "DynamoDBClient") -> None:
    """It is shown as expiring never, so that its hour is held instead of the item deleted."""
    dynamodb.put_item(
        TableName="TokensTable", Item={"bucket": {"S": BUCKET}, "handle": {"S": "stray"}}
    )
    page = DynamoExpiredTokens(dynamodb, "TokensTable", no_pause).page(BUCKET, None)
    assert page.items == (("stray", 2**62),)
