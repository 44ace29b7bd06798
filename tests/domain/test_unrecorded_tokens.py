"""Tokens of clients that are to have no records: alive by what they say, dead by a tombstone."""

from dataclasses import replace
from typing import Any

import pytest
from token_service.domain.limits import CLOCK_SKEW
from token_service.domain.mint import TokenDetails
from token_service.domain.model import (
    TOKEN_OWNERS,
    Client,
    ClientCredentials,
    Grant,
    IssuedToken,
    OwnerKind,
    OwnerRef,
    TokenFormat,
)

from tests.domain.acts import issue, register, token_of
from tests.domain.forge import ABSENT, forge, parts
from tests.memory_store import place_of
from tests.samples import EPOCH, a_client, an_account, an_integration
from tests.service import Service

ODD: list[object] = [None, "", {}, [], 5, True, ["x"]]


@pytest.fixture
def credentials(service: Service) -> ClientCredentials:
    """Those of the client shop, whose tokens are to have no record."""
    return register(service, recorded=False, scopes=("read", "write"), audience=("a", "b"))[1]


@pytest.fixture
def token(service: Service, credentials: ClientCredentials) -> IssuedToken:
    """A token of that client."""
    return issue(service, credentials)


def is_active(service: Service, token: str) -> bool:
    """Whether the service takes it."""
    return service.validator.validate(token) is not None


def set_recorded(service: Service, *, recorded: bool) -> Client:
    """What an operator does."""
    return service.administration.update("shop", recorded=recorded)


@pytest.mark.parametrize("grant", [Grant.CLIENT_CREDENTIALS, Grant.IMPLICIT])
def test_issuing_stores_nothing(service: Service, grant: Grant) -> None:
    """And all that a record would say comes back from the token."""
    client, credentials = register(service, recorded=False, scopes=("a", "b"))
    token = issue(service, credentials, grant)
    assert service.tokens.records == {}
    active = service.validator.validate(token.value)
    assert active
    assert (active.record, active.owner, active.format) == (token.record, client, TokenFormat.JWT)
    assert service.tokens.records == {}


def test_only_such_a_token_says_its_epoch(service: Service, token: IssuedToken) -> None:
    """By that claim it is known; it has all those of any other token besides."""
    claims = parts(token.value)[1]
    assert claims.pop("epoch") == service.clients.by_id["shop"].epoch
    other_client = register(service, id="other", scopes=("read", "write"), audience=("a", "b"))
    other = parts(issue(service, other_client[1]).value)[1]
    own = {"sub": "other", "client_id": "other", "jti": other["jti"]}
    assert claims | own == other


@pytest.mark.parametrize("name", ["epoch", "gty", "scope", "access", "cnf", "account"])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_fact_that_is_odd_is_refused(
    service: Service, token: IssuedToken, name: str, value: object
) -> None:
    """Though we have signed it: what a record could not say, no token says for it."""
    assert not is_active(service, forge(token.value, claims={name: value}))


@pytest.mark.parametrize(
    "claims",
    [
        {"gty": ABSENT},
        {"gty": "refresh_token"},
        {"gty": "CLIENT_CREDENTIALS"},
        {"scope": " "},
        {"scope": "read "},
        {"scope": " read"},
        {"scope": "read  write"},
        {"access": "all"},
        {"cnf": {"jkt": ""}},
        {"cnf": {"jkt": None}},
        {"cnf": {"jkt": ["x"]}},
        {"cnf": {"x5t#S256": "x"}},
        {"cnf": {"jkt": "x", "x5t#S256": "x"}},
        {"epoch": "f" * 16},
        {"epoch": EPOCH.upper()},
        {"epoch": ABSENT},
    ],
    ids=str,
)
def test_a_fact_that_we_never_say_is_refused(
    service: Service, token: IssuedToken, claims: dict[str, Any]
) -> None:
    """A token bound in another way is not unbound, and without its epoch it needs a record."""
    assert not is_active(service, forge(token.value, claims=claims))


def test_a_recorded_client_s_token_never_lives_by_what_it_says(service: Service) -> None:
    """Not with the epoch written in, nor with its record lost, whatever the client is (item 40)."""
    token = token_of(service)
    for odd in ODD:  # with the claim it is none that has a record
        assert not is_active(service, forge(token.value, claims={"epoch": odd}))
    epoch = {"epoch": token.record.epoch}
    forged = forge(token.value, claims=epoch), forge(token.value, claims=epoch | {"jti": "08" * 17})
    for recorded in (True, False):
        set_recorded(service, recorded=recorded)
        assert is_active(service, token.value)  # by its record
        assert not is_active(service, forged[0])  # whose place is taken
    del service.tokens.records[place_of(token.record)]
    assert not is_active(service, token.value)
    set_recorded(service, recorded=True)
    assert not any(is_active(service, one) for one in (token.value, *forged))


@pytest.mark.parametrize("kind", sorted(TOKEN_OWNERS - {OwnerKind.CLIENT}))
def test_only_clients_can_do_without_records(service: Service, kind: OwnerKind) -> None:
    """A token of anybody else needs its record, even if it is signed by our key (item 40)."""
    if kind is OwnerKind.INTEGRATION:
        service.owners.integrations.create(an_integration(id="shop"))
    else:
        service.owners.accounts[kind].create(an_account(kind=kind, id="shop"))
    subject = {"sub": f"{kind}:shop", "client_id": f"{kind}:shop", "epoch": EPOCH}
    assert not is_active(service, forge(token_of(service).value, claims=subject))


def test_switched_to_records_and_back(
    service: Service, credentials: ClientCredentials, token: IssuedToken
) -> None:
    """Tokens made without one are refused meanwhile; those made with one live on (item 40)."""
    set_recorded(service, recorded=True)
    recorded = issue(service, credentials)
    assert [is_active(service, one.value) for one in (token, recorded)] == [False, True]
    set_recorded(service, recorded=False)
    assert [is_active(service, one.value) for one in (token, recorded)] == [True, True]


def test_what_was_revoked_meanwhile_stays_so(service: Service, token: IssuedToken) -> None:
    """A revocation goes by the token, whatever its client is set to just then (item 66)."""
    caller = set_recorded(service, recorded=True)
    assert service.revocation.revoke(caller, token.value)
    set_recorded(service, recorded=False)
    assert not is_active(service, token.value)


@pytest.mark.parametrize("hold_seconds", [0, 600])
def test_what_a_stale_function_makes_is_refused(hold_seconds: int) -> None:
    """A function that holds the client as it was brings it no token without one (item 40)."""
    service = Service(hold_seconds=hold_seconds)
    _, credentials = register(service, recorded=False)
    issue(service, credentials)
    set_recorded(service, recorded=True)
    token = issue(service, credentials)
    assert is_active(service, token.value) is (hold_seconds == 0)
    assert ("epoch" in parts(token.value)[1]) is (hold_seconds > 0)


def test_a_tombstone_says_what_the_record_would(service: Service, token: IssuedToken) -> None:
    """With the first time of revocation, at the place that the token names."""
    caller, first = service.clients.by_id["shop"], service.now()
    for _ in range(2):
        assert service.revocation.revoke(caller, token.value)
        service.now.advance(5)
    end = token.record.expires_at + CLOCK_SKEW
    tombstone = replace(token.record, revoked_at=first, expires_at=end)
    assert service.tokens.records == {place_of(token.record): tombstone}


def test_no_deletion_brings_a_revoked_token_back(service: Service, token: IssuedToken) -> None:
    """DynamoDB deletes what has expired by its own clock, which may be ahead of ours (item 66)."""
    assert service.revocation.revoke(service.clients.by_id["shop"], token.value)
    for left in (CLOCK_SKEW, 2, 1, 0):
        service.now.at = token.record.expires_at - left
        for place, record in list(service.tokens.records.items()):
            if record.expires_at < service.now() + CLOCK_SKEW:
                del service.tokens.records[place]
        assert not is_active(service, token.value)
        assert service.tokens.records


@pytest.mark.parametrize(
    "change",
    [{}, {"revoked_at": 1}, {"owner": OwnerRef(OwnerKind.CLIENT, "other")}, {"epoch": "f" * 16}],
    ids=str,
)
def test_whatever_lies_in_its_place_ends_it(
    service: Service, token: IssuedToken, change: dict[str, Any]
) -> None:
    """Nothing but a tombstone can, so nothing else is believed to be no tombstone."""
    service.tokens.records[place_of(token.record)] = replace(token.record, **change)
    assert not is_active(service, token.value)


def test_another_owner_s_item_is_left_alone(service: Service, token: IssuedToken) -> None:
    """A revocation writes over nothing that is not its own."""
    foreign = replace(token.record, owner=OwnerRef(OwnerKind.CLIENT, "other"))
    service.tokens.records[place_of(token.record)] = foreign
    assert not service.revocation.revoke(service.clients.by_id["shop"], token.value)
    assert service.tokens.records == {place_of(token.record): foreign}


@pytest.mark.parametrize("form", [TokenFormat.OPAQUE, TokenFormat.BASE36])
def test_an_opaque_token_cannot_do_without(service: Service, form: TokenFormat) -> None:
    """It says nothing itself; however a client came to be so, it gets no token."""
    owner = a_client(recorded=False, token_format=form)
    with pytest.raises(ValueError, match="without a record"):
        service.mint.mint(TokenDetails(owner, Grant.CLIENT_CREDENTIALS, form, lifetime=600))


def test_a_record_is_unaffected_by_its_client_s_setting(service: Service) -> None:
    """A recorded token of an unrecorded client is revoked on its record, and not revived."""
    _, credentials = register(service)
    kept, lost = issue(service, credentials), issue(service, credentials)
    del service.tokens.records[place_of(lost.record)]
    caller = set_recorded(service, recorded=False)
    assert service.revocation.revoke(caller, kept.value)
    assert not service.revocation.revoke(caller, lost.value)
    revoked = replace(kept.record, revoked_at=service.now())
    assert service.tokens.records == {place_of(kept.record): revoked}
    assert not is_active(service, kept.value)
    assert not is_active(service, lost.value)
