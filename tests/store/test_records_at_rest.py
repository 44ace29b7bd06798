"""What lies in the tables: how big it is, when it ends, and what a thief would find."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from token_service.domain.account_administration import AccountAdministration
from token_service.domain.administration import ClientAdministration, NewClient
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.dpop import ProofVerifier
from token_service.domain.errors import InvalidGrant
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.integrations import IntegrationAdministration
from token_service.domain.issue import IssueRequest, TokenIssuer
from token_service.domain.keys import SigningKeys
from token_service.domain.limits import CLOCK_SKEW, LIMITS
from token_service.domain.location import MAX_LAYOUT
from token_service.domain.login import Login, LoginSettings
from token_service.domain.mint import MintSettings, TokenMint
from token_service.domain.owners import ClientCredentials, Introspection, OwnerKind, OwnerRef
from token_service.domain.passwords import CHEAPEST, PasswordHasher
from token_service.domain.revoke import TokenPlace
from token_service.domain.sealing import Sealer
from token_service.domain.tokens import IssuedToken
from token_service.store.signing_keys import DynamoPublicKeys
from token_service.store.tokens import MAX_RECORD_BYTES, RecordTooLargeError, size, to_item

from tests.aws_hooks import Body, items_of
from tests.clock import FrozenClock, SeededBytes
from tests.memory_store import place_of
from tests.samples import NOW, a_client, a_record, an_account, an_integration
from tests.service import ISSUER, authenticator, key_pair
from tests.store.faults import before
from tests.store.stores import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

LONGEST = a_record(
    handle="f" * 64,
    layout=MAX_LAYOUT,
    owner=OwnerRef(OwnerKind.CLIENT, "c" * LIMITS.client_id),
    access=Access.READ_ONLY,
    scope=("s" * 149, "t" * 150),
    audience=("a" * 149, "b" * 150),
    jkt="k" * 43,  # a SHA-256 in base64url (RFC 7638)
    account="0" * 36,
    issued_at=9_999_999_000,
    expires_at=9_999_999_999,
)


PASSWORD = "correct horse battery staple"


def dump() -> dict[str, list[dict[str, Any]]]:
    """Both tables, whole, as a thief would have them."""
    return {name: items_of(name) for name in ("TokensTable", "ClientsTable")}


def mint(store: Store) -> TokenMint:
    """Makes tokens that are kept in this store."""
    now = FrozenClock(NOW)
    return TokenMint(
        tokens=store.tokens,
        keys=SigningKeys(lambda: key_pair(SigningAlgorithm.ES256)[0], now),
        settings=MintSettings(ISSUER, ISSUER),
        now=now,
        random=SeededBytes(9),
    )


def issue(
    store: Store,
    administration: ClientAdministration,
    details: NewClient,
    resources: tuple[str, ...] = (),
) -> IssuedToken:
    """A token of a new client, kept in this store."""
    made = administration.create(details)
    now = FrozenClock(NOW)
    proofs = ProofVerifier(store.nonces, now)
    issuer = TokenIssuer(authenticator(store.clients, now), mint(store), proofs)
    credentials = ClientCredentials(made.client.id, made.secret)
    return issuer.issue(
        IssueRequest(Grant.CLIENT_CREDENTIALS, credentials, frozenset(Grant), resources=resources)
    )


def test_the_longest_record_is_one_write_unit(dynamo: Store) -> None:
    """Ids, scopes and audiences at their limits, and a bound key, fit even when revoked."""
    dynamo.tokens.put(LONGEST)
    dynamo.tokens.revoke(place_of(LONGEST), LONGEST.owner, 9_999_999_999)
    revoked = dynamo.tokens.find(place_of(LONGEST))
    assert revoked == replace(LONGEST, revoked_at=9_999_999_999)
    assert size(to_item(revoked)) < MAX_RECORD_BYTES


def test_the_longest_tombstone_is_one_write_unit(dynamo: Store, calls: list[str]) -> None:
    """Of a token without a record, of which nothing was stored before; one write, one item."""
    token = replace(LONGEST, handle="f" * 34)  # a JWT's id
    place = place_of(token)
    assert TokenPlace(place, unrecorded=token).end(dynamo.tokens, token.owner, 9_999_999_999)
    assert calls == ["UpdateItem"]
    (item,) = items_of("TokensTable")
    expires_at = token.expires_at + CLOCK_SKEW
    assert item["expires_at"] == {"N": str(expires_at)}
    assert size(item) < MAX_RECORD_BYTES
    dead = replace(token, revoked_at=9_999_999_999, expires_at=expires_at)
    assert dynamo.tokens.find(place) == dead


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
    """Whatever an operator may register can also be issued to, and chosen from."""
    audience = tuple(f"u:{n:02}" + "a" * 25 for n in range(10))
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    token = issue(
        dynamo,
        administration,
        NewClient(
            name="n" * 255,
            id="c" * LIMITS.client_id,
            scopes=tuple(f"{n:02}" + "s" * 7 for n in range(30)),
            audience=audience,
            token_format=token_format,
        ),
        resources=audience[::-1],
    )
    assert token.record.audience == audience[::-1]
    assert dynamo.tokens.find(place_of(token.record)) == token.record
    assert len(token.value) <= LIMITS.token


@pytest.mark.parametrize(("recorded", "writes"), [(True, ["PutItem"]), (False, [])])
def test_issuing_is_one_write_and_one_read(
    dynamo: Store, calls: list[str], writes: list[str], *, recorded: bool
) -> None:
    """A token costs what the design says (the client is made first, by one transaction)."""
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    issue(dynamo, administration, NewClient(name="Shop", recorded=recorded))
    assert calls == ["TransactWriteItems", "GetItem", *writes]
    assert len(dump()["TokensTable"]) == len(writes)


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
    text = str(dump())
    assert token.record.handle in text
    assert rotated is not None
    for hidden in (imported, rotated, token.value, token.value.rpartition(".")[2]):
        assert hidden not in text


def test_ttl_is_a_number_of_seconds(dynamo: Store, template: dict[str, Any]) -> None:
    """What TTL goes by is there, in the one unit it understands, on everything that ends."""
    dynamo.tokens.put(a_record())
    dynamo.clients.create(a_client(expires_at=NOW + 86400))
    tables = dump()
    assert [item["expires_at"] for item in tables["TokensTable"]] == [{"N": str(NOW + 3600)}]
    # The client, its key's id and its directory entry end together.
    assert [item["expires_at"] for item in tables["ClientsTable"]] == [{"N": str(NOW + 86400)}] * 3
    for name in tables:
        ttl = template["Resources"][name]["Properties"]["TimeToLiveSpecification"]
        assert ttl == {"AttributeName": "expires_at", "Enabled": True}


def test_what_never_ends_has_no_ttl(dynamo: Store) -> None:
    """TTL leaves clients without an expiry and the sweep's checkpoint alone."""
    dynamo.clients.create(a_client())
    dynamo.expired.advance(5)
    tables = dump()
    assert [len(items) for items in tables.values()] == [1, 3]
    assert not any("expires_at" in item for items in tables.values() for item in items)


def test_deleting_an_owner_leaves_nothing_of_it(dynamo: Store) -> None:
    """Neither the owner nor its names nor its name in the directory stay behind."""
    customer = an_account(kind=OwnerKind.CUSTOMER)
    dynamo.clients.create(a_client())
    dynamo.admins.create(an_account())
    dynamo.customers.create(customer)
    dynamo.integrations.create(an_integration())
    assert dynamo.clients.delete(a_client())
    assert dynamo.admins.delete(an_account())
    assert dynamo.customers.delete(customer)
    assert dynamo.integrations.delete(an_integration())
    assert dump()["ClientsTable"] == []


@pytest.mark.parametrize("token_format", TokenFormat)
def test_no_password_of_a_person_is_stored(dynamo: Store, token_format: TokenFormat) -> None:
    """A login leaves neither the password nor the token, and a failed one not even the name."""
    now, random = FrozenClock(NOW), SeededBytes()
    accounts = {OwnerKind.ADMIN: dynamo.admins, OwnerKind.CUSTOMER: dynamo.customers}
    hasher = PasswordHasher(CHEAPEST, random)
    AccountAdministration(
        accounts=accounts, failures=dynamo.failures, hasher=hasher, now=now, random=random
    ).create(OwnerKind.CUSTOMER, "ada@shop.test", PASSWORD)
    login = Login(
        accounts=accounts,
        failures=dynamo.failures,
        hasher=hasher,
        mint=mint(dynamo),
        settings=LoginSettings(form=token_format),
        now=now,
        random=random,
    )
    token = login.sign_in(OwnerKind.CUSTOMER, "ada@shop.test", PASSWORD)
    with pytest.raises(InvalidGrant):
        login.sign_in(OwnerKind.CUSTOMER, "typed-in-the-wrong-field", PASSWORD)
    assert dynamo.tokens.find(place_of(token.record)) == token.record
    text = str(dump())
    assert token.record.handle in text
    for hidden in (PASSWORD, token.value, token.value.rpartition(".")[2], "typed-in"):
        assert hidden not in text


def test_no_secret_of_an_integration_is_stored(dynamo: Store) -> None:
    """Both secrets are sealed, and the token is only a digest."""
    integrations = IntegrationAdministration(
        registry=dynamo.integrations,
        mint=mint(dynamo),
        sealer=Sealer(b"k" * 32, SeededBytes()),
        now=FrozenClock(NOW),
        random=SeededBytes(),
    )
    consumer = integrations.create("Warehouse", ("Magento_Backend::store",))
    access = integrations.activate("Warehouse")
    text = str(dump())
    assert consumer.integration.consumer_key in text
    for hidden in (consumer.consumer_secret, access.access_token, access.access_token_secret):
        assert hidden not in text


def test_no_operation_scans(dynamo: Store, dynamodb: "DynamoDBClient", calls: list[str]) -> None:
    """A client's, a token's and a sweep's whole life need no Scan, and every read is strong."""
    reads: list[bool] = []

    def note(body: Body) -> None:
        requests = body.get("RequestItems", {"": body}).values()
        reads.extend(bool(request.get("ConsistentRead")) for request in requests)

    for operation in ("GetItem", "Query", "BatchGetItem"):
        before(dynamodb, operation, note)
    administration = ClientAdministration(dynamo.clients, FrozenClock(NOW), SeededBytes())
    token = issue(
        dynamo,
        administration,
        NewClient(name="Shop", id="shop", introspection=Introspection.ANY),
    )
    place = place_of(token.record)
    dynamo.tokens.find(place)
    dynamo.tokens.find_with_owners(place, {token.record.owner})
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
