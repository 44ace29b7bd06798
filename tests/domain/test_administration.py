"""What an operator does with clients, and what is refused."""

import re
from dataclasses import replace
from typing import Any

import pytest
from token_service.domain.administration import NewClient, NoSuchClientError
from token_service.domain.client_details import ClientDetailError
from token_service.domain.clients import secret_digest
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.limits import DAY
from token_service.domain.owners import Client, Introspection, Secret
from token_service.domain.ports import OwnerChangedError, OwnerExistsError

from tests.client_keys import client_jwk
from tests.domain.acts import register
from tests.service import Service

OPAQUE = {"token_format": TokenFormat.OPAQUE}


def test_a_plain_client(service: Service) -> None:
    """A name is enough: id, secret and epoch are made, and both grants are given."""
    made = service.administration.create(NewClient(name="Shop"))
    assert made.secret is not None
    assert made.client == Client(
        id=made.client.id,
        name="Shop",
        epoch=made.client.epoch,
        created_at=service.now(),
        secrets=(Secret(secret_digest(made.secret), service.now()),),
    )
    assert re.fullmatch("[0-9a-f]{32}", made.client.id)
    assert service.administration.show(made.client.id) == made.client
    assert made.secret not in repr(made)


def test_a_public_client(service: Service) -> None:
    """It has no secret and may only use implicit (item 20)."""
    made = service.administration.create(NewClient(name="Page", public=True))
    assert made.secret is None
    assert (made.client.secrets, made.client.grants) == ((), frozenset({Grant.IMPLICIT}))


def test_generated_secrets_are_256_bits_in_safe_characters(service: Service) -> None:
    """43 characters that neither a form nor Basic changes, of 32 random bytes (item 17)."""
    asked: list[int] = []
    random = service.random.__class__(11)

    def note(count: int) -> bytes:
        asked.append(count)
        return random(count)

    service.administration._random = note  # noqa: SLF001 - randomness that listens
    secrets = []
    for n in range(200):
        secrets.append(register(service, id=f"c{n}")[1].secret)
        secrets.append(service.administration.rotate_secret(f"c{n}", 0).secret)
    assert all(re.fullmatch("[A-Za-z0-9_-]{43}", secret or "") for secret in secrets)
    assert len(set(secrets)) == 400
    assert asked.count(32) == 400
    assert set("".join(filter(None, secrets))) >= set("AZaz09-_")


@pytest.mark.parametrize("length", [32, 100])
def test_an_operator_may_bring_a_secret(service: Service, length: int) -> None:
    """When moving here from elsewhere; only its hash is kept (item 16)."""
    made = service.administration.create(NewClient(name="Shop", secret="q" * length))
    assert made.secret == "q" * length
    assert made.client.secrets[0].digest == secret_digest("q" * length)


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": ""}),
    ("name", {"name": "n" * 256}),
    ("name", {"name": "a\nb"}),
    ("name", {"name": "a\0b"}),
    *(
        ("id", {"id": text})
        for text in ("", "x" * 101, "a b", "a#b", "a/b", "a:b", "é", "a\n", "%")
    ),
    ("secret must", {"secret": ""}),
    ("secret must", {"secret": "x" * 31}),
    ("secret must", {"secret": "x" * 101}),
    ("no secret", {"public": True, "secret": "x" * 40}),
    ("client_credentials", {"public": True, "grants": (Grant.CLIENT_CREDENTIALS,)}),
    ("client_credentials", {"public": True, "grants": tuple(Grant)}),
    ("introspect", {"public": True, "introspection": Introspection.ANY}),
    *(("scope values", {"scopes": (s,)}) for s in ("", "a b", 'a"b', "a\\b", "é", "a\n", "a\0")),
    ("scopes together", {"scopes": ("x" * 301,)}),
    ("scopes together", {"scopes": ("x" * 150, "y" * 150)}),
    *(("audience values", {"audience": (a,)}) for a in ("", "a b", "é", "a\n")),
    ("audiences together", {"audience": ("x" * 301,)}),
    *(("lifetime", {"token_lifetime": n}) for n in (-1, 0, 59, DAY + 1)),
    *(("lifetime", {"token_lifetime": n, **OPAQUE}) for n in (59, 366 * DAY + 1)),
    *(("expiry", {"expires_at": n}) for n in (0, 1_800_000_000)),
    *(("expiry", {"secret_expires_at": n}) for n in (0, 1_800_000_000)),
    ("no secret", {"public": True, "secret_expires_at": 1_800_000_001}),
    ("no secret", {"jwks": (client_jwk(),), "secret_expires_at": 1_800_000_001}),
]


@pytest.mark.parametrize(("named", "details"), BROKEN)
def test_a_detail_that_cannot_be_used_is_refused_by_name(
    service: Service, named: str, details: dict[str, Any]
) -> None:
    """Each is refused before anything is written, and the message says which it is."""
    with pytest.raises(ClientDetailError, match=named):
        service.administration.create(NewClient(**{"name": "Shop", **details}))
    assert service.clients.by_id == {}


@pytest.mark.parametrize(
    "details",
    [
        {"name": "n" * 255},
        {"id": "aZ09._~-"},
        {"id": "x" * 100},
        {"scopes": ("!~", "x" * 297)},
        {"audience": ("https://a.test/b?c", "x" * 250)},
        {"token_lifetime": 60},
        {"token_lifetime": DAY},
        {"token_lifetime": 366 * DAY, **OPAQUE},
        {"expires_at": 1_800_000_001},
        {"introspection": Introspection.ANY},
    ],
)
def test_details_at_their_limits_are_kept(service: Service, details: dict[str, Any]) -> None:
    """The longest and the shortest that the messages allow are allowed."""
    client = service.administration.create(NewClient(**{"name": "Shop", **details})).client
    assert {name: getattr(client, name) for name in details} == details


def test_an_id_is_given_once(service: Service) -> None:
    """A second client of the same id is refused."""
    register(service)
    with pytest.raises(OwnerExistsError):
        register(service)


@pytest.mark.parametrize("overlap", [1, 100, 10 * DAY])
def test_rotating_keeps_the_newest_old_secret_for_a_while(service: Service, overlap: int) -> None:
    """Two secrets at most, the new one first, the former with an end (item 21)."""
    first = register(service)[0].secrets[0]
    now = service.now()
    made = service.administration.rotate_secret("shop", overlap)
    assert made.secret is not None
    second = Secret(secret_digest(made.secret), now)
    assert made.client.secrets == (second, replace(first, expires_at=now + overlap))
    service.now.advance(overlap // 2)
    third = service.administration.rotate_secret("shop", overlap).client.secrets
    assert len(third) == 2
    assert third[1] == replace(second, expires_at=service.now() + overlap)


def test_rotating_without_overlap_ends_all_former_secrets(service: Service) -> None:
    """At once: nothing of the past is kept."""
    register(service)
    service.administration.rotate_secret("shop", 100)
    assert len(service.administration.rotate_secret("shop", 0).client.secrets) == 1


def test_rotating_never_prolongs_a_secret(service: Service) -> None:
    """A secret that was to end sooner still does."""
    client, _ = register(service)
    ending = replace(client.secrets[0], expires_at=service.now() + 10)
    service.clients.replace(replace(client, secrets=(ending,)))
    assert service.administration.rotate_secret("shop", 100).client.secrets[1] == ending


def test_a_secret_may_be_given_an_end(service: Service) -> None:
    """When it is made: the client's own, an operator's, and a rotation's (item 21)."""
    now = service.now()
    for details in ({}, {"secret": "q" * 40}):
        made = register(service, id=f"c{len(details)}", secret_expires_at=now + 9, **details)[0]
        assert [secret.expires_at for secret in made.secrets] == [now + 9]
        assert made.expires_at is None
    rotated = service.administration.rotate_secret("c0", 5, expires_at=now + 20).client
    assert [secret.expires_at for secret in rotated.secrets] == [now + 20, now + 5]
    with pytest.raises(ClientDetailError, match="expiry"):
        service.administration.rotate_secret("c0", 5, expires_at=now)
    assert service.administration.show("c0") == rotated


@pytest.mark.parametrize(("details", "overlap"), [({"public": True}, 0), ({}, -1)])
def test_what_cannot_be_rotated(service: Service, details: dict[str, Any], overlap: int) -> None:
    """A public client has no secret, and no time is negative."""
    register(service, **details)
    with pytest.raises(ClientDetailError):
        service.administration.rotate_secret("shop", overlap)


def test_each_change_changes_nothing_else(service: Service) -> None:
    """Disabling, enabling and revoking touch what they name, and the version."""
    client, _ = register(service)
    off = service.administration.set_enabled("shop", enabled=False)
    assert off == replace(client, enabled=False, version=1)
    on = service.administration.set_enabled("shop", enabled=True)
    assert on == replace(client, version=2)
    revoked = service.administration.revoke_tokens("shop")
    assert revoked == replace(client, version=3, epoch=revoked.epoch)
    assert re.fullmatch("[0-9a-f]{16}", revoked.epoch)
    assert revoked.epoch != client.epoch


@pytest.mark.parametrize(
    "act",
    [
        lambda a: a.show("nobody"),
        lambda a: a.set_enabled("nobody", enabled=True),
        lambda a: a.rotate_secret("nobody", 0),
        lambda a: a.revoke_tokens("nobody"),
        lambda a: a.delete("nobody"),
    ],
    ids=["show", "set_enabled", "rotate_secret", "revoke_tokens", "delete"],
)
def test_nobody_cannot_be_changed(service: Service, act: Any) -> None:  # noqa: ANN401 - a lambda
    """Each change of a client that is not there says so."""
    with pytest.raises(NoSuchClientError):
        act(service.administration)


def test_a_deleted_client_made_again_has_another_epoch(service: Service) -> None:
    """So that tokens of the former stay dead (item 71)."""
    first, _ = register(service)
    service.administration.delete("shop")
    assert list(service.administration.list()) == []
    second, _ = register(service)
    assert second.epoch != first.epoch


def test_a_race_is_told(service: Service) -> None:
    """Who decided on what is no longer there must look again."""
    client, _ = register(service)
    service.administration.set_enabled("shop", enabled=False)
    with pytest.raises(OwnerChangedError):
        service.clients.replace(replace(client, name="Other"))
