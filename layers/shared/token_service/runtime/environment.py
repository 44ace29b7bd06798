"""The AWS services that a function may call."""

import os
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


def make_clients() -> None:
    """Make the clients of the services that this function is configured for."""
    if "CLIENTS_TABLE" in os.environ or "TOKENS_TABLE" in os.environ:
        dynamodb()
    if "SIGNING_SECRET" in os.environ:
        secrets_manager()


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    # Lambda runs the imports with a full CPU, before the first event and before any snapshot.
    make_clients()
