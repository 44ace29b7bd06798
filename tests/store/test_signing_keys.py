"""Signing keys at rest: what is published, what is secret, and that the two stay apart."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from token_service import aws
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.key_pairs import make_key
from token_service.domain.keyring import Keyring, KeysChangedError, PrivateKeyring
from token_service.domain.keys import KeyState, PrivateKey, PublicKey, load_public
from token_service.domain.rotation import KeyRotation, RotationPolicy
from token_service.store.errors import AwsError
from token_service.store.items import DamagedItemError
from token_service.store.sealing_key import sealing_key
from token_service.store.signing_keys import DynamoPublicKeys, SecretPrivateKeys

from tests.aws_hooks import Body, hooks_of, items_of
from tests.clock import FrozenClock, SeededBytes
from tests.service import key_pair
from tests.store.faults import answer_error, before, lose_first_answer

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_secretsmanager import SecretsManagerClient

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture
def secrets(dynamodb: "DynamoDBClient") -> "SecretsManagerClient":  # noqa: ARG001 - the same mock
    """Secrets Manager with one secret that has no value yet, as CloudFormation makes it."""
    client = aws.secrets_manager()
    client.create_secret(Name="signing")
    return client


def a_private_key(algorithm: SigningAlgorithm, seed: int) -> PrivateKey:
    """A key of its own."""
    return make_key(algorithm, 1, SeededBytes(seed))[0]


def public_key(algorithm: SigningAlgorithm, state: KeyState, retired_at: int | None) -> PublicKey:
    """A key in some state of its life."""
    key = key_pair(algorithm)[1]
    signed = None if state is KeyState.NEXT else 1_700_000_900
    return PublicKey(f"{state}", algorithm, key.jwk, state, 1_700_000_800, signed, retired_at)


def test_a_keyring_comes_back_as_it_was_saved(dynamodb: "DynamoDBClient") -> None:
    """Every published key, in order, with its life so far, and when the first was made."""
    keys = DynamoPublicKeys(dynamodb, "ClientsTable")
    keyring = Keyring(
        (
            public_key(SigningAlgorithm.EDDSA, KeyState.PREVIOUS, 1_800_000_001),
            public_key(SigningAlgorithm.ES256, KeyState.CURRENT, None),
            public_key(SigningAlgorithm.RS256, KeyState.WITHDRAWN, 1_800_000_000),
            public_key(SigningAlgorithm.ES256, KeyState.NEXT, None),
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
    with pytest.raises(KeysChangedError):
        keys.save(Keyring((public_key(SigningAlgorithm.EDDSA, KeyState.CURRENT, None),), since=5))
    assert keys.keyring() == replace(first, version=1)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_private_keys_come_back_as_they_were_saved(
    secrets: "SecretsManagerClient", algorithm: SigningAlgorithm
) -> None:
    """What signs, and what will, is what was saved last; who signs reads the one alone."""
    keys = SecretPrivateKeys(secrets, "signing")
    now, soon = key_pair(algorithm)[0], a_private_key(SigningAlgorithm.ES256, 3)
    for current, coming in ((None, now), (now, None), (now, soon), (soon, None)):
        before = keys.keyring()
        keys.save(replace(before, current=current, next=coming))
        after = keys.keyring()
        assert (after.current, after.next) == (current, coming)
        assert after.version not in (None, before.version)
    assert keys.load() == soon


def test_private_keys_kept_meanwhile_are_never_lost(secrets: "SecretsManagerClient") -> None:
    """Of two that read the same, the first wins and the second is told so, at any point."""
    first, second = (a_private_key(SigningAlgorithm.EDDSA, n) for n in (1, 2))
    for _ in range(3):
        keys = SecretPrivateKeys(secrets, "signing")
        read = keys.keyring()
        keys.save(replace(read, current=first))
        with pytest.raises(KeysChangedError):
            keys.save(replace(read, current=second))
        assert keys.load() == first


def test_private_keys_are_kept_when_the_label_moves(secrets: "SecretsManagerClient") -> None:
    """A version that was stored and not made current, as after an interruption, signs nothing."""
    keys = SecretPrivateKeys(secrets, "signing")
    first, second = (a_private_key(SigningAlgorithm.EDDSA, n) for n in (1, 2))
    keys.save(PrivateKeyring(current=first))
    hook = before(secrets, "UpdateSecretVersionStage", _interrupt)
    with pytest.raises(InterruptedError):
        keys.save(replace(keys.keyring(), current=second))
    hooks_of(secrets).remove(hook)
    assert keys.load() == first
    keys.save(replace(keys.keyring(), current=second))
    assert keys.load() == second


def _interrupt(_: Body) -> None:
    raise InterruptedError


def test_our_own_retry_is_success(secrets: "SecretsManagerClient") -> None:
    """The label has moved and the answer was lost: asked again, it is where it should be."""
    keys = SecretPrivateKeys(secrets, "signing")
    keys.save(PrivateKeyring(next=a_private_key(SigningAlgorithm.EDDSA, 1)))
    attempts = lose_first_answer(secrets, "UpdateSecretVersionStage")
    private = a_private_key(SigningAlgorithm.EDDSA, 2)
    keys.save(replace(keys.keyring(), current=private))
    assert (attempts, keys.load()) == ([1, 2], private)


def test_a_label_that_may_not_be_moved_is_no_conflict(secrets: "SecretsManagerClient") -> None:
    """A missing permission is told as it is, not tried again for ever."""
    keys = SecretPrivateKeys(secrets, "signing")
    keys.save(PrivateKeyring())
    answer_error(secrets, "UpdateSecretVersionStage", "AccessDeniedException")
    with pytest.raises(AwsError, match="AccessDenied"):
        keys.save(keys.keyring())


@pytest.mark.parametrize("value", [None, "{}", '{"current": null}'])
def test_a_secret_without_a_key_is_not_an_error_to_look_into(
    secrets: "SecretsManagerClient", value: str | None
) -> None:
    """Before the first key there is none; who must sign is told to try again."""
    if value is not None:
        secrets.put_secret_value(SecretId="signing", SecretString=value)
    keys = SecretPrivateKeys(secrets, "signing")
    assert (keys.keyring().current, keys.keyring().next) == (None, None)
    with pytest.raises(Unavailable):
        keys.load()


def test_keys_from_before_there_was_rotation_are_read(
    dynamodb: "DynamoDBClient", secrets: "SecretsManagerClient"
) -> None:
    """Both places as they were written then; the next run finds nothing to repair."""
    private, public = key_pair(SigningAlgorithm.ES256)
    former = key_pair(SigningAlgorithm.EDDSA)[1]
    entries = [
        {"kid": key.kid, "alg": key.algorithm, "jwk": key.jwk, "state": state}
        | {"created_at": 1_799_000_000, "retired_at": retired_at}
        for key, state, retired_at in (
            (public, "current", None),
            (former, "previous", 1_800_000_000),
        )
    ]
    dynamodb.put_item(
        TableName="ClientsTable",
        Item={
            "entity": {"S": "keys#signing"},
            "part": {"S": "public"},
            "keys": {"S": json.dumps(entries)},
            "since": {"N": "1799000000"},
            "version": {"N": "3"},
        },
    )
    entry = {"kid": private.kid, "alg": private.algorithm, "pem": private.pem}
    secrets.put_secret_value(SecretId="signing", SecretString=json.dumps({"current": entry}))
    rotation = KeyRotation(
        DynamoPublicKeys(dynamodb, "ClientsTable"),
        SecretPrivateKeys(secrets, "signing"),
        FrozenClock(),
        SeededBytes(),
    )
    done = rotation.advance(RotationPolicy(SigningAlgorithm.ES256))
    assert done.steps == ()
    assert [(key.kid, key.state) for key in done.keyring.keys] == [
        (public.kid, KeyState.CURRENT),
        (former.kid, KeyState.PREVIOUS),
    ]
    assert {key.published_at for key in done.keyring.keys} == {1_799_000_000}
    done = rotation.advance(RotationPolicy(SigningAlgorithm.ES256, max_age=1_000_000))
    assert len(done.keyring.keys) == 3


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("InternalServiceError", 500, Unavailable),
        ("ThrottlingException", 400, Unavailable),
        ("AccessDeniedException", 400, AwsError),
    ],
)
def test_secrets_manager_s_outages_are_told_from_mistakes(
    secrets: "SecretsManagerClient", code: str, status: int, expected: type[Exception]
) -> None:
    """Overload means try again; a missing permission does not look like a missing key."""
    answer_error(secrets, "GetSecretValue", code, status)
    with pytest.raises(expected):
        SecretPrivateKeys(secrets, "signing").keyring()


@pytest.mark.parametrize(
    "code", ["InternalServiceError", "DecryptionFailure", "AccessDeniedException"]
)
def test_a_key_that_is_not_given_is_unavailable_to_who_signs(
    secrets: "SecretsManagerClient", code: str
) -> None:
    """Whoever holds one signs on with it, whatever has become of the secret; the log says what."""
    answer_error(secrets, "GetSecretValue", code)
    with pytest.raises(Unavailable) as refused:
        SecretPrivateKeys(secrets, "signing").load()
    assert code in str(refused.value.detail)


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
    policy = RotationPolicy(algorithm)
    rotation.advance(policy)
    keyring = rotation.rotate(policy).keyring
    (item,) = items_of("ClientsTable")
    assert "PRIVATE" not in str(item)
    for entry in json.loads(item["keys"]["S"]):
        assert not PRIVATE_MEMBERS & set(entry["jwk"])
    private = SecretPrivateKeys(secrets, "signing").keyring()
    assert private.current
    assert private.next
    assert [key.kid for key in keyring.keys] == [private.current.kid, private.next.kid]


@pytest.mark.parametrize(
    "text",
    [
        "planted-value",
        "[]",
        '{"current": "planted-value"}',
        '{"current": {"kid": "k", "pem": "planted-value"}}',
        '{"current": {"kid": "k", "alg": "none", "pem": "planted-value"}}',
        '{"current": {"kid": "k", "alg": "ES256", "pem": {"planted-value": 1}}}',
        '{"current": null, "next": {"kid": 1, "alg": "ES256", "pem": "planted-value"}}',
    ],
)
def test_damaged_signing_secret_is_a_named_error(
    secrets: "SecretsManagerClient", text: str
) -> None:
    """The error says which member is damaged, and never quotes the secret."""
    secrets.put_secret_value(SecretId="signing", SecretString=text)
    keys = SecretPrivateKeys(secrets, "signing")
    for read in (keys.load, keys.keyring):
        with pytest.raises(DamagedItemError, match=r"^damaged signing secret: ") as caught:
            read()
        assert "planted" not in f"{caught.value!r} {caught.value.detail}"
        assert caught.value.__cause__ is caught.value.__context__ is None


def test_secrets_without_text_are_named_errors(secrets: "SecretsManagerClient") -> None:
    """Above all, no sealing key is derived from nothing."""
    secrets.put_secret_value(SecretId="signing", SecretBinary=b"planted")
    with pytest.raises(DamagedItemError, match=r"^damaged signing secret: document json_invalid$"):
        SecretPrivateKeys(secrets, "signing").load()
    with pytest.raises(DamagedItemError, match=r"^damaged sealing secret: no text$"):
        sealing_key(secrets, "signing")
