"""The lock after failed logins (docs/platforms/magento.md, 1.7), by our own clock."""

from collections.abc import Callable

import pytest
from token_service.domain.errors import InvalidGrant
from token_service.domain.login import LoginSettings
from token_service.domain.owners import ALL_RESOURCES, OwnerKind
from token_service.domain.passwords import CHEAPEST, PasswordHasher
from token_service.domain.ports import LockOut

from tests.clock import SeededBytes
from tests.service import Service

ADMIN, CUSTOMER = OwnerKind.ADMIN, OwnerKind.CUSTOMER
NAME, PASSWORD = "jane", "correct horse"
MINUTES_30 = 1800


@pytest.fixture
def service() -> Service:
    """A service with an admin and a customer of the same name."""
    return with_people(LoginSettings())


def with_people(settings: LoginSettings) -> Service:
    """The same, with other parameters."""
    made = Service(login_settings=settings)
    made.account_administration.create(ADMIN, NAME, PASSWORD, (ALL_RESOURCES,))
    made.account_administration.create(CUSTOMER, NAME, PASSWORD)
    return made


def tries(service: Service, *passwords: str, name: str = NAME, kind: OwnerKind = CUSTOMER) -> str:
    """One letter an attempt: y for a token, n for a refusal."""
    answers = ""
    for password in passwords:
        try:
            service.login.sign_in(kind, name, password)
        except InvalidGrant:
            answers += "n"
        else:
            answers += "y"
    return answers


def bad(times: int) -> list[str]:
    """Wrong passwords."""
    return ["wrong"] * times


def test_five_bad_and_a_good_one(service: Service) -> None:
    """It succeeds, and the count begins anew."""
    assert tries(service, *bad(5), PASSWORD) == "nnnnny"
    assert not service.failures.by_key
    assert tries(service, *bad(5), PASSWORD) == "nnnnny"


def test_six_bad_and_a_good_one(service: Service) -> None:
    """The right password is refused too, until 1800 s after the last failure (item 38)."""
    assert tries(service, *bad(6), PASSWORD) == "nnnnnnn"
    service.now.advance(MINUTES_30 - 1)
    assert tries(service, PASSWORD) == "n"
    service.now.advance(1)
    assert tries(service, PASSWORD) == "y"


def test_hammering_does_not_extend_the_lock(service: Service) -> None:
    """While locked nothing is counted, so that nobody can be kept out by knocking."""
    tries(service, *bad(6))
    for _ in range(MINUTES_30 // 100 - 1):
        service.now.advance(100)
        assert tries(service, *bad(3), PASSWORD) == "nnnn"
    service.now.advance(100)
    assert tries(service, PASSWORD) == "y"


def test_each_failure_moves_the_end(service: Service) -> None:
    """The count is forgotten 1800 s after the last failure, not after the first."""
    for _ in range(5):
        assert tries(service, "wrong") == "n"
        service.now.advance(MINUTES_30 - 1)
    assert tries(service, "wrong", PASSWORD) == "nn"


def test_an_old_count_is_forgotten(service: Service) -> None:
    """Five failures and half an hour later there are six to go, whatever the store has kept."""
    tries(service, *bad(5))
    service.now.advance(MINUTES_30)
    assert tries(service, *bad(5), PASSWORD) == "nnnnny"


def test_after_the_lock_the_count_begins_anew(service: Service) -> None:
    """A lock that has ended leaves six attempts, not one."""
    tries(service, *bad(6))
    service.now.advance(MINUTES_30)
    assert tries(service, *bad(5), PASSWORD) == "nnnnny"


def test_unknown_names_are_counted(service: Service) -> None:
    """A name is locked before it exists: who asks cannot tell whether there is an account."""
    tries(service, *bad(6), name="new@example.com")
    service.account_administration.create(CUSTOMER, "new@example.com", PASSWORD)
    assert tries(service, PASSWORD, name="new@example.com") == "n"


@pytest.mark.parametrize(
    "names", [("jane", "JANE", "Jane", " jane", "jane ", "jAnE"), ("stra\u00dfe", "STRASSE") * 3]
)
def test_variants_of_a_name_are_one(service: Service, names: tuple[str, ...]) -> None:
    """Writing a name otherwise gives no more guesses."""
    if names[0] != NAME:
        service.account_administration.create(CUSTOMER, names[0], PASSWORD)
    for name in names:
        assert tries(service, "wrong", name=name) == "n"
    assert tries(service, PASSWORD, name=names[0]) == "n"


def test_kinds_and_names_are_counted_apart(service: Service) -> None:
    """An admin's lock is not the customer's of the same name, nor anybody else's."""
    tries(service, *bad(6), kind=ADMIN)
    assert tries(service, PASSWORD, kind=ADMIN) == "n"
    assert tries(service, PASSWORD, kind=CUSTOMER) == "y"


@pytest.mark.parametrize(("failures", "seconds"), [(1, 10), (3, 60), (20, 7200)])
def test_both_numbers_are_parameters(failures: int, seconds: int) -> None:
    """So many failures lock for so many seconds."""
    service = with_people(LoginSettings(lock_out=LockOut(failures, seconds)))
    assert tries(service, *bad(failures - 1), PASSWORD) == "n" * (failures - 1) + "y"
    assert tries(service, *bad(failures), PASSWORD) == "n" * (failures + 1)
    service.now.advance(seconds)
    assert tries(service, PASSWORD) == "y"


def test_an_operator_unlocks(service: Service) -> None:
    """At once, under any spelling of the name; setting a password does it too."""
    tries(service, *bad(6))
    service.account_administration.unlock(CUSTOMER, " JANE")
    assert tries(service, PASSWORD) == "y"
    tries(service, *bad(6))
    service.account_administration.set_password(CUSTOMER, NAME, "another password")
    assert tries(service, "another password") == "y"


class Interrupted(PasswordHasher):
    """Does something else before it checks a password: what others do at the same time."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(CHEAPEST, SeededBytes())
        self._meanwhile = meanwhile
        self.checked: list[bool] = []

    def matches(self, password: str, hashed: str | None) -> bool:
        """Let the others go first."""
        self._meanwhile()
        self.checked.append(hashed is not None)
        return super().matches(password, hashed)


def test_guesses_made_at_once_are_all_counted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of twenty guesses that overlap, six are held against the account; the rest are locked out."""
    left = iter(range(19))

    def another() -> None:
        if next(left, None) is not None:
            tries(service, "wrong")

    hasher = Interrupted(another)
    monkeypatch.setattr(service.hasher, "matches", hasher.matches)
    tries(service, "wrong")
    assert (len(hasher.checked), sum(hasher.checked)) == (20, 6)
    monkeypatch.undo()
    assert tries(service, PASSWORD) == "n"


def test_the_right_guess_among_many_at_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right password that comes too late in a flood is refused like the others."""
    left = iter([*bad(6), PASSWORD])
    said: list[str] = []

    def another() -> None:
        password = next(left, None)
        if password is not None:
            said.append(tries(service, password))

    monkeypatch.setattr(service.hasher, "matches", Interrupted(another).matches)
    assert tries(service, "wrong") == "n"
    assert said == ["n"] * 7
