"""The AWS services that a function may call."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_secretsmanager import SecretsManagerClient


# boto3 is imported by the first of these: some functions call no AWS service.
def dynamodb() -> "DynamoDBClient":
    """The one DynamoDB client."""
    from token_service import aws

    return aws.dynamodb()


def secrets_manager() -> "SecretsManagerClient":
    """The one Secrets Manager client."""
    from token_service import aws

    return aws.secrets_manager()


def functions() -> "LambdaClient":
    """The one client of Lambda itself."""
    from token_service import aws

    return aws.functions()
