"""Amazon DynamoDB (JSON 1.0, API version 2012-08-10): the operations that the store uses."""

from dataclasses import dataclass
from os import urandom
from typing import TYPE_CHECKING, Unpack

from token_service.aws.service import JsonService, Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import type_defs as types

_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class DynamoDB:
    """One method an operation, the members of requests and answers under AWS's own names.

    Each raises AwsError or NoAnswerError.
    """

    service: JsonService

    @classmethod
    def over(cls, service: Service) -> "DynamoDB":
        """Its calls go out through this."""
        return cls(JsonService(service, "DynamoDB_20120810", "application/x-amz-json-1.0"))

    def get_item(
        self, **request: Unpack["types.GetItemInputTypeDef"]
    ) -> "types.GetItemOutputTypeDef":
        """Read one item by its key."""
        answer: types.GetItemOutputTypeDef = self.service.call("GetItem", request)
        return answer

    def put_item(
        self, **request: Unpack["types.PutItemInputTypeDef"]
    ) -> "types.PutItemOutputTypeDef":
        """Write one item, over whatever is there."""
        answer: types.PutItemOutputTypeDef = self.service.call("PutItem", request)
        return answer

    def update_item(
        self, **request: Unpack["types.UpdateItemInputTypeDef"]
    ) -> "types.UpdateItemOutputTypeDef":
        """Change some attributes of one item, or make it."""
        answer: types.UpdateItemOutputTypeDef = self.service.call("UpdateItem", request)
        return answer

    def delete_item(
        self, **request: Unpack["types.DeleteItemInputTypeDef"]
    ) -> "types.DeleteItemOutputTypeDef":
        """Remove one item."""
        answer: types.DeleteItemOutputTypeDef = self.service.call("DeleteItem", request)
        return answer

    def query(self, **request: Unpack["types.QueryInputTypeDef"]) -> "types.QueryOutputTypeDef":
        """Read a page of the items of one partition key."""
        answer: types.QueryOutputTypeDef = self.service.call("Query", request)
        return answer

    def batch_get_item(
        self, **request: Unpack["types.BatchGetItemInputTypeDef"]
    ) -> "types.BatchGetItemOutputTypeDef":
        """Read up to 100 items by their keys; what it left out is in the answer."""
        answer: types.BatchGetItemOutputTypeDef = self.service.call("BatchGetItem", request)
        return answer

    def batch_write_item(
        self, **request: Unpack["types.BatchWriteItemInputTypeDef"]
    ) -> "types.BatchWriteItemOutputTypeDef":
        """Write or remove up to 25 items; what it left out is in the answer."""
        answer: types.BatchWriteItemOutputTypeDef = self.service.call("BatchWriteItem", request)
        return answer

    def transact_write_items(
        self, **request: Unpack["types.TransactWriteItemsInputTypeDef"]
    ) -> "types.TransactWriteItemsOutputTypeDef":
        """Write up to 100 items or none, once however often the request is repeated."""
        request.setdefault("ClientRequestToken", urandom(_TOKEN_BYTES).hex())
        answer: types.TransactWriteItemsOutputTypeDef = self.service.call(
            "TransactWriteItems", request
        )
        return answer
