"""An account as an item of the clients table, and the item that makes its name unique."""

from typing import ClassVar

from token_service.domain.names import same_name
from token_service.domain.owners import Account, OwnerKind
from token_service.store.dynamodb import Item, owner_key
from token_service.store.items import Count, Flag, Reference, StoredItem, Text, parse_item


class _AccountItem(StoredItem, defer_build=True):
    kind: ClassVar = "account item"
    named_by: ClassVar = ("entity",)

    entity: Reference
    username: Text
    password_hash: Text | None = None
    epoch: Text
    created_at: Count
    enabled: Flag
    resources: tuple[Text, ...]
    name: Text = ""
    email: Text = ""
    buyer_accounts: tuple[Text, ...] = ()
    version: Count


def account_to_item(account: Account) -> Item:
    """An account as it is stored."""
    item = owner_key(account.ref) | {
        "username": {"S": account.username},
        "epoch": {"S": account.epoch},
        "created_at": {"N": str(account.created_at)},
        "enabled": {"BOOL": account.enabled},
        "resources": {"L": [{"S": resource} for resource in account.resources]},
        "version": {"N": str(account.version)},
    }
    texts = {"password_hash": account.password_hash, "name": account.name, "email": account.email}
    item |= {name: {"S": text} for name, text in texts.items() if text}
    if account.buyer_accounts:
        item["buyer_accounts"] = {"L": [{"S": one} for one in account.buyer_accounts]}
    return item


def account_from_item(item: Item) -> Account:
    """The account that `account_to_item` stored.

    Raises:
        DamagedItemError: the item is not one that `account_to_item` writes.

    """
    stored = parse_item(_AccountItem, item)
    return Account(
        kind=stored.entity.kind,
        id=stored.entity.id,
        username=stored.username,
        password_hash=stored.password_hash,
        epoch=stored.epoch,
        created_at=stored.created_at,
        enabled=stored.enabled,
        resources=stored.resources,
        name=stored.name,
        email=stored.email,
        buyer_accounts=stored.buyer_accounts,
        version=stored.version,
    )


def name_key(kind: OwnerKind, username: str) -> Item:
    """Where a name says whose it is."""
    return {"entity": {"S": f"name#{kind}#{same_name(username)}"}, "part": {"S": "owner"}}
