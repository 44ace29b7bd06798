"""A damaged item is a named error that says where the damage is and quotes no value."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.keyring import Keyring
from token_service.domain.limits import NEVER
from token_service.domain.location import Location
from token_service.domain.one_time_passwords import OneTimePassword
from token_service.domain.openid import OpenIdProvider
from token_service.domain.owners import BuyerAccount, Introspection, OwnerKind
from token_service.domain.ports import FailureWindow
from token_service.store.identity_links import DynamoIdentityLinks
from token_service.store.items import DamagedItemError
from token_service.store.nonce_seed import DynamoNonceSeed
from token_service.store.openid_providers import DynamoProviders
from token_service.store.signing_keys import DynamoPublicKeys

from tests.aws_hooks import items_of
from tests.clock import SeededBytes
from tests.memory_store import place_of
from tests.samples import NOW, OWNER, a_client, a_member, a_record, an_account, an_integration
from tests.service import key_pair
from tests.store.stores import Store

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]

PLANTED = "planted-value"
# What an attribute of each type may be replaced by: other types, and values that make no sense.
DAMAGE: dict[str, tuple[Item, ...]] = {
    "S": ({"N": "17"}, {"L": [{"S": PLANTED}]}, {"NULL": True}),
    "N": ({"S": PLANTED}, {"S": "17"}, {"N": "-1"}, {"N": "1.5"}, {"N": "1E+120"}),
    "BOOL": ({"S": PLANTED}, {"N": "1"}, {"NULL": True}),
    "L": ({"S": PLANTED}, {"L": [{"N": "17"}]}, {"L": [{"S": "fine"}, {"NULL": True}]}),
    "enum": ({"S": PLANTED}, {"N": "17"}),
    "enums": ({"L": [{"S": PLANTED}]}, {"S": PLANTED}),
    "secrets": (
        {"L": [{"S": PLANTED}]},
        {"L": [{"M": {"created_at": {"N": "1"}}}]},
        {"L": [{"M": {"created_at": {"N": "1"}, "digest": {"N": "17"}}}]},
        {"L": [{"M": {"created_at": {"S": PLANTED}, "digest": {"S": PLANTED}}}]},
    ),
    "json": ({"S": ""}, {"S": f'["{PLANTED}'}, {"S": f'["{PLANTED}"]'}, {"S": "{}"}, {"N": "1"}),
    "owner": (
        {"S": PLANTED},
        {"S": f"{PLANTED}#1"},
        {"S": "client#"},
        {"S": "buyer_account#1"},
        {"N": "17"},
    ),
}


class World:
    """The store, and what has no place in its bundle."""

    def __init__(self, client: "DynamoDBClient", store: Store) -> None:
        self.store = store
        self.keys = DynamoPublicKeys(client, "ClientsTable")
        self.links = DynamoIdentityLinks(client, "ClientsTable")
        self.providers = DynamoProviders(client, "ClientsTable")
        self.seed = DynamoNonceSeed(client, "ClientsTable")


@dataclass(frozen=True)
class Kind:
    """One kind of item: how it is written and read, its attributes, and its name in errors."""

    write: Callable[[World], object]
    read: Callable[[World], object]
    named: str
    required: dict[str, str]
    optional: dict[str, str] = field(default_factory=dict)
    table: str = "ClientsTable"
    key: str = ""

    def is_of(self, item: Item) -> bool:
        """Whether this is the item, and not a name or a directory entry beside it."""
        partition: str = (item.get("entity") or item["bucket"])["S"]
        return partition.startswith(self.key)


CLIENT = a_client(
    token_lifetime=60,
    jwks=({"kty": "OKP", "crv": "Ed25519", "x": "AA"},),
    reserved_rate_limit=1,
    updated_at=1,
    expires_at=NOW + 1,
    introspection=Introspection.ANY,
    serves=("https://api.example.test",),
)
PROVIDER = OpenIdProvider(
    id="p",
    name="P",
    issuer="https://p.test",
    client_id="c",
    client_secret="sealed",
    redirect_uris=("https://shop.test",),
    kinds=(OwnerKind.CUSTOMER,),
    trust_email=False,
    created_at=1,
    updated_at=1,
)
RECORD = a_record(jkt="k", account="a", revoked_at=NOW)
ADMIN, MEMBER, INTEGRATION = an_account(), a_member(), an_integration()
WINDOW = FailureWindow(1, 60)
LOGIN_KEY = "digest-of-a-name"


def fail_twice(world: World) -> object:
    """The second failure is one too many, so that the counter is read."""
    return [world.store.client_failures.count(LOGIN_KEY, NOW, WINDOW) for _ in range(2)]


def person(name: str, account: str, *optional: str) -> Kind:
    """An account of one kind."""
    stored = ADMIN if name == "admins" else MEMBER
    return Kind(
        lambda world: getattr(world.store, name).create(stored),
        lambda world: world.store.owners.find(stored.ref),
        f"account item {account}#{stored.id}",
        {
            "username": "S",
            "epoch": "S",
            "created_at": "N",
            "enabled": "BOOL",
            "resources": "L",
            "version": "N",
        },
        {"password_hash": "S"} | {one: "L" if one == "buyer_accounts" else "S" for one in optional},
        key=f"{account}#",
    )


KINDS = {
    "client": Kind(
        lambda world: world.store.clients.create(CLIENT),
        lambda world: world.store.clients.find("shop"),
        "client item client#shop",
        {
            "name": "S",
            "epoch": "S",
            "created_at": "N",
            "enabled": "BOOL",
            "public": "BOOL",
            "secrets": "secrets",
            "grants": "enums",
            "scopes": "L",
            "audience": "L",
            "token_format": "enum",
            "introspection": "enum",
            "version": "N",
        },
        {
            "token_lifetime": "N",
            "serves": "L",
            "jwks": "json",
            "dpop_bound": "BOOL",
            "recorded": "BOOL",
            "reserved_rate_limit": "N",
            "updated_at": "N",
            "expires_at": "N",
        },
        key="client#",
    ),
    "sum": Kind(
        lambda world: world.store.clients.create(CLIENT),
        lambda world: world.store.clients.reserved(),
        "item of all reservations",
        {"reserved": "N"},
        key="sum#",
    ),
    "directory": Kind(
        lambda world: world.store.clients.create(CLIENT),
        lambda world: world.store.clients.page(0, 10),
        "directory item directory#client#",
        {},
        {"created_at": "N"},
        key="directory#",
    ),
    "use": Kind(
        lambda world: world.store.uses.note("shop", "secret#0123456789abcdef", NOW, 1),
        lambda world: world.store.uses.last_used("shop"),
        "client use item used#client#shop",
        {},
        {"client": "N", "secret#0123456789abcdef": "N"},
        key="used#",
    ),
    "admin": person("admins", "admin"),
    "member": person("members", "account_member", "name", "email", "buyer_accounts"),
    "name": Kind(
        lambda world: world.store.admins.create(ADMIN),
        lambda world: world.store.admins.find_by_username(ADMIN.username),
        "name item: ",
        {"id": "S"},
        key="name#",
    ),
    "buyer account": Kind(
        lambda world: world.store.buyer_accounts.create(BuyerAccount("b", "B", 1)),
        lambda world: world.store.buyer_accounts.find_all(["b"]),
        "buyer account item buyer_account#b",
        {"name": "S", "created_at": "N", "version": "N"},
        key="buyer_account#",
    ),
    "integration": Kind(
        lambda world: world.store.integrations.create(INTEGRATION),
        lambda world: world.store.owners.find(INTEGRATION.ref),
        f"integration item integration#{INTEGRATION.id}",
        {
            "name": "S",
            "consumer_key": "S",
            "consumer_secret": "S",
            "epoch": "S",
            "created_at": "N",
            "enabled": "BOOL",
            "resources": "L",
            "version": "N",
        },
        {"token_secret": "S"},
        key="integration#",
    ),
    "token": Kind(
        lambda world: world.store.tokens.put(RECORD),
        lambda world: world.store.tokens.find(place_of(RECORD)),
        "token record: ",
        {
            "owner": "owner",
            "epoch": "S",
            "issued_at": "N",
            "expires_at": "N",
            "grant": "enum",
            "access": "enum",
        },
        {"audience": "S", "scope": "S", "jkt": "S", "account": "S", "revoked_at": "N"},
        table="TokensTable",
    ),
    "one-time password": Kind(
        lambda world: world.store.one_time_passwords.put("k", OneTimePassword("hash", "e", NOW)),
        lambda world: world.store.one_time_passwords.find("k"),
        "one-time password item: ",
        {"password_hash": "S", "epoch": "S", "expires_at": "N"},
        table="TokensTable",
    ),
    "failures": Kind(
        fail_twice,
        fail_twice,
        "client failures item: ",
        {"expires_at": "N"},
        table="TokensTable",
    ),
    "checkpoint": Kind(
        lambda world: world.store.expired.advance(7),
        lambda world: world.store.expired.checkpoint(),
        "sweep checkpoint item: ",
        {"hour": "N"},
        table="TokensTable",
    ),
    "identity link": Kind(
        lambda world: world.links.keep("digest", "person", None),
        lambda world: world.links.find("digest"),
        "identity link item: ",
        {"person": "S"},
    ),
    "providers": Kind(
        lambda world: world.providers.write([PROVIDER], over=0),
        lambda world: world.providers.read(),
        "OpenID providers item: ",
        {"providers": "json", "version": "N"},
    ),
    "published keys": Kind(
        lambda world: world.keys.save(Keyring((key_pair(SigningAlgorithm.ES256)[1],), since=1)),
        lambda world: world.keys.load(),
        "published signing keys item: ",
        {"keys": "json", "since": "N", "version": "N"},
    ),
    "nonce seed": Kind(
        lambda world: world.seed.ensure(SeededBytes()),
        lambda world: world.seed.load(),
        "nonce seed item: ",
        {"seed": "S"},
    ),
}
ATTRIBUTES = [
    (kind, name) for kind in KINDS for name in (*KINDS[kind].required, *KINDS[kind].optional)
]


@pytest.fixture
def world(dynamodb: "DynamoDBClient", dynamo: Store) -> World:
    """Empty tables."""
    return World(dynamodb, dynamo)


def stored_item(kind: Kind) -> Item:
    """The item of this kind that lies in its table."""
    item: Item
    (item,) = (item for item in items_of(kind.table) if kind.is_of(item))
    return item


def put(kind: Kind, item: Item) -> None:
    """Put an item in its place, past the store."""
    boto3.client("dynamodb").put_item(TableName=kind.table, Item=item)


def damages(kind: Kind, name: str, item: Item) -> Iterator[Item]:
    """The item, damaged in every way that one of its attributes can be."""
    if name in kind.required:
        yield {other: value for other, value in item.items() if other != name}
    for value in DAMAGE[(kind.required | kind.optional)[name]]:
        yield item | {name: value}


@pytest.mark.parametrize(("kind_name", "attribute"), ATTRIBUTES)
def test_damaged_attribute_is_named_and_not_quoted(
    world: World, kind_name: str, attribute: str
) -> None:
    """A missing attribute, one of another type, and an impossible value (items 40, 80)."""
    kind = KINDS[kind_name]
    kind.write(world)
    item = stored_item(kind)
    place = attribute if attribute.isidentifier() else "*"
    for number, damage in enumerate(damages(kind, attribute, item)):
        put(kind, damage)
        with pytest.raises(DamagedItemError) as caught:
            pytest.fail(f"damage {number} is read as {kind.read(world)}")
        detail = caught.value.detail
        assert detail.startswith(f"damaged {kind.named}")
        assert f" {place}" in detail
        for hidden in (PLANTED, RECORD.handle, "secret#", LOGIN_KEY, ADMIN.username):
            assert hidden not in f"{caught.value!r} {detail}"
        # Nobody can print pydantic's own error with the values in it.
        assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name].optional])
def test_item_without_optional_attributes_is_read(world: World, name: str) -> None:
    """Items of earlier versions lack them."""
    kind = KINDS[name]
    kind.write(world)
    put(kind, {one: value for one, value in stored_item(kind).items() if one not in kind.optional})
    assert kind.read(world)


@pytest.mark.parametrize("name", KINDS)
def test_attribute_of_a_later_version_is_ignored(world: World, name: str) -> None:
    """A function of the former version goes on while the next one is deployed."""
    kind = KINDS[name]
    kind.write(world)
    before = kind.read(world)
    # A later version may note more uses, but no other kinds of them.
    put(kind, stored_item(kind) | ({} if name == "use" else {"later": {"BOOL": True}}))
    assert kind.read(world) == before


def test_client_of_an_earlier_version_has_the_defaults_of_its_time(world: World) -> None:
    """Its tokens have records, it has no keys, no reservation and no end."""
    kind = KINDS["client"]
    world.store.clients.create(a_client())
    put(kind, {n: value for n, value in stored_item(kind).items() if n not in kind.optional})
    assert world.store.clients.find("shop") == a_client()


@pytest.mark.parametrize("key", ["#", "123", "123#x#0", "123#-1#0"])
def test_record_under_an_impossible_partition_key_is_damaged(world: World, key: str) -> None:
    """The shard bits of its token are in the key."""
    kind = KINDS["token"]
    world.store.tokens.put(RECORD)
    put(kind, stored_item(kind) | {"bucket": {"S": key}})
    with pytest.raises(DamagedItemError, match=r"^damaged token record: bucket "):
        world.store.tokens.find(Location(key, RECORD.handle))


def test_only_a_record_that_never_expires_may_lack_its_expiry(world: World) -> None:
    """Its partition key says so; any other record is damaged without it (see above)."""
    record = a_record(expires_at=NEVER, layout=0)
    world.store.tokens.put(record)
    assert world.store.tokens.find(place_of(record)) == record


def test_damaged_owner_beside_a_good_record_is_an_error(world: World) -> None:
    """Half of what a check needs is no answer."""
    world.store.clients.create(a_client())
    world.store.tokens.put(a_record())
    kind = KINDS["client"]
    put(kind, stored_item(kind) | {"enabled": {"S": "false"}})
    with pytest.raises(DamagedItemError, match=r"^damaged client item client#shop: enabled "):
        world.store.tokens.find_with_owners(place_of(a_record()), {OWNER})


def test_listing_names_the_damaged_client(world: World) -> None:
    """It does not pass over it: an operator who lists must learn of it."""
    for name in ("a", "b", "c"):
        world.store.clients.create(a_client(id=name))
    items = {item["entity"]["S"]: item for item in items_of("ClientsTable")}
    put(KINDS["client"], items["client#b"] | {"grants": {"L": [{"S": PLANTED}]}})
    for read in (lambda: list(world.store.clients.list()), lambda: world.store.clients.page(0, 10)):
        with pytest.raises(DamagedItemError, match=r"^damaged client item client#b: grants.0 enum"):
            read()


def test_damaged_expiry_holds_a_token_back_from_the_sweep(world: World) -> None:
    """It is not deleted, and the tokens beside it are still seen."""
    kind = KINDS["token"]
    world.store.tokens.put(RECORD)
    item = stored_item(kind)
    for handle, expiry in (("x", {"S": PLANTED}), ("y", {"N": "1.5"}), ("z", {"N": "-1"})):
        put(kind, item | {"handle": {"S": handle}, "expires_at": expiry})
    found = dict(world.store.expired.page(place_of(RECORD).bucket, None).items)
    assert found.pop(RECORD.handle) == RECORD.expires_at
    assert set(found) == {"x", "y", "z"}
    assert min(found.values()) > NEVER


@pytest.mark.parametrize(
    "entry",
    [
        {"alg": "none"},
        {"alg": None},
        {"state": "trusted"},
        {"jwk": PLANTED},
        {"jwk": {"kty": 1}},
        {"kid": 7},
        {"retired_at": PLANTED},
        {"published_at": -1},
    ],
    ids=str,
)
def test_one_damaged_key_makes_the_keyring_unavailable(world: World, entry: Item) -> None:
    """Without it, tokens that it signed would be called invalid."""
    kind = KINDS["published keys"]
    kind.write(world)
    (member, value), item = next(iter(entry.items())), stored_item(kind)
    keys = [*json.loads(item["keys"]["S"]), *json.loads(item["keys"]["S"])]
    keys[1][member] = value
    put(kind, item | {"keys": {"S": json.dumps(keys)}})
    with pytest.raises(
        DamagedItemError, match=rf"^damaged published signing keys item: keys.1.{member}"
    ):
        world.keys.load()
