"""Application keys: the very clients that an operator knows, managed by clients."""

import re
from typing import Any
from uuid import UUID

import pytest
from token_service.domain.administration import NewClient
from token_service.domain.application_keys import ApplicationKeys, KeyDetails
from token_service.domain.errors import Conflict, InvalidClient, InvalidRequest, NotFound
from token_service.domain.grants import Grant
from token_service.domain.key_ids import key_id_of
from token_service.domain.owners import ClientCredentials
from token_service.domain.window import Window

from tests.domain.acts import issue
from tests.memory_store import MemoryClientUses
from tests.service import Service

NOBODY = "00000000-0000-5000-8000-000000000000"


class World:
    """Keys over the in-memory service, of a store of 100 requests a second."""

    def __init__(self) -> None:
        self.service = Service()
        self.service.clients.rate_limit = 100
        self.uses = MemoryClientUses()
        self.keys = ApplicationKeys(
            clients=self.service.clients,
            administration=self.service.administration,
            uses=self.uses,
            now=self.service.now,
        )

    def make(self, name: str = "Shop", reserved: int | None = None) -> Any:  # noqa: ANN401 - brevity
        """A new key."""
        return self.keys.create(KeyDetails(name, reserved))


@pytest.fixture
def world() -> World:
    """A store without keys."""
    return World()


@pytest.mark.parametrize("client_id", ["", "shop", "0" * 32, "A.z_~-9" * 14])
def test_every_client_has_a_uuid_of_its_own(client_id: str) -> None:
    """A UUID of version 5 in its one spelling, always the same, and another for another client."""
    key_id = key_id_of(client_id)
    assert str(UUID(key_id)) == key_id == key_id_of(client_id)
    assert (UUID(key_id).version, UUID(key_id).variant) == (5, UUID(NOBODY).variant)
    assert key_id != key_id_of(client_id + "x")


def test_a_new_key_gets_tokens_of_both_kinds(world: World) -> None:
    """With the secret that is told once, and is stored as its digest alone (item 17)."""
    key = world.make()
    assert re.fullmatch("[A-Za-z0-9_-]{43}", key.secret)
    assert key.secret not in str(world.service.clients.by_id)
    credentials = ClientCredentials(key.client.id, key.secret)
    token = issue(world.service, credentials)
    assert world.service.validator.validate(token.value)
    implicit = issue(world.service, ClientCredentials(key.client.id), Grant.IMPLICIT)
    assert implicit.record.owner == token.record.owner
    assert world.keys.find(key.id).secret is None


def test_keys_and_clients_are_the_same_things(world: World) -> None:
    """What an operator makes is listed, and what is made here the operator can show and delete."""
    operators = world.service.administration.create(NewClient("Of the operator", id="shop")).client
    made = world.make()
    page = world.keys.page(Window(0, 10))
    assert {key.client for key in page.keys} == {operators, made.client}
    assert world.keys.find(key_id_of("shop")).client == operators
    world.service.administration.delete(made.client.id)
    with pytest.raises(NotFound):
        world.keys.find(made.id)


def test_deleting_a_key_ends_its_tokens_at_once(world: World) -> None:
    """The owner is gone, and with it all that was issued to it."""
    key = world.make(reserved=40)
    credentials = ClientCredentials(key.client.id, key.secret)
    token = issue(world.service, credentials).value
    world.keys.delete(key.id)
    assert world.service.validator.validate(token) is None
    with pytest.raises(InvalidClient):
        issue(world.service, credentials)
    assert world.keys.page(Window(0, 10)).reserved == 0
    with pytest.raises(NotFound, match="application key not found"):
        world.keys.delete(key.id)


def test_updates_change_what_is_said(world: World) -> None:
    """And when it was; nothing said is nothing changed. Secrets and tokens stay."""
    key = world.make()
    token = issue(world.service, ClientCredentials(key.client.id, key.secret)).value
    made_at = world.service.now()
    world.service.now.advance(60)
    assert world.keys.update(key.id, KeyDetails()).updated_at == made_at
    named = world.keys.update(key.id, KeyDetails(name="New"))
    assert (named.client.name, named.client.reserved_rate_limit) == ("New", 0)
    assert (named.client.created_at, named.updated_at) == (made_at, made_at + 60)
    reserving = world.keys.update(key.id, KeyDetails(reserved_rate_limit=7))
    assert (reserving.client.name, reserving.client.reserved_rate_limit) == ("New", 7)
    assert reserving.client.secrets == key.client.secrets
    assert world.service.validator.validate(token)


def test_reservations_may_come_to_the_limit(world: World) -> None:
    """80 of 100 are reserved: 21 more are refused, 20 are not.

    docs/platforms/elastic-path.md, 4.
    """
    first = world.make(reserved=80)
    with pytest.raises(Conflict, match="requested reserved rate limit will exceed the maximum"):
        world.make(reserved=21)
    second = world.make(reserved=20)
    with pytest.raises(Conflict, match="requested reserved rate limit will exceed the maximum"):
        world.keys.update(second.id, KeyDetails(reserved_rate_limit=21))
    world.keys.update(first.id, KeyDetails(reserved_rate_limit=0))
    assert world.keys.page(Window(0, 1)).reserved == 20


def test_a_lost_race_is_a_conflict(world: World) -> None:
    """Somebody changes the key between reading and writing: one winner, and a clear 409."""
    key = world.make()
    find = world.service.clients.find_by_key_id

    def find_and_lose(key_id: str) -> Any:  # noqa: ANN401 - a client
        found = find(key_id)
        world.service.administration.set_enabled(key.client.id, enabled=False)
        return found

    world.service.clients.find_by_key_id = find_and_lose  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="Write conflict detected"):
        world.keys.update(key.id, KeyDetails(name="Loser"))
    assert world.service.clients.by_id[key.client.id].name == "Shop"


@pytest.mark.parametrize("name", ["", "n" * 256, "line\nbreak", "\ud800", "\0"])
def test_names_that_cannot_be_kept(world: World, name: str) -> None:
    """Refused before anything is made or changed; 255 characters are not."""
    key = world.make("n" * 255)
    for act in (world.keys.create, lambda details: world.keys.update(key.id, details)):
        with pytest.raises(InvalidRequest, match="'name' must have 1 to 255"):
            act(KeyDetails(name))
    assert [k.client.name for k in world.keys.page(Window(0, 10)).keys] == ["n" * 255]


def test_a_name_is_needed(world: World) -> None:
    """For a new key, in the platform's words."""
    with pytest.raises(InvalidRequest, match=r"^The field 'name' is required\.$"):
        world.keys.create(KeyDetails())
    with pytest.raises(InvalidRequest, match="'reserved_rate_limit' must be 0 or more"):
        world.make(reserved=-1)


def test_what_expires_reserves_nothing(world: World) -> None:
    """DynamoDB's own expiry could not give it back."""
    ends = world.service.now() + 3600
    world.service.administration.create(NewClient("Guest", id="guest", expires_at=ends))
    with pytest.raises(InvalidRequest, match=r"^A key that expires cannot reserve a rate limit\.$"):
        world.keys.update(key_id_of("guest"), KeyDetails(reserved_rate_limit=1))
    assert world.keys.update(key_id_of("guest"), KeyDetails("Other", 0)).client.name == "Other"


def test_last_use_is_told_where_it_is_known(world: World) -> None:
    """None until the first."""
    used, unused = world.make(), world.make()
    world.uses.note(used.client.id, None, 1_800_000_060, 0)
    assert world.keys.find(used.id).last_used_at == 1_800_000_060
    assert {key.id: key.last_used_at for key in world.keys.page(Window(0, 10)).keys} == {
        used.id: 1_800_000_060,
        unused.id: None,
    }
