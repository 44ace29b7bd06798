"""Active means: recorded, not revoked, not expired; its owner live; their epochs equal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from token_service.domain.errors import Unavailable
from token_service.domain.grants import TokenFormat
from token_service.domain.location import Location
from token_service.domain.owners import TOKEN_OWNERS, OwnerKind, OwnerRef
from token_service.domain.tokens import IssuedToken, TokenRecord

from tests.domain.acts import EVERY_KIND, issue, register, token_of
from tests.memory_store import place_of
from tests.service import Service

type Kind = dict[str, Any]


@EVERY_KIND
def test_a_fresh_token_is_active(service: Service, kind: Kind) -> None:
    """Its record, stored or not, its owner as stored now, and its format are told."""
    client, credentials = register(service, **kind)
    token = issue(service, credentials)
    active = service.validator.validate(token.value)
    assert active is not None
    assert (active.record, active.owner) == (token.record, client)
    assert active.format == client.token_format


def revoke(service: Service, token: IssuedToken) -> None:
    """Its owner ends it."""
    assert service.revocation.revoke(service.clients.by_id["shop"], token.value)


def recreate(service: Service, _: IssuedToken) -> None:
    """Another client takes the id."""
    recorded = service.clients.by_id["shop"].recorded
    service.administration.delete("shop")
    register(service, recorded=recorded)


def expire_client(service: Service, _: IssuedToken) -> None:
    """The client reaches its end before the token."""
    client = service.clients.by_id["shop"]
    service.clients.replace(replace(client, expires_at=service.now()))


ENDS: dict[str, Callable[[Service, IssuedToken], object]] = {
    "expired": lambda service, token: service.now.advance(token.expires_in),
    "revoked": revoke,
    "owner disabled": lambda s, _: s.administration.set_enabled("shop", enabled=False),
    "owner deleted": lambda s, _: s.administration.delete("shop"),
    "owner made again": recreate,
    "owner expired": expire_client,
    "all tokens revoked": lambda s, _: s.administration.revoke_tokens("shop"),
}


@EVERY_KIND
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_each_end_is_an_end(
    service: Service, kind: Kind, end: Callable[[Service, IssuedToken], object]
) -> None:
    """One reason is enough, and it counts at the next check (items 22, 66, 71, 83)."""
    token = token_of(service, **kind)
    assert service.validator.validate(token.value) is not None
    end(service, token)
    assert service.validator.validate(token.value) is None


@pytest.mark.parametrize("form", TokenFormat)
def test_a_lost_record_is_an_end(service: Service, form: TokenFormat) -> None:
    """Of a token that was made with one."""
    token = token_of(service, token_format=form)
    del service.tokens.records[place_of(token.record)]
    assert service.validator.validate(token.value) is None


@EVERY_KIND
def test_an_enabled_owner_s_tokens_live_again(service: Service, kind: Kind) -> None:
    """Disabling is a pause; only a new epoch is an end."""
    token = token_of(service, **kind)
    service.administration.set_enabled("shop", enabled=False)
    service.administration.set_enabled("shop", enabled=True)
    assert service.validator.validate(token.value) is not None


@EVERY_KIND
def test_tokens_issued_after_revoking_all_are_active(service: Service, kind: Kind) -> None:
    """A new epoch ends what was, not what comes, even within the same second (item 71)."""
    _, credentials = register(service, **kind)
    before = issue(service, credentials)
    service.administration.revoke_tokens("shop")
    after = issue(service, credentials)
    assert service.validator.validate(before.value) is None
    assert service.validator.validate(after.value) is not None


@EVERY_KIND
def test_a_rotated_secret_ends_no_token(service: Service, kind: Kind) -> None:
    """Secrets come and go; tokens already out stay."""
    token = token_of(service, **kind)
    service.administration.rotate_secret("shop", overlap=0)
    assert service.validator.validate(token.value) is not None


@EVERY_KIND
@pytest.mark.parametrize(("after", "active"), [(0, True), (1, False)])
def test_tokens_older_than_a_restored_backup_are_dead(
    kind: Kind, after: int, *, active: bool
) -> None:
    """What was issued before `not_before` is inactive, whatever the store says; later is not."""
    service = Service()
    token = token_of(service, **kind)
    strict = Service(owners=service.owners, now=service.now, not_before=service.now() + after)
    strict.tokens.records = service.tokens.records
    assert (strict.validator.validate(token.value) is not None) == active


@pytest.mark.parametrize("recorded", [True, False])
def test_a_token_of_before_costs_no_read(*, recorded: bool) -> None:
    """A JWT says itself when it was issued, so `not_before` needs no store."""
    service = Service()
    token = token_of(service, recorded=recorded)
    strict = Service(owners=service.owners, not_before=service.now() + 1)
    reads = service.clients.reads
    assert strict.validator.validate(token.value) is None
    assert service.clients.reads == reads


@EVERY_KIND
def test_an_outage_is_no_answer(service: Service, kind: Kind) -> None:
    """When the store says nothing, nothing is claimed: the error comes out."""
    token = token_of(service, **kind)

    def out(*_: object) -> None:
        raise Unavailable

    service.tokens.find = out  # type: ignore[assignment, method-assign] # a store that is down
    service.tokens.find_with_owners = out  # type: ignore[assignment] # likewise
    with pytest.raises(Unavailable):
        service.validator.validate(token.value)


def test_a_guess_costs_no_read(service: Service) -> None:
    """Text of no shape of ours, and long expired tokens, never reach the store (item 65)."""
    seen: list[Location] = []

    def find(location: Location) -> TokenRecord | None:
        seen.append(location)
        return None

    service.tokens.find = find  # type: ignore[method-assign] # a store that listens
    for guess in ("", "x" * 40, "0" * 40, "f" * 40, "a" * 39, "a.b.c"):
        assert service.validator.validate(guess) is None
    assert seen == []
    assert service.validator.validate(f"{service.now() // 3600:06x}08" + "0" * 32) is None
    assert len(seen) == 1


def test_an_opaque_token_s_handle_is_no_token(service: Service) -> None:
    """What a stolen table shows of a token opens nothing (item 33)."""
    token = token_of(service, token_format=TokenFormat.OPAQUE)
    handle = token.record.handle
    for guess in (handle, handle[:40], token.value[:8] + handle[:32]):
        assert service.validator.validate(guess) is None


@pytest.mark.parametrize("kind", sorted(TOKEN_OWNERS - {OwnerKind.CLIENT}))
def test_a_record_of_another_kind_of_owner_is_not_a_client_s(
    service: Service, kind: OwnerKind
) -> None:
    """An account of the same name is somebody else (item 39)."""
    token = token_of(service, token_format=TokenFormat.OPAQUE)
    place = place_of(token.record)
    service.tokens.records[place] = replace(token.record, owner=OwnerRef(kind, "shop"))
    assert service.validator.validate(token.value) is None
