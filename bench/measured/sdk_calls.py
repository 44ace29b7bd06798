"""The floor: boto3 with default settings and PyJWT, with a key that is parsed once."""

import time
from collections.abc import Mapping
from itertools import count
from typing import Any

import boto3
import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from turns import Call, take_turns


def prepare(given: dict[str, Any]) -> Mapping[str, Call]:
    """The single calls, and those that one issuing, or one checking, needs together."""
    store = boto3.client("dynamodb")
    private: Any = load_pem_private_key(given["pem"].encode(), password=None)
    public = private.public_key()
    algorithm, token = given["algorithm"], given["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = jwt.get_unverified_header(token)
    clients, tokens = given["clients"], given["tokens"]
    record, client = given["record"], given["client"]
    client_key = {name: client[name] for name in ("entity", "part")}
    record_key = {name: record[name] for name in ("bucket", "handle")}
    numbers = count(time.time_ns())

    def get() -> object:
        return store.get_item(TableName=clients, Key=client_key, ConsistentRead=True)["Item"]

    def put() -> object:
        item = {**record, "handle": {"S": f"{next(numbers):034x}"}}
        return store.put_item(TableName=tokens, Item=item)

    def read_both() -> object:
        keys: Any = {
            clients: {"Keys": [client_key], "ConsistentRead": True},
            tokens: {"Keys": [record_key], "ConsistentRead": True},
        }
        return len(store.batch_get_item(RequestItems=keys)["Responses"]) == len(keys)

    def sign() -> object:
        return jwt.encode(claims, private, algorithm=algorithm, headers=headers)

    def verify() -> object:
        return jwt.decode(
            token, public, algorithms=[algorithm], audience=claims["aud"], issuer=claims["iss"]
        )

    return {
        "sign": sign,
        "verify": verify,
        "get, put, sign": lambda: (get(), put(), sign()),
        "batch_get, verify": lambda: (read_both(), verify()),
    }


if __name__ == "__main__":
    take_turns(prepare)
