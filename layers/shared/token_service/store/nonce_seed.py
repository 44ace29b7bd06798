"""What nonces for DPoP proofs are made from: 32 bytes beside the published keys.

Every function that verifies may read the signing keys' partition, and so this. It is no member of
the keyring: what is published and what must never be do not share an item.
"""

from base64 import b64decode, b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator

from token_service.domain.errors import Unavailable
from token_service.domain.handles import RandomBytes
from token_service.domain.server_nonces import SEED_BYTES
from token_service.store.dynamodb import Item
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import StoredItem, Text, parse_item
from token_service.store.signing_keys import KEYRING_ENTITY

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_KEY: Item = {"entity": {"S": KEYRING_ENTITY}, "part": {"S": "nonces"}}


def _check_seed(text: str) -> str:
    if len(b64decode(text, validate=True)) != SEED_BYTES:
        raise ValueError("not a seed")
    return text


class _SeedItem(StoredItem, defer_build=True):
    kind: ClassVar = "nonce seed item"

    seed: Annotated[Text, AfterValidator(_check_seed)]


class DynamoNonceSeed:
    """Made once in a deployment's life."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the clients table."""
        self._client = client
        self._table = table

    def ensure(self, random: RandomBytes) -> None:
        """Make the seed if there is none; safe to run again, and twice at once.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        seed = b64encode(random(SEED_BYTES)).decode()
        with suppress(ConditionFailedError), translate_errors():
            self._client.put_item(
                TableName=self._table,
                Item=_KEY | {"seed": {"S": seed}},
                ConditionExpression="attribute_not_exists(entity)",
            )

    def load(self) -> bytes:
        """The seed.

        Raises:
            Unavailable: DynamoDB did not answer, or no seed has been made yet.

        """
        with translate_errors():
            answer = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        if "Item" not in answer:
            raise Unavailable(detail="no seed for nonces has been made")
        return b64decode(parse_item(_SeedItem, answer["Item"]).seed)
