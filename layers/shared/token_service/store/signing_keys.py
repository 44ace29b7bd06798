"""Signing keys at rest: public ones in the clients table, private ones in Secrets Manager.

Two homes, because verifiers read the first and must not be able to mint.
"""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keys import KeyState, PrivateKey, PublicKey
from token_service.domain.rotation import Keyring, KeyringChangedError
from token_service.store.dynamodb import CONDITION_FAILED, Item, error_code, not_now

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient

KEYRING_ENTITY = "keys#signing"
_KEYRING_KEY: Item = {"entity": {"S": KEYRING_ENTITY}, "part": {"S": "public"}}


class DynamoPublicKeys:
    """The published keys, one item that verifiers read every few minutes."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """`table` is the clients table."""
        self._client = client
        self._table = table

    def load(self) -> tuple[PublicKey, ...]:
        """Every published key; none before the deployment has made one.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        return self.keyring().keys

    def keyring(self) -> Keyring:
        """The keys and when the first was made.

        Raises:
            Unavailable: DynamoDB did not answer.

        """
        with not_now():
            answer = self._client.get_item(
                TableName=self._table, Key=_KEYRING_KEY, ConsistentRead=True
            )
        item = answer.get("Item")
        if not item:
            return Keyring(keys=(), since=None)
        keys = tuple(_public_key(entry) for entry in json.loads(item["keys"]["S"]))
        return Keyring(keys, int(item["since"]["N"]), int(item["version"]["N"]))

    def save(self, keyring: Keyring) -> None:
        """Publish these keys in place of those that were read.

        Raises:
            KeyringChangedError: others were published meanwhile.
            Unavailable: DynamoDB did not answer.

        """
        item = _KEYRING_KEY | {
            "keys": {"S": json.dumps([_entry(key) for key in keyring.keys])},
            "since": {"N": str(keyring.since)},
            "version": {"N": str(keyring.version + 1)},
        }
        try:
            with not_now():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(entity) OR #version = :read",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":read": {"N": str(keyring.version)}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ClientError as error:
            if error_code(error) != CONDITION_FAILED:
                raise
            # The very same there means our own retry, and success.
            if error.response.get("Item") != item:
                raise KeyringChangedError from error


class SecretPrivateKeys:
    """The key that signs; only issuing and rotating functions may read this secret."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        """`secret_id` is the secret's name or ARN."""
        self._client = client
        self._secret_id = secret_id

    def load(self) -> PrivateKey:
        """The private key in use.

        Raises:
            Unavailable: Secrets Manager did not answer, or no key has been made yet.

        """
        key = self.find()
        if key is None:
            raise Unavailable(detail="no signing key has been made")
        return key

    def find(self) -> PrivateKey | None:
        """The private key in use, or None before the first.

        Raises:
            Unavailable: Secrets Manager did not answer.

        """
        try:
            with not_now():
                answer = self._client.get_secret_value(SecretId=self._secret_id)
        except ClientError as error:
            # A secret without a value answers like one that is not there.
            if error_code(error) == "ResourceNotFoundException":
                return None
            raise
        current = json.loads(answer["SecretString"]).get("current")
        if current is None:
            return None
        return PrivateKey(current["kid"], SigningAlgorithm(current["alg"]), current["pem"])

    def save(self, key: PrivateKey) -> None:
        """Sign with this key from now on.

        Raises:
            Unavailable: Secrets Manager did not answer.

        """
        current = {"kid": key.kid, "alg": key.algorithm, "pem": key.pem}
        with not_now():
            self._client.put_secret_value(
                SecretId=self._secret_id, SecretString=json.dumps({"current": current})
            )


def _entry(key: PublicKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "alg": key.algorithm,
        "jwk": dict(key.jwk),
        "state": key.state,
        "created_at": key.created_at,
        "retired_at": key.retired_at,
    }


def _public_key(entry: dict[str, Any]) -> PublicKey:
    return PublicKey(
        kid=entry["kid"],
        algorithm=SigningAlgorithm(entry["alg"]),
        jwk=entry["jwk"],
        state=KeyState(entry["state"]),
        created_at=entry["created_at"],
        retired_at=entry["retired_at"],
    )
