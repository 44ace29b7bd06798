"""The tables, and who may call."""

import base64
import hashlib
import hmac
import os
from typing import Any

import boto3
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError

dynamodb = boto3.resource("dynamodb")
clients = dynamodb.Table(os.environ["CLIENTS_TABLE"])
tokens = dynamodb.Table(os.environ["TOKENS_TABLE"])


def authenticate(authorization: str) -> dict[str, Any]:
    """The client whose credentials (HTTP Basic) these are.

    Raises:
        UnauthorizedError: no client's.

    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise UnauthorizedError("invalid_client")
    client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    client = clients.get_item(Key={"client_id": client_id}).get("Item")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    if not client or not hmac.compare_digest(digest, str(client["secret_digest"])):
        raise UnauthorizedError("invalid_client")
    return client


def is_active(claims: dict[str, Any]) -> bool:
    """Whether a token's record is there and not revoked, and its client is enabled."""
    record = tokens.get_item(Key={"jti": claims["jti"]}, ConsistentRead=True).get("Item")
    owner = clients.get_item(Key={"client_id": claims["sub"]}, ConsistentRead=True).get("Item")
    return bool(record and not record["revoked"] and owner and owner["enabled"])
