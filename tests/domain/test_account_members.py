"""Account members' tokens, memberships and sign-up (docs/platforms/elastic-path.md, 3.2)."""

from dataclasses import replace

import pytest
from token_service.domain.account_administration import AccountDetailError, NoSuchAccountError
from token_service.domain.account_members import MemberSettings, MemberTokens, NewMember
from token_service.domain.buyer_accounts import MAX_MEMBERSHIPS, NoSuchBuyerAccountError
from token_service.domain.errors import (
    InvalidGrant,
    InvalidRequest,
    NameTaken,
    NotOffered,
    Unavailable,
)
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.login import LoginSettings
from token_service.domain.owners import Account, OwnerKind
from token_service.domain.ports import LockOut
from token_service.domain.tokens import TokenRecord
from token_service.domain.window import Window

from tests.service import Service

MEMBER = OwnerKind.ACCOUNT_MEMBER
NAME, PASSWORD = "ada", "correct horse"
ALL = Window(0, 100)
NEW = NewMember("nora", "a good password", "Nora", "nora@member.test")


@pytest.fixture
def service() -> Service:
    """A service with a member of two buyer accounts."""
    return with_member(Service())


def with_member(service: Service) -> Service:
    """Add the member."""
    service.account_administration.create(
        MEMBER, NAME, PASSWORD, name="Ada", email="ada@member.test"
    )
    for name in ("First", "Second"):
        service.buyer_accounts.join(NAME, service.buyer_accounts.create(name).id)
    return service


def sign_in(service: Service, password: str = PASSWORD, window: Window = ALL) -> MemberTokens:
    """By password."""
    return service.members.by_password(NAME, password, window)


def member(service: Service) -> Account:
    """The member as it is stored."""
    return service.account_administration.show(MEMBER, NAME)


def lives(service: Service, found: MemberTokens) -> set[bool]:
    """Whether the tokens are active."""
    return {bool(service.validator.validate(token.value)) for _, token in found.tokens}


def test_a_token_for_each_account(service: Service) -> None:
    """Bound to it in its record and in its claims, for 24 hours, by the member."""
    found = sign_in(service)
    assert [account.name for account, _ in found.tokens] == ["First", "Second"]
    assert (found.total, found.grant, found.member) == (2, Grant.PASSWORD, member(service))
    for account, token in found.tokens:
        active = service.validator.validate(token.value)
        assert active
        assert active.record.account == account.id
        assert active.record.owner == found.member.ref
        assert token.expires_in == 86400


@pytest.mark.parametrize(
    ("window", "names"),
    [
        (Window(0, 1), ["First"]),
        (Window(1, 1), ["Second"]),
        (Window(1, 5), ["Second"]),
        (Window(2, 5), []),
    ],
)
def test_only_what_is_shown_is_made(service: Service, window: Window, names: list[str]) -> None:
    """A page costs as many writes as it has elements; the total is of all."""
    before = len(service.tokens.records)
    found = sign_in(service, window=window)
    assert [account.name for account, _ in found.tokens] == names
    assert found.total == 2
    assert len(service.tokens.records) == before + len(names)


def test_format_and_lifetime_are_settings() -> None:
    """An operator chooses both."""
    settings = MemberSettings(form=TokenFormat.OPAQUE, lifetime=600)
    found = sign_in(with_member(Service(member_settings=settings)))
    for account, token in found.tokens:
        assert (len(token.value), token.expires_in) == (40, 600)
        assert token.record.account == account.id


def test_refusals_are_alike(service: Service) -> None:
    """Unknown, wrong and disabled: one error, and no token."""
    service.account_administration.create(MEMBER, "off", PASSWORD, name="Off", email="o@m.test")
    service.account_administration.set_enabled(MEMBER, "off", enabled=False)
    before = len(service.tokens.records)
    for name, password in ((NAME, "wrong"), ("nobody", PASSWORD), ("off", PASSWORD)):
        with pytest.raises(InvalidGrant):
            service.members.by_password(name, password, ALL)
    assert len(service.tokens.records) == before


def test_the_lock_has_its_own_numbers() -> None:
    """The rules of every login; a customer of the same name is not locked with the member."""
    settings = LoginSettings(lock_out=LockOut(2, 60))
    service = with_member(Service(login_settings=settings))
    for _ in range(2):
        with pytest.raises(InvalidGrant):
            sign_in(service, "wrong")
    with pytest.raises(InvalidGrant):
        sign_in(service)
    service.now.advance(60)
    assert sign_in(service).tokens


def test_without_a_password_none_fits(service: Service) -> None:
    """A member for one-time passwords alone; the empty password is none either."""
    service.account_administration.create(MEMBER, "otp", None, name="O", email="o@m.test")
    for password in ("", "anything", "None"):
        with pytest.raises(InvalidGrant):
            service.members.by_password("otp", password, ALL)


def test_nothing_is_handed_out_if_one_write_fails(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second token cannot be stored: the caller gets neither."""
    put, seen = service.tokens.put, list[TokenRecord]()

    def fail_second(record: TokenRecord) -> None:
        seen.append(record)
        if len(seen) == 2:
            raise Unavailable
        put(record)

    monkeypatch.setattr(service.tokens, "put", fail_second)
    with pytest.raises(Unavailable):
        sign_in(service)
    monkeypatch.undo()
    assert lives(service, sign_in(service)) == {True}


class TestMemberships:
    """Who may act for whom."""

    def test_joining_and_leaving(self, service: Service) -> None:
        """Joining twice is once, and ends nothing; leaving ends every token of the member."""
        found = sign_in(service)
        first, second = member(service).buyer_accounts
        service.buyer_accounts.join(NAME, first)
        assert member(service).buyer_accounts == (first, second)
        assert lives(service, found) == {True}
        service.buyer_accounts.leave(NAME, first)
        assert lives(service, found) == {False}
        assert [account.id for account, _ in sign_in(service).tokens] == [second]
        with pytest.raises(NoSuchBuyerAccountError):
            service.buyer_accounts.leave(NAME, first)

    def test_only_what_there_is_can_be_joined(self, service: Service) -> None:
        """By a member that there is, too."""
        with pytest.raises(NoSuchBuyerAccountError):
            service.buyer_accounts.join(NAME, "gone")
        with pytest.raises(NoSuchAccountError):
            service.buyer_accounts.join("nobody", member(service).buyer_accounts[0])

    def test_there_is_a_most(self, service: Service) -> None:
        """One read finds all of a member's accounts, so they are bounded."""
        for n in range(MAX_MEMBERSHIPS - 2):
            service.buyer_accounts.join(NAME, service.buyer_accounts.create(f"More {n}").id)
        assert len(sign_in(service).tokens) == MAX_MEMBERSHIPS
        with pytest.raises(AccountDetailError):
            service.buyer_accounts.join(NAME, service.buyer_accounts.create("Too many").id)

    def test_deleting_an_account_ends_its_tokens(self, service: Service) -> None:
        """Its members leave it; those of other accounts keep theirs."""
        service.account_administration.create(MEMBER, "bob", PASSWORD, name="B", email="b@m.test")
        service.buyer_accounts.join("bob", service.buyer_accounts.create("Third").id)
        bobs, found = service.members.by_password("bob", PASSWORD, ALL), sign_in(service)
        first, second = member(service).buyer_accounts
        service.buyer_accounts.delete(first)
        assert (lives(service, found), lives(service, bobs)) == ({False}, {True})
        assert member(service).buyer_accounts == (second,)
        assert first not in [account.id for account in service.buyer_accounts.list()]
        with pytest.raises(NoSuchBuyerAccountError):
            service.buyer_accounts.delete(first)

    def test_an_interrupted_deletion_is_finished(self, service: Service) -> None:
        """The account is gone, its member still in it: no token for it, and deleting works."""
        first, second = member(service).buyer_accounts
        service.owners.buyer_accounts.delete(service.buyer_accounts.show(first))
        assert [account.id for account, _ in sign_in(service).tokens] == [second]
        service.buyer_accounts.delete(first)
        assert member(service).buyer_accounts == (second,)

    @pytest.mark.parametrize("name", ["", "  ", "n" * 256, "a\nb"])
    def test_names(self, service: Service, name: str) -> None:
        """An account is called something."""
        with pytest.raises(AccountDetailError):
            service.buyer_accounts.create(name)


class TestSignUp:
    """Making oneself a member."""

    def test_a_new_member(self, service: Service) -> None:
        """Of no account yet, so without tokens; the password works from now on."""
        found = service.members.sign_up(NEW, ALL)
        assert (found.tokens, found.total, found.grant) == ((), 0, Grant.SELF_SIGNUP)
        assert (found.member.name, found.member.email) == ("Nora", "nora@member.test")
        again = service.members.by_password("NORA", NEW.password, ALL)
        assert again.member == found.member

    def test_a_name_is_given_once(self, service: Service) -> None:
        """In any spelling; the first keeps its password."""
        service.members.sign_up(NEW, ALL)
        for name in ("nora", " NORA"):
            with pytest.raises(NameTaken):
                service.members.sign_up(replace(NEW, username=name, password="another one"), ALL)
        assert service.members.by_password("nora", NEW.password, ALL).member.name == "Nora"
        assert len(list(service.account_administration.list(MEMBER))) == 2

    @pytest.mark.parametrize(
        "changes",
        [
            {"username": " "},
            {"username": "u" * 256},
            {"username": "a\nb"},
            {"password": "short"},
            {"password": "p" * 1001},
            {"name": "\t"},
            {"email": "nobody"},
            {"email": "a@b c"},
        ],
    )
    def test_bad_details_make_nobody(self, service: Service, changes: dict[str, str]) -> None:
        """Each is told, and nothing is kept."""
        with pytest.raises(InvalidRequest) as refused:
            service.members.sign_up(replace(NEW, **changes), ALL)
        assert refused.value.public
        assert len(list(service.account_administration.list(MEMBER))) == 1

    def test_it_is_off_unless_switched_on(self) -> None:
        """The default makes nobody."""
        service = Service(member_settings=MemberSettings())
        with pytest.raises(NotOffered):
            service.members.sign_up(NEW, ALL)
        assert list(service.account_administration.list(MEMBER)) == []


def test_switching_makes_tokens_for_the_same_member(service: Service) -> None:
    """The earlier ones live on."""
    first = sign_in(service)
    found = service.members.switch(first.member, ALL)
    assert (found.grant, found.member) == (Grant.SWITCH_ACCOUNT, first.member)
    assert lives(service, first) == lives(service, found) == {True}


@pytest.mark.parametrize("change", ["disable", "password", "revoke", "delete"])
def test_an_operator_ends_them(service: Service, change: str) -> None:
    """As for every account."""
    found, people = sign_in(service), service.account_administration
    if change == "disable":
        people.set_enabled(MEMBER, NAME, enabled=False)
    elif change == "password":
        people.set_password(MEMBER, NAME, "another one")
    elif change == "revoke":
        people.revoke_tokens(MEMBER, NAME)
    else:
        people.delete(MEMBER, NAME)
    assert lives(service, found) == {False}
