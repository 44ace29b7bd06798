"""Authlib's authorization server on Flask, issuing JWTs to clients that lie in DynamoDB.

A WSGI application for gunicorn, with CONFIG (JSON: table, issuer, audience, algorithm, jwk) in the
environment. It is written as Authlib's documentation shows, with a boto3 client in place of a
database session and the key imported once.
"""

import json
import os
import secrets
import time
from collections.abc import Collection
from typing import Any, override

import boto3
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, list_to_scope, scope_to_list
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from botocore.config import Config
from flask import Flask
from joserfc.jwk import import_key

CONFIG = json.loads(os.environ["CONFIG"])
TABLE = CONFIG["table"]
# What botocore offers to save: no look at its own input, no look for an account's own endpoint.
DYNAMODB = boto3.client(
    "dynamodb",
    config=Config(parameter_validation=False, account_id_endpoint_mode="disabled"),
)


class Client(ClientMixin):
    """A client as its item of the table says."""

    def __init__(self, item: dict[str, Any]) -> None:
        self.client_id: str = item["client_id"]["S"]
        self.client_secret: str = item["client_secret"]["S"]
        self.scope: str = item["scope"]["S"]
        self.grant_types: list[str] = item["grant_types"]["SS"]

    @override
    def get_client_id(self) -> str:
        return self.client_id

    @override
    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        allowed = set(scope_to_list(self.scope))
        return list_to_scope([name for name in scope_to_list(scope) if name in allowed])

    @override
    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret, client_secret)

    @override
    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint != "token" or method == "client_secret_basic"

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types


class TokenGenerator(JWTBearerTokenGenerator):
    """JWT access tokens (RFC 9068) under one key."""

    key = import_key(CONFIG["jwk"])

    @override
    def get_jwks(self) -> object:
        return self.key

    @override
    def get_audiences(self, client: Client, user: object, scope: str) -> str:
        return str(CONFIG["audience"])


def query_client(client_id: str) -> Client | None:
    """The client with this id, or None; one read."""
    answer = DYNAMODB.get_item(
        TableName=TABLE, Key={"id": {"S": f"client:{client_id}"}}, ConsistentRead=True
    )
    return Client(answer["Item"]) if "Item" in answer else None


def save_token(token: dict[str, Any], request: OAuth2Request) -> None:
    """Keep a record of a token; one write."""
    assert request.client  # it was authenticated
    now = int(time.time())
    DYNAMODB.put_item(
        TableName=TABLE,
        Item={
            "id": {"S": f"token:{token['access_token']}"},
            "client_id": {"S": request.client.get_client_id()},
            "scope": {"S": token["scope"]},
            "issued_at": {"N": str(now)},
            "expires_at": {"N": str(now + token["expires_in"])},
        },
    )


app = Flask(__name__)
server = AuthorizationServer(app, query_client, save_token)
server.register_grant(ClientCredentialsGrant)
server.register_token_generator(
    "default",
    TokenGenerator(
        issuer=CONFIG["issuer"],
        alg=CONFIG["algorithm"],
        expires_generator=lambda _client, _grant_type: 3600,
    ),
)
app.add_url_rule("/token", view_func=server.create_token_response, methods=["POST"])
