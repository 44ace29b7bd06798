"""Owners and token records with every detail filled in, to be changed where a test cares."""

from dataclasses import replace
from typing import Any

from token_service.domain.clients import secret_digest
from token_service.domain.grants import Access, Grant
from token_service.domain.location import DEFAULT_LAYOUT
from token_service.domain.owners import Account, Client, Integration, OwnerKind, OwnerRef, Secret
from token_service.domain.tokens import TokenRecord

NOW = 1_800_000_000
SECRET = "s3cret-" + "x" * 36
OWNER = OwnerRef(OwnerKind.CLIENT, "shop")
EPOCH = "0123456789abcdef"

_CLIENT = Client(
    id=OWNER.id,
    name="Shop",
    epoch=EPOCH,
    created_at=NOW - 1000,
    secrets=(Secret(secret_digest(SECRET), NOW - 1000),),
    scopes=("read", "write"),
    audience=("https://api.example.test",),
)
_ACCOUNT = Account(
    kind=OwnerKind.ADMIN,
    id="0123456789abcdef" * 2,
    username="Ada",
    password_hash="$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA",
    epoch=EPOCH,
    created_at=NOW - 1000,
    resources=("Magento_Customer::customer", "Magento_Backend::store"),
)
_INTEGRATION = Integration(
    id="fedcba9876543210" * 2,
    name="Warehouse",
    consumer_key="c" * 32,
    consumer_secret="sealed-consumer-secret",
    epoch=EPOCH,
    created_at=NOW - 1000,
    enabled=True,
    token_secret="sealed-token-secret",
    resources=("Magento_Backend::store",),
)
_RECORD = TokenRecord(
    handle="08" + "ab" * 16,
    layout=DEFAULT_LAYOUT,
    owner=OWNER,
    epoch=EPOCH,
    issued_at=NOW,
    expires_at=NOW + 3600,
    grant=Grant.CLIENT_CREDENTIALS,
    access=Access.FULL,
    audience=("https://api.example.test",),
    scope=("read", "write"),
)


def a_client(**changes: Any) -> Client:  # noqa: ANN401 - any field of a Client
    """A confidential client named shop."""
    return replace(_CLIENT, **changes)


def an_account(**changes: Any) -> Account:  # noqa: ANN401 - any field of an Account
    """An admin named Ada with two resources."""
    return replace(_ACCOUNT, **changes)


def a_member(**changes: Any) -> Account:  # noqa: ANN401 - any field of an Account
    """An account member named Ada, who may act for two buyer accounts."""
    member = replace(
        _ACCOUNT,
        kind=OwnerKind.ACCOUNT_MEMBER,
        resources=(),
        name="Ada Lovelace",
        email="ada@member.test",
        buyer_accounts=("account-1", "account-2"),
    )
    return replace(member, **changes)


def an_integration(**changes: Any) -> Integration:  # noqa: ANN401 - any field of an Integration
    """An active integration named Warehouse with one resource."""
    return replace(_INTEGRATION, **changes)


def a_record(**changes: Any) -> TokenRecord:  # noqa: ANN401 - any field of a TokenRecord
    """The record of one of shop's tokens, which expires in an hour."""
    return replace(_RECORD, **changes)
