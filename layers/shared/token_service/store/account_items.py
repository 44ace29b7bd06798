"""An account as an item of the clients table, and the item that makes its name unique."""

from token_service.domain.names import same_name
from token_service.domain.owners import Account, OwnerKind, OwnerRef
from token_service.store.dynamodb import Item, owner_key


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
    """The account that `account_to_item` stored."""
    owner = OwnerRef.parse(item["entity"]["S"])
    return Account(
        kind=owner.kind,
        id=owner.id,
        username=item["username"]["S"],
        password_hash=item["password_hash"]["S"] if "password_hash" in item else None,
        epoch=item["epoch"]["S"],
        created_at=int(item["created_at"]["N"]),
        enabled=item["enabled"]["BOOL"],
        resources=tuple(entry["S"] for entry in item["resources"]["L"]),
        name=item["name"]["S"] if "name" in item else "",
        email=item["email"]["S"] if "email" in item else "",
        buyer_accounts=tuple(
            entry["S"]
            for entry in (item["buyer_accounts"]["L"] if "buyer_accounts" in item else ())
        ),
        version=int(item["version"]["N"]),
    )


def name_key(kind: OwnerKind, username: str) -> Item:
    """Where a name says whose it is."""
    return {"entity": {"S": f"name#{kind}#{same_name(username)}"}, "part": {"S": "owner"}}
