"""One write to DynamoDB by each of several clients; the program's argument says which.

A client is imported by the process that uses it alone, and is as its guide shows it, but for what
its name says.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any

from target import CREDENTIALS, ENDPOINT, REGION, Item, Put
from turns import Call, take_turns


def boto3_default() -> Put:
    """boto3's client."""
    import boto3

    client = boto3.client("dynamodb")
    return lambda table, item: client.put_item(TableName=table, Item=item)


def boto3_tuned() -> Put:
    """The same with every setting that saves work."""
    import boto3
    from botocore.config import Config

    config = Config(
        parameter_validation=False,
        disable_request_compression=True,
        account_id_endpoint_mode="disabled",
        retries={"mode": "standard", "total_max_attempts": 3},
        tcp_keepalive=True,
    )
    client = boto3.client("dynamodb", config=config)
    return lambda table, item: client.put_item(TableName=table, Item=item)


def boto3_resource() -> Put:
    """boto3's resource, which takes and gives Python's own values."""
    import boto3

    table_of = cache(boto3.resource("dynamodb").Table)
    return lambda table, item: table_of(table).put_item(Item=_plain(item))


def botocore_default() -> Put:
    """Botocore's client, without boto3 around it."""
    import botocore.session

    client: Any = botocore.session.get_session().create_client("dynamodb")
    return lambda table, item: client.put_item(TableName=table, Item=item)


def pynamodb() -> Put:
    """PynamoDB's connection, below its models."""
    from pynamodb.connection import Connection
    from pynamodb.connection.base import MetaTable

    connection = Connection(host=ENDPOINT)
    keys = {"bucket": "HASH", "handle": "RANGE"}
    declared = {
        "TableName": "TokensTable",
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in keys],
    }
    connection.add_meta_table(MetaTable(declared))
    assert connection.client  # makes it; else the first write would
    return lambda table, item: connection.put_item(
        table, item["bucket"]["S"], item["handle"]["S"], attributes=item
    )


def aiodynamo() -> Put:
    """Aiodynamo over aiohttp, in a loop that is kept."""
    import asyncio

    from aiodynamo.client import Client
    from aiodynamo.credentials import Key, StaticCredentials
    from aiodynamo.http.aiohttp import AIOHTTP
    from aiohttp import ClientSession
    from yarl import URL

    async def make() -> Any:  # noqa: ANN401 - a class that is imported here alone
        credentials = StaticCredentials(Key(*CREDENTIALS))
        return Client(AIOHTTP(ClientSession()), credentials, REGION, URL(ENDPOINT))

    runner = asyncio.Runner()
    client = runner.run(make())
    return lambda table, item: runner.run(client.put_item(table, _plain(item))) is None


def aws_sdk() -> Put:
    """The successor of boto3 (aws-sdk-dynamodb, in preview), in a loop that is kept."""
    import asyncio

    from aws_sdk_dynamodb.client import AsyncDynamoDBClient
    from aws_sdk_dynamodb.config import AsyncDynamoDBConfig
    from aws_sdk_dynamodb.models import AttributeValueN, AttributeValueS, PutItemInput

    async def make() -> Any:  # noqa: ANN401 - as above
        return AsyncDynamoDBClient(await AsyncDynamoDBConfig.resolve(endpoint_uri=ENDPOINT))

    def value(attribute: Mapping[str, str]) -> Any:  # noqa: ANN401 - as above
        [(kind, text)] = attribute.items()
        return {"S": AttributeValueS, "N": AttributeValueN}[kind](text)

    runner = asyncio.Runner()
    client = runner.run(make())
    return lambda table, item: runner.run(
        client.put_item(
            PutItemInput(table_name=table, item={name: value(one) for name, one in item.items()})
        )
    )


def own() -> Put:
    """The functions' own client."""
    from token_service.aws.connection import KeptConnection, Patience
    from token_service.aws.credentials import credentials_of
    from token_service.aws.dynamodb import DynamoDB
    from token_service.aws.service import Service
    from token_service.aws.signature import Signer

    service = Service(
        signer=Signer("dynamodb", REGION, ENDPOINT.removeprefix("http://")),
        transport=KeptConnection(ENDPOINT, Patience(connect=1, read=2)),
        credentials=credentials_of(os.environ, lambda: int(time.time())),
        pause=lambda _: None,
        now=time.time,
    )
    client = DynamoDB.over(service)
    return lambda table, item: client.put_item(TableName=table, Item=item) is not None


def signed(name: str) -> Callable[[], Put]:
    """One of those that only send a signed request."""

    def make() -> Put:
        put: Put = getattr(import_module("signed_puts"), name)()
        return put

    return make


def nothing() -> Put:
    """No client: what starting the program costs without one."""
    return lambda _table, _item: True


CLIENTS: Mapping[str, Callable[[], Put]] = {
    "nothing": nothing,
    "boto3_default": boto3_default,
    "boto3_tuned": boto3_tuned,
    "boto3_resource": boto3_resource,
    "botocore_default": botocore_default,
    "pynamodb": pynamodb,
    "aiodynamo": aiodynamo,
    "aws_sdk": aws_sdk,
    "urllib3_signed": signed("urllib3_signed"),
    "crt_signed": signed("crt_signed"),
    "http_signed": signed("http_signed"),
    "socket_signed": signed("socket_signed"),
    "own": own,
}


def prepare(given: dict[str, Any]) -> Mapping[str, Call]:
    """The one call, of the client that was asked for; each time with another key."""
    put, table, record = CLIENTS[sys.argv[1]](), given["table"], given["record"]
    numbers = count(time.time_ns())

    def call() -> object:
        return put(table, {**record, "handle": {"S": f"{next(numbers):034x}"}})

    return {"put_item": call}


def _plain(item: Item) -> dict[str, Any]:
    """The item in Python's own values, of the two types that a record of a token has."""
    return {name: one["S"] if "S" in one else json.loads(one["N"]) for name, one in item.items()}


if __name__ == "__main__":
    take_turns(prepare)
