"""What both stores promise about buyer accounts and one-time passwords."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from token_service.domain.one_time_passwords import OneTimePassword
from token_service.domain.owners import BuyerAccount
from token_service.domain.ports import OwnerExistsError

from tests.aws_hooks import items_of
from tests.samples import NOW
from tests.store.stores import Store
from tests.store.test_used_once_contract import at_once

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ACCOUNT = BuyerAccount("account-1", "Łódź Ltd", NOW)
PASSWORD = OneTimePassword("$argon2id$hash", "0011223344556677", NOW + 600)


def test_a_buyer_account_is_found_as_it_was_made(store: Store) -> None:
    """By id and in the list, until it is deleted; a name may be given twice, an id once."""
    store.buyer_accounts.create(ACCOUNT)
    namesake = replace(ACCOUNT, id="account-2")
    store.buyer_accounts.create(namesake)
    with pytest.raises(OwnerExistsError):
        store.buyer_accounts.create(replace(ACCOUNT, name="Other"))
    assert store.buyer_accounts.find("account-1") == ACCOUNT
    assert sorted(one.id for one in store.buyer_accounts.list()) == ["account-1", "account-2"]
    assert store.buyer_accounts.delete(ACCOUNT)
    assert not store.buyer_accounts.delete(ACCOUNT)
    assert store.buyer_accounts.find("account-1") is None
    assert list(store.buyer_accounts.list()) == [namesake]


def test_many_are_found_at_once(store: Store) -> None:
    """In the order of the ids, each once, without those that there are not; none is fine too."""
    made = [replace(ACCOUNT, id=f"account-{n:03d}") for n in range(100)]
    for account in made:
        store.buyer_accounts.create(account)
    asked = [account.id for account in reversed(made)]
    assert store.buyer_accounts.find_all(asked) == made[::-1]
    assert store.buyer_accounts.find_all([asked[3], "gone", asked[1], asked[3]]) == [
        made[-4],
        made[-2],
    ]
    assert store.buyer_accounts.find_all([]) == []


def test_a_buyer_account_owns_no_token(store: Store) -> None:
    """Kept like owners, it is none: nobody finds a person under its id."""
    store.buyer_accounts.create(ACCOUNT)
    assert store.members.find(ACCOUNT.id) is None
    assert store.customers.find(ACCOUNT.id) is None


def test_a_one_time_password_is_used_once(store: Store) -> None:
    """It is found as it was kept, used up once, and then gone."""
    passwords = store.one_time_passwords
    assert passwords.find("key") is None
    passwords.put("key", PASSWORD)
    assert passwords.find("key") == PASSWORD
    assert passwords.find("other") is None
    assert not passwords.use("other", PASSWORD)
    assert passwords.use("key", PASSWORD)
    assert passwords.find("key") is None
    assert not passwords.use("key", PASSWORD)


def test_a_new_one_takes_the_place_of_the_former(store: Store) -> None:
    """The former cannot be used any more, and using it leaves the new one alone."""
    passwords, newer = store.one_time_passwords, replace(PASSWORD, password_hash="$argon2id$newer")
    passwords.put("key", PASSWORD)
    passwords.put("key", newer)
    assert not passwords.use("key", PASSWORD)
    assert passwords.find("key") == newer
    assert passwords.use("key", newer)


def test_only_one_of_many_at_once_uses_it(dynamodb: "DynamoDBClient", dynamo: Store) -> None:
    """Of ten parallel uses one succeeds."""
    dynamo.one_time_passwords.put("key", PASSWORD)
    used = at_once(
        dynamodb, "DeleteItem", 10, lambda: dynamo.one_time_passwords.use("key", PASSWORD)
    )
    assert (len(used), sum(used)) == (10, 1)


def test_it_lies_apart_and_ends_by_ttl(dynamo: Store) -> None:
    """In a partition that no sweep computes and the policy can name, with its own expiry."""
    dynamo.one_time_passwords.put("key", PASSWORD)
    (item,) = items_of("TokensTable")
    assert item["bucket"] == {"S": "one_time_password#key"}
    assert item["expires_at"] == {"N": str(NOW + 600)}
