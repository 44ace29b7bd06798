"""One write to DynamoDB by each of several clients; which one is the program's first argument."""

import asyncio
import hashlib
import hmac
import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from turns import Call, take_turns

ENDPOINT = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
REGION = os.environ["AWS_REGION"]
KEY_ID, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
SESSION = os.environ["AWS_SESSION_TOKEN"]
TARGET = "DynamoDB_20120810.PutItem"

type Item = dict[str, Any]
type Put = Callable[[str, Item], object]


def boto3_default() -> Put:
    import boto3

    client = boto3.client("dynamodb")
    return lambda table, item: client.put_item(TableName=table, Item=item)


def boto3_tuned() -> Put:
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "dynamodb",
        config=Config(
            parameter_validation=False,
            disable_request_compression=True,
            account_id_endpoint_mode="disabled",
            retries={"mode": "standard", "total_max_attempts": 3},
            tcp_keepalive=True,
        ),
    )
    return lambda table, item: client.put_item(TableName=table, Item=item)


def boto3_resource() -> Put:
    import boto3
    from boto3.dynamodb.types import TypeDeserializer

    tables = boto3.resource("dynamodb")
    plain = TypeDeserializer().deserialize
    return lambda table, item: tables.Table(table).put_item(
        Item={name: plain(value) for name, value in item.items()}
    )


def botocore_client() -> Put:
    import botocore.session

    client = botocore.session.get_session().create_client("dynamodb")
    return lambda table, item: client.put_item(TableName=table, Item=item)


def pynamodb() -> Put:
    from pynamodb.connection import Connection

    connection = Connection(host=ENDPOINT)
    return lambda table, item: connection.put_item(
        table, item["bucket"]["S"], item["handle"]["S"], attributes=item
    )


def urllib3_botocore_signed() -> Put:
    import urllib3
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    pool = urllib3.PoolManager()
    signer = SigV4Auth(Credentials(KEY_ID, SECRET, SESSION), "dynamodb", REGION)

    def put(table: str, item: Item) -> object:
        body = json.dumps({"TableName": table, "Item": item}).encode()
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": TARGET}
        request = AWSRequest("POST", f"{ENDPOINT}/", headers=headers, data=body)
        signer.add_auth(request)
        answer = pool.request("POST", request.url, headers=dict(request.headers), body=body)
        return answer.status == 200 and answer.json() == {}

    return put


def crt_signed() -> Put:
    from awscrt import auth
    from awscrt.http import HttpHeaders, HttpRequest
    from awscrt.io import ClientBootstrap, DefaultHostResolver, EventLoopGroup, init_logging
    from io import BytesIO

    provider = auth.AwsCredentialsProvider.new_static(KEY_ID, SECRET, SESSION)
    connection = _connection()
    host = urlsplit(ENDPOINT).netloc

    def put(table: str, item: Item) -> object:
        body = json.dumps({"TableName": table, "Item": item}).encode()
        headers = HttpHeaders(
            [
                ("Host", host),
                ("Content-Type", "application/x-amz-json-1.0"),
                ("X-Amz-Target", TARGET),
            ]
        )
        request = HttpRequest("POST", "/", headers, BytesIO(body))
        config = auth.AwsSigningConfig(
            credentials_provider=provider,
            region=REGION,
            service="dynamodb",
            signed_body_value=hashlib.sha256(body).hexdigest(),
        )
        signed = auth.aws_sign_request(request, config).result()
        connection.request("POST", "/", body, dict(signed.headers))
        return _read(connection)

    return put


def aiodynamo() -> Put:
    from aiodynamo.client import Client
    from aiodynamo.credentials import Key, StaticCredentials
    from aiodynamo.http.aiohttp import AIOHTTP
    from aiohttp import ClientSession
    from yarl import URL

    async def make() -> Client:
        credentials = StaticCredentials(Key(KEY_ID, SECRET, SESSION))
        return Client(AIOHTTP(ClientSession()), credentials, REGION, URL(ENDPOINT))

    runner = asyncio.Runner()
    client = runner.run(make())

    def put(table: str, item: Item) -> object:
        plain = {
            name: value["S"] if "S" in value else int(value["N"])
            for name, value in item.items()
            if "S" in value or "N" in value
        }
        return runner.run(client.put_item(table, plain)) is None

    return put


def aws_sdk_dynamodb() -> Put:
    from aws_sdk_dynamodb.client import AsyncDynamoDBClient
    from aws_sdk_dynamodb.config import AsyncDynamoDBConfig
    from aws_sdk_dynamodb.models import AttributeValueN, AttributeValueS, PutItemInput

    async def make() -> AsyncDynamoDBClient:
        return AsyncDynamoDBClient(await AsyncDynamoDBConfig.resolve(endpoint_uri=ENDPOINT))

    runner = asyncio.Runner()
    client = runner.run(make())
    return lambda table, item: runner.run(
        client.put_item(
            PutItemInput(
                table_name=table,
                item={
                    name: AttributeValueS(value["S"])
                    if "S" in value
                    else AttributeValueN(value["N"])
                    for name, value in item.items()
                },
            )
        )
    )
