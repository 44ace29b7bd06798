"""Signing keys at rest: what is published, what is secret, and that the two stay apart."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.keys import KeyState, PublicKey, load_public
from token_service.domain.rotation import Keyring, KeyringChangedError, KeyRotation, make_key
from token_service.store.signing_keys import DynamoPublicKeys, SecretPrivateKeys

from tests.clock import FrozenClock, SeededBytes
from tests.service import key_pair
from tests.store.faults import answer_error

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture
def secrets(dynamodb: "DynamoDBClient") -> "SecretsManagerClient":  # noqa: ARG001 - the same mock
    """Secrets Manager with one secret that has no value yet, as CloudFormation makes it."""
    client = boto3.client("secretsmanager")
    client.create_secret(Name="signing")
    return client


def public_key(algorithm: SigningAlgorithm, state: KeyState, retired_at: int | None) -> PublicKey:
    """A key in some state of its life."""
    key = key_pair(algorithm)[1]
    return PublicKey(f"{state}", algorithm, key.jwk, state, key.created_at, retired_at)


def test_a_keyring_comes_back_as_it_was_saved(dynamodb: "DynamoDBClient") -> None:
    """Every published key, in order, with its life so far, and when the first was made."""
    keys = DynamoPublicKeys(dynamodb, "ClientsTable")
    keyring = Keyring(
        (
            public_key(SigningAlgorithm.EDDSA, KeyState.PREVIOUS, 1_800_000_001),
            public_key(SigningAlgorithm.ES256, KeyState.CURRENT, None),
            public_key(SigningAlgorithm.RS256, KeyState.PREVIOUS, 1_800_000_000),
        ),
        since=1_700_000_000,
    )
    keys.save(keyring)
    assert keys.keyring() == replace(keyring, version=1)
    assert keys.load() == keyring.keys
    assert all(load_public(key) for key in keys.load())


def test_before_the_first_key_the_keyring_is_empty(dynamodb: "DynamoDBClient") -> None:
    """No key, no beginning, and no error."""
    keys = DynamoPublicKeys(dynamodb, "ClientsTable")
    assert keys.keyring() == Keyring((), since=None)
    assert keys.load() == ()


def test_saving_replaces_the_former_keyring(dynamodb: "DynamoDBClient") -> None:
    """A key that is no longer in the ring is no longer published (item 53)."""
    keys = DynamoPublicKeys(dynamodb, "ClientsTable")
    keys.save(Keyring((public_key(SigningAlgorithm.ES256, KeyState.CURRENT, None),), since=5))
    latest = Keyring((public_key(SigningAlgorithm.EDDSA, KeyState.CURRENT, None),), 5, version=1)
    keys.save(latest)
    assert keys.keyring() == replace(latest, version=2)


def test_keys_published_meanwhile_are_never_lost(dynamodb: "DynamoDBClient") -> None:
    """Whoever writes over a keyring that is no longer there is told so; a retry is success."""
    keys = DynamoPublicKeys(dynamodb, "ClientsTable")
    first = Keyring((public_key(SigningAlgorithm.ES256, KeyState.CURRENT, None),), since=5)
    keys.save(first)
    keys.save(first)
    with pytest.raises(KeyringChangedError):
        keys.save(Keyring((public_key(SigningAlgorithm.EDDSA, KeyState.CURRENT, None),), since=5))
    assert keys.keyring() == replace(first, version=1)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_the_private_key_comes_back_as_it_was_saved(
    secrets: "SecretsManagerClient", algorithm: SigningAlgorithm
) -> None:
    """What signs is what was saved last."""
    keys = SecretPrivateKeys(secrets, "signing")
    keys.save(make_key(SigningAlgorithm.ES256, 1, SeededBytes(3))[0])
    private = key_pair(algorithm)[0]
    keys.save(private)
    assert keys.find() == private
    assert keys.load() == private


@pytest.mark.parametrize("value", [None, "{}", '{"current": null}'])
def test_a_secret_without_a_key_is_not_an_error_to_look_into(
    secrets: "SecretsManagerClient", value: str | None
) -> None:
    """Before the first key there is None; who must sign is told to try again."""
    if value is not None:
        secrets.put_secret_value(SecretId="signing", SecretString=value)
    keys = SecretPrivateKeys(secrets, "signing")
    assert keys.find() is None
    with pytest.raises(Unavailable):
        keys.load()


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("InternalServiceError", 500, Unavailable),
        ("ThrottlingException", 400, Unavailable),
        ("AccessDeniedException", 400, ClientError),
    ],
)
@pytest.mark.parametrize("act", [SecretPrivateKeys.find, SecretPrivateKeys.load])
def test_secrets_manager_s_outages_are_told_from_mistakes(
    secrets: "SecretsManagerClient",
    act: Callable[[SecretPrivateKeys], object],
    code: str,
    status: int,
    expected: type[Exception],
) -> None:
    """Overload means try again; a missing permission does not look like a missing key."""
    answer_error(secrets, "GetSecretValue", code, status)
    with pytest.raises(expected):
        act(SecretPrivateKeys(secrets, "signing"))


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_no_private_key_reaches_the_table(
    dynamodb: "DynamoDBClient", secrets: "SecretsManagerClient", algorithm: SigningAlgorithm
) -> None:
    """Whoever reads the table can verify and never mint (item 54)."""
    rotation = KeyRotation(
        DynamoPublicKeys(dynamodb, "ClientsTable"),
        SecretPrivateKeys(secrets, "signing"),
        FrozenClock(),
        SeededBytes(),
    )
    keyring = rotation.ensure(algorithm)
    (item,) = dynamodb.scan(TableName="ClientsTable")["Items"]
    assert "PRIVATE" not in str(item)
    for entry in json.loads(item["keys"]["S"]):
        assert not PRIVATE_MEMBERS & set(entry["jwk"])
    private = SecretPrivateKeys(secrets, "signing").load()
    assert [key.kid for key in keyring.keys] == [private.kid]
