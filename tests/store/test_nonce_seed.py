"""The seed of nonces at rest: made once, and apart from what is published."""

from typing import TYPE_CHECKING

import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keyring import Keyring
from token_service.domain.keys import KeyState
from token_service.store.nonce_seed import DynamoNonceSeed
from token_service.store.signing_keys import DynamoPublicKeys

from tests.aws_hooks import items_of
from tests.clock import SeededBytes
from tests.store.faults import answer_error
from tests.store.test_signing_keys import public_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def test_the_first_seed_stays(dynamodb: "DynamoDBClient") -> None:
    """Made again, by a second run or by two at once, it is still the same 32 bytes."""
    seed = DynamoNonceSeed(dynamodb, "ClientsTable")
    seed.ensure(SeededBytes(1))
    seed.ensure(SeededBytes(2))
    assert seed.load() == SeededBytes(1)(32)


def test_before_it_was_made(dynamodb: "DynamoDBClient") -> None:
    """Whoever needs it is told to try again, never given one that others do not have."""
    with pytest.raises(Unavailable):
        DynamoNonceSeed(dynamodb, "ClientsTable").load()


def test_it_lies_beside_the_keys(dynamodb: "DynamoDBClient") -> None:
    """In their partition, so that who may read the one may read the other; in another item."""
    seed = DynamoNonceSeed(dynamodb, "ClientsTable")
    seed.ensure(SeededBytes(1))
    keyring = Keyring((public_key(SigningAlgorithm.ES256, KeyState.CURRENT, None),), since=5)
    DynamoPublicKeys(dynamodb, "ClientsTable").save(keyring)
    items = items_of("ClientsTable")
    assert {item["entity"]["S"] for item in items} == {"keys#signing"}
    assert len(items) == 2
    assert not any({"keys", "seed"} <= item.keys() for item in items)
    assert seed.load() == SeededBytes(1)(32)


@pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
def test_an_outage(dynamodb: "DynamoDBClient", operation: str) -> None:
    """Throttling means try again."""
    answer_error(dynamodb, operation, "ThrottlingException", 400)
    seed = DynamoNonceSeed(dynamodb, "ClientsTable")
    with pytest.raises(Unavailable):
        seed.load() if operation == "GetItem" else seed.ensure(SeededBytes(1))
