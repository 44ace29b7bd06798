"""Signing keys at rest: public ones in the clients table, private ones in Secrets Manager.

Two homes, because verifiers read the first and must not be able to mint.
"""

import json
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import AliasChoices, Field, Json

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keyring import Keyring, KeysChangedError, PrivateKeyring
from token_service.domain.keys import KeyState, PrivateKey, PublicKey
from token_service.store.dynamodb import Item
from token_service.store.errors import AwsError, ConditionFailedError, translate_errors
from token_service.store.items import (
    Count,
    StoredItem,
    Text,
    parse_document,
    parse_item,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_secretsmanager.type_defs import GetSecretValueResponseTypeDef

KEYRING_ENTITY = "keys#signing"
_KEYRING_KEY: Item = {"entity": {"S": KEYRING_ENTITY}, "part": {"S": "public"}}


class _PublicKeyEntry(StoredItem):
    kid: Text
    alg: SigningAlgorithm
    jwk: dict[str, Text]
    state: KeyState
    # Keys made before there was rotation were published and signed from the first.
    published_at: Count = Field(validation_alias=AliasChoices("published_at", "created_at"))
    signs_since: Count | None = None
    retired_at: Count | None


class _KeyringItem(StoredItem):
    kind: ClassVar = "published signing keys item"

    keys: Json[tuple[_PublicKeyEntry, ...]]
    since: Count
    version: Count


class _PrivateKeyEntry(StoredItem, defer_build=True):
    kid: Text
    alg: SigningAlgorithm
    pem: Text


class _PrivateKeys(StoredItem, defer_build=True):
    kind: ClassVar = "signing secret"

    current: _PrivateKeyEntry | None = None
    next: _PrivateKeyEntry | None = None


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
        with translate_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=_KEYRING_KEY, ConsistentRead=True
            )
        item = answer.get("Item")
        if not item:
            return Keyring(keys=(), since=None)
        stored = parse_item(_KeyringItem, item)
        return Keyring(tuple(map(_public_key, stored.keys)), stored.since, stored.version)

    def save(self, keyring: Keyring) -> None:
        """Publish these keys in place of those that were read.

        Raises:
            KeysChangedError: others were published meanwhile.
            Unavailable: DynamoDB did not answer.

        """
        item = _KEYRING_KEY | {
            "keys": {"S": json.dumps([_entry(key) for key in keyring.keys])},
            "since": {"N": str(keyring.since)},
            "version": {"N": str(keyring.version + 1)},
        }
        try:
            with translate_errors():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(entity) OR #version = :read",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":read": {"N": str(keyring.version)}},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailedError as error:
            # The very same there means our own retry, and success.
            if error.item != item:
                raise KeysChangedError from error


class SecretPrivateKeys:
    """The keys that sign now and next, one version of one secret.

    Only functions that issue or rotate may read it, and the one that introspects where its answers
    are signed. A secret has no conditional write, but a label moves from one version to another
    only if it is where the caller says (UpdateSecretVersionStage, RemoveFromVersionId), and
    AWSCURRENT is a label.
    """

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        """`secret_id` is the secret's name or ARN."""
        self._client = client
        self._secret_id = secret_id

    def load(self) -> PrivateKey:
        """The private key that signs.

        Raises:
            Unavailable: Secrets Manager did not answer or did not give it, for whatever reason, or
                no key has been made yet: whoever holds one signs on with it.

        """
        try:
            current = self.keyring().current
        except AwsError as error:
            raise Unavailable(detail=error.safe_detail) from error
        if current is None:
            raise Unavailable(detail="no signing key has been made")
        return current

    def keyring(self) -> PrivateKeyring:
        """The private keys; none before the deployment has made one.

        Raises:
            Unavailable: Secrets Manager did not answer.

        """
        answer = self._read()
        if answer is None:
            return PrivateKeyring()
        stored = parse_document(_PrivateKeys, answer.get("SecretString", ""))
        return PrivateKeyring(
            current=_private_key(stored.current),
            next=_private_key(stored.next),
            version=answer["VersionId"],
        )

    def save(self, keyring: PrivateKeyring) -> None:
        """Keep these keys in place of those that were read.

        Raises:
            KeysChangedError: others were kept meanwhile.
            Unavailable: Secrets Manager did not answer.

        """
        value = {"current": _secret(keyring.current), "next": _secret(keyring.next)}
        with translate_errors():
            # Not current yet, unless it is the very first version.
            stored = self._client.put_secret_value(
                SecretId=self._secret_id,
                SecretString=json.dumps(value),
                VersionStages=["AWSPENDING"],
            )
        if "AWSCURRENT" in stored["VersionStages"]:
            return
        read = {} if keyring.version is None else {"RemoveFromVersionId": keyring.version}
        try:
            with translate_errors():
                self._client.update_secret_version_stage(
                    SecretId=self._secret_id,
                    VersionStage="AWSCURRENT",
                    MoveToVersionId=stored["VersionId"],
                    **read,
                )
        except AwsError as error:
            answer = self._read()
            current = answer["VersionId"] if answer else None
            if current == keyring.version:
                raise
            # Ours there already means our own retry, and success.
            if current != stored["VersionId"]:
                raise KeysChangedError from error

    def _read(self) -> "GetSecretValueResponseTypeDef | None":
        try:
            with translate_errors():
                return self._client.get_secret_value(
                    SecretId=self._secret_id, VersionStage="AWSCURRENT"
                )
        except AwsError as error:
            # A secret without a value answers like one that is not there.
            if error.code == "ResourceNotFoundException":
                return None
            raise


def _private_key(entry: _PrivateKeyEntry | None) -> PrivateKey | None:
    return None if entry is None else PrivateKey(entry.kid, entry.alg, entry.pem)


def _secret(key: PrivateKey | None) -> dict[str, str] | None:
    return None if key is None else {"kid": key.kid, "alg": key.algorithm, "pem": key.pem}


def _entry(key: PublicKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "alg": key.algorithm,
        "jwk": dict(key.jwk),
        "state": key.state,
        "published_at": key.published_at,
        "signs_since": key.signs_since,
        "retired_at": key.retired_at,
    }


def _public_key(entry: _PublicKeyEntry) -> PublicKey:
    return PublicKey(
        kid=entry.kid,
        algorithm=entry.alg,
        jwk=entry.jwk,
        state=entry.state,
        published_at=entry.published_at,
        signs_since=entry.signs_since,
        retired_at=entry.retired_at,
    )
