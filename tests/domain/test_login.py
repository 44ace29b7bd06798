"""Signing people in: who gets what token for how long, and who gets none.

Numbers are sections of docs/platforms/magento.md.
"""

import re

import pytest
from token_service.domain.errors import InvalidGrant, NoRole
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.limits import DAY, HOUR
from token_service.domain.login import LoginSettings, failure_key
from token_service.domain.owners import ALL_RESOURCES, OwnerKind

from tests.service import Service

ADMIN, CUSTOMER = OwnerKind.ADMIN, OwnerKind.CUSTOMER
KINDS = (ADMIN, CUSTOMER)
NAME, PASSWORD = "jane", "correct horse"


def with_people(settings: LoginSettings | None = None) -> Service:
    """A service with an admin and a customer, who have the same name and password."""
    service = Service(login_settings=settings or LoginSettings())
    service.account_administration.create(ADMIN, NAME, PASSWORD, (ALL_RESOURCES,))
    service.account_administration.create(CUSTOMER, NAME, PASSWORD)
    return service


def token(service: Service, kind: OwnerKind = CUSTOMER) -> str:
    """A new token."""
    return service.login.sign_in(kind, NAME, PASSWORD).value


def lives(service: Service, value: str) -> bool:
    """Whether a token is active."""
    return service.validator.validate(value) is not None


@pytest.mark.parametrize(
    ("settings", "kind", "seconds"),
    [
        (LoginSettings(), ADMIN, 4 * HOUR),
        (LoginSettings(), CUSTOMER, HOUR),
        (LoginSettings(admin_lifetime=90), ADMIN, 90),
        (LoginSettings(customer_lifetime=DAY), CUSTOMER, DAY),
        (LoginSettings(form=TokenFormat.BASE36), ADMIN, 4 * HOUR),
        (LoginSettings(form=TokenFormat.BASE36), CUSTOMER, HOUR),
    ],
)
def test_lifetimes(settings: LoginSettings, kind: OwnerKind, seconds: int) -> None:
    """4.2: an admin's four hours and a customer's one, or what was set; no longer."""
    service = with_people(settings)
    made = service.login.sign_in(kind, NAME, PASSWORD)
    assert made.expires_in == seconds
    service.now.advance(seconds - 1)
    assert lives(service, made.value)
    service.now.advance(1)
    assert not lives(service, made.value)


@pytest.mark.parametrize(
    ("form", "shape"),
    [
        (TokenFormat.JWT, r"[\w-]+\.[\w-]+\.[\w-]+"),
        (TokenFormat.BASE36, "[0-9a-z]{32}"),
        (TokenFormat.OPAQUE, "[0-9a-f]{40}"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_formats(form: TokenFormat, shape: str, kind: OwnerKind) -> None:
    """4.1: JWTs by default, or opaque tokens, Magento's of 32 characters; all name their owner."""
    service = with_people(LoginSettings(form=form))
    value = token(service, kind)
    assert re.fullmatch(shape, value)
    active = service.validator.validate(value)
    assert active is not None
    assert (active.record.owner.kind, active.record.grant) == (kind, Grant.PASSWORD)
    assert active.owner == service.account_administration.show(kind, NAME)


@pytest.mark.parametrize("form", TokenFormat)
def test_tokens_live_side_by_side(form: TokenFormat) -> None:
    """4.4: each login gives a new token, also in the same second, and ends none."""
    service = with_people(LoginSettings(form=form))
    values = {token(service) for _ in range(5)}
    assert len(values) == 5
    assert all(lives(service, value) for value in values)


@pytest.mark.parametrize("form", TokenFormat)
def test_ending_all_tokens(form: TokenFormat) -> None:
    """4.4: all of that customer's and nobody else's; one of the same second, but later, lives."""
    service = with_people(LoginSettings(form=form))
    service.account_administration.create(CUSTOMER, "john", PASSWORD)
    mine = [token(service), token(service)]
    others = [token(service, ADMIN), service.login.sign_in(CUSTOMER, "john", PASSWORD).value]
    owner = service.account_administration.show(CUSTOMER, NAME).ref
    assert service.login.end_all(owner) is True
    after = token(service)
    assert [lives(service, value) for value in mine] == [False, False]
    assert all(lives(service, value) for value in (*others, after))


def test_ending_the_tokens_of_an_account_that_is_gone() -> None:
    """There is nothing to end, and that is no error."""
    service = with_people()
    owner = service.account_administration.show(CUSTOMER, NAME).ref
    service.account_administration.delete(CUSTOMER, NAME)
    assert service.login.end_all(owner) is False


@pytest.mark.parametrize("name", [NAME.upper(), f"  {NAME} ", "Jane"])
def test_names_ignore_case_and_blanks(name: str) -> None:
    """Names compare as in Magento's database."""
    assert with_people().login.sign_in(CUSTOMER, name, PASSWORD).value


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (NAME, "wrong"),
        (NAME, ""),
        (NAME, PASSWORD.upper()),
        (NAME, PASSWORD + " "),
        (NAME, PASSWORD + "\0"),
        (NAME, "x" * 100_000),
        ("nobody", PASSWORD),
        ("", ""),
        ("x" * 100_000, PASSWORD),
        ("\0", PASSWORD),
    ],
    ids=lambda text: text[:9],
)
@pytest.mark.parametrize("kind", KINDS)
def test_refusals(kind: OwnerKind, name: str, password: str) -> None:
    """Whatever is wrong, it is the same refusal, and no token is stored (item 38)."""
    service = with_people()
    with pytest.raises(InvalidGrant):
        service.login.sign_in(kind, name, password)
    assert not service.tokens.records


def test_an_unknown_name_costs_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is a read and a hash whether the name is unknown, wrong, locked or too long."""
    service = with_people()
    hashed: list[bool] = []
    matches = service.hasher.matches

    def counted(password: str, against: str | None) -> bool:
        hashed.append(True)
        return matches(password, against)

    monkeypatch.setattr(service.hasher, "matches", counted)
    for name in (NAME, "nobody", "x" * 1000, *["locked"] * 7):
        hashed.clear()
        with pytest.raises(InvalidGrant):
            service.login.sign_in(CUSTOMER, name, "wrong")
        assert hashed == [True]


def test_disabled_accounts() -> None:
    """The right password of a disabled account is refused like a wrong one, and not counted."""
    service = with_people()
    service.account_administration.set_enabled(CUSTOMER, NAME, enabled=False)
    for _ in range(10):
        with pytest.raises(InvalidGrant):
            service.login.sign_in(CUSTOMER, NAME, PASSWORD)
    service.account_administration.set_enabled(CUSTOMER, NAME, enabled=True)
    assert token(service)


def test_an_admin_without_resources() -> None:
    """1.5: told with the right password alone, and not counted (1.7); customers need none."""
    service = with_people()
    service.account_administration.grant(NAME, ())
    for _ in range(10):
        with pytest.raises(NoRole):
            service.login.sign_in(ADMIN, NAME, PASSWORD)
    with pytest.raises(InvalidGrant):
        service.login.sign_in(ADMIN, NAME, "wrong")


def test_nobody_s_name_is_kept_in_clear() -> None:
    """What people type as a name, perhaps a password, is counted under a digest."""
    service = with_people()
    with pytest.raises(InvalidGrant):
        service.login.sign_in(CUSTOMER, "my-secret-password", "oops")
    (key,) = service.failures.by_key
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert key == failure_key(CUSTOMER, " My-Secret-Password")
    assert key != failure_key(ADMIN, "my-secret-password")
