"""Buyer accounts, and which account members may act for them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from token_service.domain.account_administration import (
    AccountDetailError,
    NoSuchAccountError,
    check_name,
)
from token_service.domain.handles import RandomBytes, new_uuid
from token_service.domain.owners import Account, BuyerAccount
from token_service.domain.ports import Accounts, Clock, Registry

# One strongly consistent batch reads them all, and the member's item stays small.
MAX_MEMBERSHIPS = 100


class NoSuchBuyerAccountError(LookupError):
    """There is no buyer account of this id."""


class BuyerAccounts(Registry[BuyerAccount], Protocol):
    """Keeps buyer accounts, and finds many at once."""

    def find_all(self, identifiers: Iterable[str]) -> list[BuyerAccount]:
        """Those of up to `MAX_MEMBERSHIPS` ids that there are, in the order of the ids."""


class BuyerAccountAdministration:
    """What an operator does with buyer accounts and memberships."""

    def __init__(
        self,
        *,
        registry: BuyerAccounts,
        members: Accounts,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._registry = registry
        self._members = members
        self._now = now
        self._random = random

    def create(self, name: str) -> BuyerAccount:
        """Make one, without members.

        Raises:
            AccountDetailError: not a name.

        """
        check_name(name)
        account = BuyerAccount(new_uuid(self._random), name.strip(), self._now())
        self._registry.create(account)
        return account

    def show(self, identifier: str) -> BuyerAccount:
        """The buyer account.

        Raises:
            NoSuchBuyerAccountError: there is none of this id.

        """
        account = self._registry.find(identifier)
        if account is None:
            raise NoSuchBuyerAccountError(identifier)
        return account

    def list(self) -> Iterator[BuyerAccount]:
        """Every buyer account, in no particular order."""
        return self._registry.list()

    def join(self, username: str, identifier: str) -> Account:
        """Let a member act for a buyer account; twice is once.

        Raises:
            NoSuchAccountError, NoSuchBuyerAccountError, OwnerChangedError: see the names.
            AccountDetailError: the member belongs to as many as it may.

        """
        account, member = self.show(identifier), self._member(username)
        joined = tuple(dict.fromkeys((*member.buyer_accounts, account.id)))
        if len(joined) > MAX_MEMBERSHIPS:
            raise AccountDetailError(f"a member belongs to at most {MAX_MEMBERSHIPS} accounts")
        return self._members.replace(replace(member, buyer_accounts=joined))

    def leave(self, username: str, identifier: str) -> Account:
        """Let a member act for it no more.

        All of the member's tokens end, since those for this account alone cannot be listed.

        Raises:
            NoSuchAccountError, OwnerChangedError: see the names.
            NoSuchBuyerAccountError: the member does not belong to it.

        """
        member = self._member(username)
        if identifier not in member.buyer_accounts:
            raise NoSuchBuyerAccountError(identifier)
        return self._without(member, identifier)

    def delete(self, identifier: str) -> None:
        """Remove a buyer account, and let every member leave it; interrupted, it can be repeated.

        The account goes first: from then on no token for it can be made, and those there are end
        as each member leaves.

        Raises:
            NoSuchBuyerAccountError: there is none of this id, and nobody belongs to it.
            OwnerChangedError: a member was changed meanwhile.

        """
        account = self._registry.find(identifier)
        gone = account is not None and self._registry.delete(account)
        members = [one for one in self._members.list() if identifier in one.buyer_accounts]
        for member in members:
            self._without(member, identifier)
        if not gone and not members:
            raise NoSuchBuyerAccountError(identifier)

    def _without(self, member: Account, identifier: str) -> Account:
        others = tuple(one for one in member.buyer_accounts if one != identifier)
        return self._members.replace(
            replace(member, buyer_accounts=others, epoch=self._random(8).hex())
        )

    def _member(self, username: str) -> Account:
        member = self._members.find_by_username(username)
        if member is None:
            raise NoSuchAccountError(username)
        return member
