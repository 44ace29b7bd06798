"""What lies in the tables: how big it is, when it ends, and what a thief would find."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.clients import ClientAuthenticator
from token_service.domain.issue import IssueRequest, IssueSettings, TokenIssuer
from token_service.domain.keys import SigningAlgorithm, SigningKeys
from token_service.domain.limits import LIMITS
from token_service.domain.location import MAX_LAYOUT
from token_service.domain.model import (
    Access,
    ClientCredentials,
    Grant,
    Introspection,
    IssuedToken,
    OwnerRef,
    TokenFormat,
)
from token_service.store.signing_keys import DynamoPublicKeys
from token_service.store.tokens import MAX_RECORD_BYTES, RecordTooLargeError, size, to_item

from tests.clock import FrozenClock, SeededBytes
from tests.memory_store import place_of
from tests.samples import NOW, a_client, a_record
from tests.service import ISSUER, key_pair
from tests.store.stores import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

LONGEST = a_record(
    handle="f" * 64,
    layout=MAX_LAYOUT,
    owner=OwnerRef("client", "c" * LIMITS.client_id),
    access=Access.READ_ONLY,
    scope=("s" * 149, "t" * 150),
    audience=("a" * 149, "b" * 150),
    issued_at=9_999_999_000,
    expires_at=9_999_999_999,
)


def dump(client: "DynamoDBClient") -> dict[str, list[dict[str, Any]]]:
    """Both tables, whole, as a thief would have them."""
    return {
        name: list(client.scan(TableName=name)["Items"]) for name in ("TokensTable", "ClientsTable")
    }


def issue(store: Store, administration: ClientAdministration, details: NewClient) -> IssuedToken:
    """A token of a new client, kept in this store."""
    made = administration.create(details)
    now = FrozenClock(NOW)
    issuer = TokenIssuer(
        authenticator=ClientAuthenticator(store.clients, now),
        tokens=store.tokens,
        keys=SigningKeys(lambda: key_pair(SigningAlgorithm.ES256)[0], now),
        settings=IssueSettings(ISSUER, ISSUER),
        now=now,
        random=SeededBytes(9),
    )
    credentials = ClientCredentials(made.client.id, made.secret)
    return issuer.issue(IssueRequest(Grant.CLIENT_CREDENTIALS, credentials, frozenset(Grant)))


def test_the_longest_record_is_one_write_unit(dynamo: Store) -> None:
    """Ids, scopes and audiences at their limits still fit, even when revoked."""
    dynamo.tokens.put(LONGEST)
    dynamo.tokens.revoke(place_of(LONGEST), LONGEST.owner, 9_999_999_999)
    revoked = dynamo.tokens.find(place_of(LONGEST))
    assert revoked == replace(LONGEST, revoked_at=9_999_999_999)
    assert size(to_item(revoked)) < MAX_RECORD_BYTES


def test_a_longer_record_is_refused_before_it_is_written(dynamo: Store, calls: list[str]) -> None:
    """What would cost two write units is an error, and nothing is sent."""
    spare = MAX_RECORD_BYTES - size(to_item(LONGEST))
    fits = replace(LONGEST, scope=(*LONGEST.scope, "x" * (spare - 1)))
    dynamo.tokens.put(fits)
    calls.clear()
    with pytest.raises(RecordTooLargeError):
        dynamo.tokens.put(replace(fits, handle="e" * 64, epoch=fits.epoch + "x"))
    assert calls == []


@pytest.mark.parametrize("token_format", TokenFormat)
def test_the_longest_client_allowed_gets_its_token(
    dynamo: Store, token_format: TokenFormat
) -> None:
    """Whatever an operator may register can also be issued to."""
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    token = issue(
        dynamo,
        administration,
        NewClient(
            name="n" * 255,
            id="c" * LIMITS.client_id,
            scopes=tuple(f"{n:02}" + "s" * 7 for n in range(30)),
            audience=tuple(f"{n:02}" + "a" * 7 for n in range(30)),
            token_format=token_format,
        ),
    )
    assert dynamo.tokens.find(place_of(token.record)) == token.record
    assert len(token.value) <= LIMITS.token


def test_issuing_is_one_write_and_one_read(dynamo: Store, calls: list[str]) -> None:
    """A token costs what the design says (the client is made first, by one transaction)."""
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    issue(dynamo, administration, NewClient(name="Shop"))
    assert calls == ["TransactWriteItems", "GetItem", "PutItem"]


@pytest.mark.parametrize("token_format", TokenFormat)
def test_no_secret_and_no_token_is_stored(dynamo: Store, token_format: TokenFormat) -> None:
    """Both tables together hold neither a secret nor anything that works as a token (item 33)."""
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    imported = "an-imported-secret-of-forty-characters.."
    token = issue(
        dynamo,
        administration,
        NewClient(name="Shop", id="shop", secret=imported, token_format=token_format),
    )
    rotated = administration.rotate_secret("shop", overlap=60).secret
    dynamo.tokens.revoke(place_of(token.record), token.record.owner, NOW)
    text = str(dump(boto3.client("dynamodb")))
    assert token.record.handle in text
    assert rotated is not None
    for hidden in (imported, rotated, token.value, token.value.rpartition(".")[2]):
        assert hidden not in text


def test_ttl_is_a_number_of_seconds(dynamo: Store, template: dict[str, Any]) -> None:
    """What TTL goes by is there, in the one unit it understands, on everything that ends."""
    dynamo.tokens.put(a_record())
    dynamo.clients.create(a_client(expires_at=NOW + 86400))
    tables = dump(boto3.client("dynamodb"))
    assert [item["expires_at"] for item in tables["TokensTable"]] == [{"N": str(NOW + 3600)}]
    # The client and its directory entry end together.
    assert [item["expires_at"] for item in tables["ClientsTable"]] == [{"N": str(NOW + 86400)}] * 2
    for name in tables:
        ttl = template["Resources"][name]["Properties"]["TimeToLiveSpecification"]
        assert ttl == {"AttributeName": "expires_at", "Enabled": True}


def test_what_never_ends_has_no_ttl(dynamo: Store) -> None:
    """TTL leaves clients without an expiry and the sweep's checkpoint alone."""
    dynamo.clients.create(a_client())
    dynamo.expired.advance(5)
    tables = dump(boto3.client("dynamodb"))
    assert [len(items) for items in tables.values()] == [1, 2]
    assert not any("expires_at" in item for items in tables.values() for item in items)


def test_deleting_a_client_leaves_nothing_of_it(dynamo: Store) -> None:
    """Neither the client nor its name in the directory stays behind."""
    dynamo.clients.create(a_client())
    dynamo.clients.delete("shop")
    assert dump(boto3.client("dynamodb"))["ClientsTable"] == []


def test_no_operation_scans(dynamo: Store, dynamodb: "DynamoDBClient", calls: list[str]) -> None:
    """A client's, a token's and a sweep's whole life need no Scan, and every read is strong."""
    reads: list[bool] = []

    def note(params: dict[str, Any], **_: object) -> None:
        requests = params.get("RequestItems", {"": params}).values()
        reads.extend(bool(request.get("ConsistentRead")) for request in requests)

    for operation in ("GetItem", "Query", "BatchGetItem"):
        dynamodb.meta.events.register(f"provide-client-params.dynamodb.{operation}", note)
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    token = issue(
        dynamo,
        administration,
        NewClient(name="Shop", id="shop", introspection=Introspection.ANY),
    )
    place = place_of(token.record)
    dynamo.tokens.find(place)
    dynamo.tokens.find_with_owner(place, token.record.owner)
    dynamo.tokens.revoke(place, token.record.owner, NOW)
    dynamo.expired.page(place.bucket, None)
    dynamo.expired.delete(place.bucket, [place.handle])
    dynamo.expired.advance(3)
    dynamo.expired.checkpoint()
    administration.set_enabled("shop", enabled=False)
    administration.rotate_secret("shop", 60)
    administration.revoke_tokens("shop")
    list(administration.list())
    administration.delete("shop")
    DynamoPublicKeys(dynamodb, "ClientsTable").load()
    assert set(calls) == {
        "BatchGetItem",
        "BatchWriteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    }
    assert len(reads) > 20
    assert all(reads)
