"""What an operator does with people's accounts (docs/platforms/magento.md, 4.4)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from token_service.domain.account_administration import AccountDetailError, NoSuchAccountError
from token_service.domain.errors import InvalidGrant
from token_service.domain.owners import ALL_RESOURCES, Account, OwnerKind
from token_service.domain.ports import OwnerChangedError, OwnerExistsError

from tests.service import Service

ADMIN, CUSTOMER = OwnerKind.ADMIN, OwnerKind.CUSTOMER
NAME, PASSWORD = "Jane@Example.com", "correct horse"
type Change = Callable[[Service], object]
ENDING: dict[str, Change] = {
    "disable": lambda s: s.account_administration.set_enabled(CUSTOMER, NAME, enabled=False),
    "delete": lambda s: s.account_administration.delete(CUSTOMER, NAME),
    "revoke-tokens": lambda s: s.account_administration.revoke_tokens(CUSTOMER, NAME),
    "set-password": lambda s: s.account_administration.set_password(CUSTOMER, NAME, "new password"),
}


@pytest.fixture
def service() -> Service:
    """A service with a customer."""
    made = Service()
    made.account_administration.create(CUSTOMER, NAME, PASSWORD)
    return made


def log_in(service: Service, password: str = PASSWORD) -> str:
    """A token of the customer."""
    return service.login.sign_in(CUSTOMER, NAME, password).value


def test_an_account_is_kept_without_its_password(service: Service) -> None:
    """It has an id of its own, and a hash; neither shows when it is printed."""
    account = service.account_administration.show(CUSTOMER, NAME)
    assert (account.username, account.enabled, account.resources) == (NAME, True, ())
    assert account.created_at == service.now()
    assert account.password_hash
    assert account.password_hash not in repr(account)
    assert PASSWORD not in str(vars(service.owners.accounts[CUSTOMER]))


@pytest.mark.parametrize("end", ENDING.values(), ids=ENDING)
def test_tokens_end_at_once(service: Service, end: Change) -> None:
    """Disabling, deleting, revoking, and a new password end every token there is."""
    tokens = [log_in(service), log_in(service)]
    end(service)
    assert [service.validator.validate(token) for token in tokens] == [None, None]


def test_enabling_brings_no_token_back(service: Service) -> None:
    """The person may log in again; what was ended stays so."""
    token = log_in(service)
    for enabled in (False, True):
        service.account_administration.set_enabled(CUSTOMER, NAME, enabled=enabled)
    assert service.validator.validate(token) is None
    assert service.validator.validate(log_in(service))


def test_an_account_made_anew_has_no_old_token(service: Service) -> None:
    """The same name is another account: neither tokens nor the password come back."""
    token = log_in(service)
    service.account_administration.delete(CUSTOMER, NAME)
    service.account_administration.create(CUSTOMER, NAME, "another password")
    assert service.validator.validate(token) is None
    with pytest.raises(InvalidGrant):
        log_in(service)
    assert log_in(service, "another password")


def test_a_new_password_replaces_the_old_one(service: Service) -> None:
    """From the next login on."""
    service.account_administration.set_password(CUSTOMER, NAME, "new password")
    with pytest.raises(InvalidGrant):
        log_in(service)
    assert log_in(service, "new password")


@pytest.mark.parametrize("name", [NAME, NAME.upper(), f" {NAME} "])
def test_names_are_unique_within_a_kind(service: Service, name: str) -> None:
    """However they are written; an admin may have a customer's name."""
    with pytest.raises(OwnerExistsError):
        service.account_administration.create(CUSTOMER, name, PASSWORD)
    assert service.account_administration.create(ADMIN, name, PASSWORD).kind is ADMIN


def test_listing_is_by_kind(service: Service) -> None:
    """Each kind has a list of its own."""
    service.account_administration.create(ADMIN, "root", PASSWORD)
    names = {
        kind: [account.username for account in service.account_administration.list(kind)]
        for kind in (ADMIN, CUSTOMER)
    }
    assert names == {ADMIN: ["root"], CUSTOMER: [NAME]}


@pytest.mark.parametrize("name", ["", " ", "\t", "a\nb", "a\0b", "\u200b", "x" * 256, "\ud800"])
def test_names_that_are_refused(service: Service, name: str) -> None:
    """1 to 255 printable characters."""
    with pytest.raises(AccountDetailError, match="a name has 1 to 255 printable characters"):
        service.account_administration.create(CUSTOMER, name, PASSWORD)


@pytest.mark.parametrize("name", ["x" * 255, "\u0390" * 255, "\U0001f511" * 255, "a#b", "name#x"])
def test_the_longest_and_oddest_names(service: Service, name: str) -> None:
    """They are kept, found, and may log in; in no case is the store's key too long."""
    service.account_administration.create(CUSTOMER, name, PASSWORD)
    assert service.account_administration.show(CUSTOMER, name).username == name
    assert service.login.sign_in(CUSTOMER, name, PASSWORD).value


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1001])
def test_passwords_that_are_refused(service: Service, password: str) -> None:
    """8 to 1,000 characters, when an account is made and when its password changes."""
    with pytest.raises(AccountDetailError, match="a password has 8 to 1000 characters"):
        service.account_administration.create(CUSTOMER, "john", password)
    with pytest.raises(AccountDetailError):
        service.account_administration.set_password(CUSTOMER, NAME, password)
    assert log_in(service)


def test_a_password_that_is_no_text(service: Service) -> None:
    """A lone surrogate is what a terminal makes of bytes that are not UTF-8."""
    with pytest.raises(AccountDetailError, match="a password is text in UTF-8"):
        service.account_administration.create(CUSTOMER, "john", "password\udcff")


@pytest.mark.parametrize("password", ["\U0001f511" * 1000, " \t\r\n\0 ...", "e\u0301" * 4])
def test_passwords_of_any_unicode(service: Service, password: str) -> None:
    """Whatever it is, it logs in."""
    service.account_administration.set_password(CUSTOMER, NAME, password)
    assert log_in(service, password)


def test_only_admins_have_resources(service: Service) -> None:
    """A customer with resources would be a way around `self`."""
    with pytest.raises(AccountDetailError, match="only admins have resources"):
        service.account_administration.create(CUSTOMER, "john", PASSWORD, (ALL_RESOURCES,))


@pytest.mark.parametrize(
    "resource", ["", "all", "Magento_Backend", "a:b", "a::", "::b", "a::b::c", "a ::b", "a::b\n"]
)
def test_resources_are_named_as_magento_names_them(service: Service, resource: str) -> None:
    """A name that no policy could ask for is a mistake."""
    with pytest.raises(AccountDetailError, match="a resource is named like Magento_Backend::all"):
        service.account_administration.create(ADMIN, "root", PASSWORD, (resource,))
    service.account_administration.create(ADMIN, "root", PASSWORD)
    with pytest.raises(AccountDetailError):
        service.account_administration.grant("root", (resource,))


def test_more_resources_than_an_item_should_hold(service: Service) -> None:
    """Five hundred are; one more is told that there is a word for all."""
    many = tuple(f"Magento_Module::resource_{number}" for number in range(501))
    with pytest.raises(AccountDetailError, match="at most 500 resources"):
        service.account_administration.create(ADMIN, "root", PASSWORD, many)
    made = service.account_administration.create(ADMIN, "root", PASSWORD, many[:500])
    assert len(made.resources) == 500


def test_granting_replaces_and_ends_no_token(service: Service) -> None:
    """Resources are read at each call, so that tokens need not end."""
    service.account_administration.create(ADMIN, "root", PASSWORD, ("A::a", "A::b"))
    token = service.login.sign_in(ADMIN, "root", PASSWORD).value
    assert service.account_administration.grant("root", ("A::c",)).resources == ("A::c",)
    active = service.validator.validate(token)
    assert active is not None
    assert isinstance(active.owner, Account)
    assert active.owner.resources == ("A::c",)


def test_nobody_of_this_name(service: Service) -> None:
    """Every command says so, but unlocking, which names without an account need too."""
    administration = service.account_administration
    attempts: list[Callable[[], object]] = [
        lambda: administration.show(ADMIN, NAME),
        lambda: administration.set_password(ADMIN, NAME, PASSWORD),
        lambda: administration.set_enabled(ADMIN, NAME, enabled=True),
        lambda: administration.grant(NAME, ()),
        lambda: administration.revoke_tokens(ADMIN, NAME),
        lambda: administration.delete(ADMIN, NAME),
    ]
    for attempt in attempts:
        with pytest.raises(NoSuchAccountError, match=NAME):
            attempt()
    administration.unlock(ADMIN, NAME)


def test_a_lost_race_is_an_error(service: Service) -> None:
    """A change to what somebody else has changed meanwhile is refused, not lost."""
    accounts = service.owners.accounts[CUSTOMER]
    before = service.account_administration.show(CUSTOMER, NAME)
    service.login.end_all(before.ref)
    with pytest.raises(OwnerChangedError):
        accounts.replace(replace(before, enabled=False))
    assert service.account_administration.show(CUSTOMER, NAME).epoch != before.epoch


def test_deleting_twice(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loses the race to delete is told that there is nobody."""
    accounts = service.owners.accounts[CUSTOMER]
    account = service.account_administration.show(CUSTOMER, NAME)
    accounts.delete(account)
    monkeypatch.setattr(accounts, "find_by_username", lambda _: account)
    with pytest.raises(NoSuchAccountError):
        service.account_administration.delete(CUSTOMER, NAME)
