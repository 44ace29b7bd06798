"""Whom an identity at a provider belongs to: made once, linked for good, never taken over."""

from dataclasses import replace

import pytest
from token_service.domain.errors import InvalidGrant, Unavailable
from token_service.domain.linked_shoppers import LinkedShoppers
from token_service.domain.openid import Identity
from token_service.domain.owners import Account, OwnerKind

from tests.clock import FrozenClock, SeededBytes
from tests.memory_store import MemoryAccounts
from tests.openid_world import provider

CUSTOMER, MEMBER = OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER
ADA = Identity("sub-1", "ada@example.com", email_verified=True, name="Ada")


class MemoryLinks:
    """Links by identity."""

    def __init__(self) -> None:
        self.by_identity: dict[str, str] = {}

    def find(self, identity: str) -> str | None:
        """The person."""
        return self.by_identity.get(identity)

    def keep(self, identity: str, person: str, instead_of: str | None) -> bool:
        """Link, unless somebody else did."""
        if self.by_identity.get(identity) not in (instead_of, person):
            return False
        self.by_identity[identity] = person
        return True


class World:
    """A store of people."""

    def __init__(self) -> None:
        self.accounts = {kind: MemoryAccounts() for kind in (CUSTOMER, MEMBER)}
        self.links = MemoryLinks()
        self.shoppers = LinkedShoppers(self.accounts, self.links, FrozenClock(), SeededBytes())

    def sign_in(self, one: Identity = ADA, kind: OwnerKind = CUSTOMER, **changes: object) -> str:
        """The person's id."""
        return self.shoppers.belonging_to(kind, provider(**changes), one).id


@pytest.fixture
def world() -> World:
    """Nobody yet."""
    return World()


def an_account(world: World, username: str = ADA.email or "") -> Account:
    """Somebody who has a password already."""
    account = Account(CUSTOMER, "known", username, "hash", "epoch", 1)
    world.accounts[CUSTOMER].create(account)
    return account


@pytest.mark.parametrize("kind", [CUSTOMER, MEMBER])
def test_the_first_sign_in_makes_a_person(world: World, kind: OwnerKind) -> None:
    """The next finds the same one, whatever became of name and address meanwhile."""
    made = world.sign_in(kind=kind)
    person = world.accounts[kind].find(made)
    assert person
    assert (person.username, person.name, person.password_hash) == (ADA.email, "Ada", None)
    moved = replace(ADA, email="other@example.com", email_verified=False, name="Other")
    assert world.sign_in(moved, kind) == made


def test_identities_are_of_one_provider_and_one_realm(world: World) -> None:
    """The same subject elsewhere is somebody else, or the same by a vouched-for address alone."""
    made = world.sign_in()
    assert world.sign_in(kind=MEMBER) != made
    stranger = replace(ADA, email="bob@example.com")
    assert world.sign_in(stranger, id="another") != made
    assert world.sign_in(replace(ADA, subject="sub-9"), id="another") == made


def test_a_vouched_for_address_finds_who_has_it(world: World) -> None:
    """The same person, whom nothing from before lets in: it may have been a squatter's.

    The password, the address for one-time passwords, and the tokens of before have ended.
    """
    known = an_account(world, "ADA@example.com")
    assert world.sign_in() == known.id
    person = world.accounts[CUSTOMER].find(known.id)
    assert person
    assert (person.password_hash, person.email) == (None, ADA.email)
    assert person.epoch != known.epoch
    assert (person.username, person.created_at) == (known.username, known.created_at)
    assert world.sign_in(replace(ADA, email=None)) == known.id
    assert world.accounts[CUSTOMER].find(known.id) == person


@pytest.mark.parametrize("with_password", [True, False])
def test_a_recycled_mailbox_takes_nobody_over(world: World, *, with_password: bool) -> None:
    """A second subject of one provider with the same address is somebody else: refused."""
    if with_password:
        an_account(world)
    made = world.sign_in()
    before = world.accounts[CUSTOMER].find(made)
    for _ in range(2):
        with pytest.raises(InvalidGrant):
            world.sign_in(replace(ADA, subject="sub-9"))
    assert world.accounts[CUSTOMER].find(made) == before
    assert world.sign_in() == made


def test_an_account_that_changes_meanwhile_is_not_handed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written in between is not undone; the next sign-in finds it."""
    known = an_account(world)
    world.accounts[CUSTOMER].replace_epoch(known.id, "later")
    monkeypatch.setattr(world.accounts[CUSTOMER], "find_by_username", lambda _: known)
    with pytest.raises(Unavailable):
        world.sign_in()
    monkeypatch.undo()
    assert world.sign_in() == known.id


def test_an_interruption_leaves_no_account_open_to_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link is the last that is written: who is let in has ended the password before."""
    known = an_account(world)
    keep = world.links.keep

    def fail(identity: str, person: str, instead_of: str | None) -> bool:
        if instead_of is not None:
            raise Unavailable
        return keep(identity, person, instead_of)

    monkeypatch.setattr(world.links, "keep", fail)
    with pytest.raises(Unavailable):
        world.sign_in()
    monkeypatch.undo()
    person = world.accounts[CUSTOMER].find(known.id)
    assert person
    assert person.password_hash is None
    assert world.sign_in() == known.id


@pytest.mark.parametrize(
    "one",
    [
        replace(ADA, email_verified=False),
        replace(ADA, email=None),
        replace(ADA, email=""),
        replace(ADA, email="no address"),
        replace(ADA, email="a@b\nc"),
        replace(ADA, email="a@" + "b" * 254),
    ],
)
def test_what_nobody_vouches_for_makes_nobody(world: World, one: Identity) -> None:
    """Nobody is let in as somebody else, and nobody waits under another's address."""
    an_account(world)
    with pytest.raises(InvalidGrant):
        world.sign_in(one)
    assert not world.links.by_identity
    assert len(world.accounts[CUSTOMER].by_id) == 1


def test_an_operator_may_vouch_for_a_provider(world: World) -> None:
    """Some verify addresses and do not say so; those that say no are believed."""
    assert world.sign_in(replace(ADA, email_verified=False), trust_email=True)


def test_an_interruption_is_mended_by_the_next_sign_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to nobody leads to the person that is made then."""

    def fail(_: Account) -> None:
        raise Unavailable

    monkeypatch.setattr(world.accounts[CUSTOMER], "create", fail)
    with pytest.raises(Unavailable):
        world.sign_in()
    monkeypatch.undo()
    linked = next(iter(world.links.by_identity.values()))
    assert world.sign_in() == linked


def test_two_first_sign_ins_at_once_make_one_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower is told to try again, and finds what the faster made."""
    monkeypatch.setattr(world.links, "find", lambda _: None)
    made = world.sign_in()
    with pytest.raises(Unavailable):
        world.sign_in()
    monkeypatch.undo()
    assert world.sign_in() == made
    assert len(world.accounts[CUSTOMER].by_id) == 1


def test_names_are_somebody_else_s_text(world: World) -> None:
    """What cannot be printed is left out, and the rest bounded."""
    made = world.sign_in(replace(ADA, name="A\x00\n" + "d" * 300))
    person = world.accounts[CUSTOMER].find(made)
    assert person
    assert person.name == "A" + "d" * 254
