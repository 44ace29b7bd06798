"""One-time passwords: short, for minutes, once."""

import re

import pytest
from token_service.domain.errors import InvalidGrant, NotOffered
from token_service.domain.grants import Grant
from token_service.domain.handles import as_uuid, new_uuid
from token_service.domain.one_time_passwords import LIFETIME, Message
from token_service.domain.owners import OwnerKind
from token_service.domain.window import Window

from tests.clock import SeededBytes
from tests.service import Service

MEMBER, NAME = OwnerKind.ACCOUNT_MEMBER, "ada"
ALL = Window(0, 100)


@pytest.fixture
def service() -> Service:
    """A service with a member who has no password."""
    made = Service()
    made.account_administration.create(MEMBER, NAME, None, name="Ada", email="ada@member.test")
    return made


def request(service: Service, name: str = NAME) -> Message | None:
    """Ask for one; what the sender was told."""
    service.members.request_one_time_password(name, "reset_password")
    return service.sender.sent[-1]


def code(service: Service) -> str:
    """A fresh one."""
    message = request(service)
    assert message
    return message.one_time_password


def works(service: Service, typed: str, name: str = NAME) -> bool:
    """Whether it lets in."""
    try:
        found = service.members.by_one_time_password(name, typed, ALL)
    except InvalidGrant:
        return False
    return found.grant is Grant.PASSWORDLESS


def test_it_is_brought_to_its_owner(service: Service) -> None:
    """The sender is told who, where, what and until when."""
    message = request(service, " ADA ")
    assert message
    assert re.fullmatch("[0-9a-hjkmnp-tv-z]{8}", message.one_time_password)
    assert (message.username, message.name, message.email) == (NAME, "Ada", "ada@member.test")
    assert (message.expires_at, message.purpose) == (service.now() + 600, "reset_password")
    assert message.one_time_password not in repr(message)


def test_it_is_kept_hashed(service: Service) -> None:
    """A stolen table lets nobody in, and names nobody."""
    typed = code(service)
    kept = str(service.one_time_passwords.by_key) + str(service.failures.by_key)
    ((key, password),) = service.one_time_passwords.by_key.items()
    assert password.password_hash.startswith("$argon2id$")
    assert typed not in kept
    assert NAME not in key


def test_it_works_once(service: Service) -> None:
    """However it is typed."""
    typed = code(service)
    assert works(service, f" {typed.upper()}\n")
    assert not works(service, typed)


@pytest.mark.parametrize(("after", "still"), [(LIFETIME - 1, True), (LIFETIME, False)])
def test_it_lives_ten_minutes(service: Service, after: int, *, still: bool) -> None:
    """By our own clock, whatever the store has kept."""
    typed = code(service)
    service.now.advance(after)
    assert works(service, typed) is still


def test_a_new_one_replaces_the_former(service: Service) -> None:
    """Only the last letter counts."""
    former, newer = code(service), code(service)
    assert not works(service, former)
    assert works(service, newer)


def test_five_guesses_and_no_more(service: Service) -> None:
    """Then the right one is refused too, for ten minutes, and a new one with it."""
    typed = code(service)
    assert [works(service, "wrong") for _ in range(5)] == [False] * 5
    assert not works(service, typed)
    assert not works(service, code(service))
    service.now.advance(LIFETIME)
    assert works(service, code(service))


def test_five_letters_and_no_more(service: Service) -> None:
    """Nobody's mailbox is flooded, and who asks is not told."""
    sent = [request(service) for _ in range(7)]
    assert [message is not None for message in sent] == [True] * 5 + [False] * 2
    last = sent[4]
    assert last
    assert works(service, last.one_time_password)


@pytest.mark.parametrize("name", ["nobody", "off", "n" * 300])
def test_nobody_s_request_looks_as_busy(service: Service, name: str) -> None:
    """As many writes and a call to the sender; but nothing fits, and nothing is sent."""
    service.account_administration.create(MEMBER, "off", None, name="O", email="o@m.test")
    service.account_administration.set_enabled(MEMBER, "off", enabled=False)
    assert request(service, name) is None
    assert len(service.sender.sent) == len(service.one_time_passwords.by_key) == 1
    assert not works(service, "", name)


@pytest.mark.parametrize("change", ["disable", "revoke", "delete", "again"])
def test_it_ends_with_what_ends_tokens(service: Service, change: str) -> None:
    """A letter under way is worthless when its owner was disabled, and to a namesake."""
    typed, people = code(service), service.account_administration
    if change == "disable":
        people.set_enabled(MEMBER, NAME, enabled=False)
        people.set_enabled(MEMBER, NAME, enabled=True)
    elif change == "revoke":
        people.revoke_tokens(MEMBER, NAME)
    else:
        people.delete(MEMBER, NAME)
    if change == "again":
        people.create(MEMBER, NAME, None, name="Another", email="another@m.test")
    assert not works(service, typed)


def test_used_twice_at_once_it_works_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else is let in between our check and our use: we are not."""
    typed = code(service)
    use = service.one_time_passwords.use
    others: list[bool] = []

    def overtaken(key: str, password: object) -> bool:
        monkeypatch.undo()
        others.append(works(service, typed))
        return use(key, password)  # type: ignore[arg-type]

    monkeypatch.setattr(service.one_time_passwords, "use", overtaken)
    assert not works(service, typed)
    assert others == [True]


def test_one_member_s_does_not_fit_another(service: Service) -> None:
    """It is the name's own."""
    service.account_administration.create(MEMBER, "bob", None, name="B", email="b@m.test")
    typed = code(service)
    request(service, "bob")
    assert not works(service, typed, "bob")
    assert works(service, typed)


def test_without_a_sender_there_are_none() -> None:
    """Said clearly, before anything is looked up."""
    service = Service(sends=False)
    with pytest.raises(NotOffered):
        service.members.request_one_time_password(NAME, "reset_password")
    with pytest.raises(NotOffered):
        service.members.by_one_time_password(NAME, "x", ALL)
    assert not service.failures.by_key


def test_ids_are_uuids() -> None:
    """RFC 9562: version 4, its variant; ids from before get the groups and keep their digits."""
    random = SeededBytes()
    ids = {new_uuid(random) for _ in range(100)}
    assert len(ids) == 100
    for one in ids:
        assert re.fullmatch(
            "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one
        )
        assert as_uuid(one) == one
        assert as_uuid(one.replace("-", "")) == one
