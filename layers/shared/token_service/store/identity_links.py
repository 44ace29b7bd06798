"""Which person an identity at an OpenID provider belongs to, one item each in the clients table."""

from typing import TYPE_CHECKING, Any, ClassVar

from token_service.store.dynamodb import Item
from token_service.store.errors import ConditionFailedError, translate_errors
from token_service.store.items import StoredItem, Text, parse_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class _LinkItem(StoredItem, defer_build=True):
    kind: ClassVar = "identity link item"

    person: Text


class DynamoIdentityLinks:
    """Links are written conditionally, so that two sign-ins at once make one."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the clients table."""
        self._client = client
        self._table = table

    def find(self, identity: str) -> str | None:
        """The person's id, strongly consistent, or None.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with translate_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=_key(identity), ConsistentRead=True
            )
        item = answer.get("Item")
        return parse_item(_LinkItem, item).person if item else None

    def keep(self, identity: str, person: str, instead_of: str | None) -> bool:
        """Link an identity, unless it is linked to somebody else by now; False then.

        Finding the very same link there means our own retry, and success.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        values: dict[str, Any] = {":person": {"S": person}}
        condition = "attribute_not_exists(entity) OR person = :person"
        if instead_of is not None:
            values[":former"] = {"S": instead_of}
            condition = "person IN (:former, :person)"
        try:
            with translate_errors():
                self._client.put_item(
                    TableName=self._table,
                    Item=_key(identity) | {"person": {"S": person}},
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
        except ConditionFailedError:
            return False
        return True


def _key(identity: str) -> Item:
    return {"entity": {"S": f"sso#link#{identity}"}, "part": {"S": "person"}}
