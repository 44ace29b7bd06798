"""Issuing: who gets what for how long, and that nothing is handed out that was not stored."""

from dataclasses import replace

import pytest
from token_service.domain.errors import (
    InvalidClient,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    Unavailable,
    UnsupportedGrantType,
)
from token_service.domain.grants import Access, Grant, TokenFormat
from token_service.domain.issue import IssueRequest
from token_service.domain.limits import DAY, HOUR
from token_service.domain.mint import MintSettings
from token_service.domain.owners import CLIENT_GRANTS, ClientCredentials
from token_service.domain.tokens import IssuedToken, TokenRecord

from tests.domain.acts import issue, register
from tests.memory_store import place_of
from tests.service import ISSUER, Service

YEAR = 366 * DAY


@pytest.mark.parametrize("form", TokenFormat)
def test_a_token_is_stored_as_it_is_handed_out(service: Service, form: TokenFormat) -> None:
    """The record names owner, epoch, times, grant, rights and audience, and never the token."""
    client, credentials = register(service, token_format=form, scopes=("a", "b"))
    token = issue(service, credentials)
    assert service.tokens.records == {place_of(token.record): token.record}
    assert token.record == TokenRecord(
        handle=token.record.handle,
        layout=8,
        owner=client.ref,
        epoch=client.epoch,
        issued_at=service.now(),
        expires_at=service.now() + HOUR,
        grant=Grant.CLIENT_CREDENTIALS,
        access=Access.FULL,
        audience=(ISSUER,),
        scope=("a", "b"),
    )
    assert token.expires_in == HOUR
    assert ("." in token.value) == (form is TokenFormat.JWT)
    assert token.value not in repr(token)


def test_many_tokens_of_one_client_live_together(service: Service) -> None:
    """Issuing never ends a former token, and no two are the same."""
    _, credentials = register(service)
    tokens = [issue(service, credentials).value for _ in range(20)]
    assert len(set(tokens)) == 20
    assert all(service.validator.validate(token) for token in tokens)


HELD = ("read", "write", "admin:all")


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, HELD),
        ("read", ("read",)),
        ("write read", ("write", "read")),
        ("read read write read", ("read", "write")),
        ("admin:all", ("admin:all",)),
    ],
)
def test_scopes_asked_for_and_held_are_granted(
    service: Service, asked: str | None, granted: tuple[str, ...]
) -> None:
    """All that the client holds when it names none, else exactly what it names (item 30)."""
    _, credentials = register(service, scopes=HELD)
    assert issue(service, credentials, scope=asked).record.scope == granted


@pytest.mark.parametrize(
    "asked",
    [
        "delete",
        "read delete",
        "READ",
        "rea",
        "read,write",
        "",
        " ",
        " read",
        "read ",
        "read  write",
        "read\twrite",
        "read\nwrite",
        'read"',
        "read\\",
        "réad",
        "read\x00",
        "a" * 301,
        "read " * 61,
    ],
)
def test_other_scopes_are_refused(service: Service, asked: str) -> None:
    """Not held, malformed or too long: invalid_scope, and nothing is granted (items 10, 30)."""
    _, credentials = register(service, scopes=HELD)
    with pytest.raises(InvalidScope):
        issue(service, credentials, scope=asked)
    assert service.tokens.records == {}


@pytest.mark.parametrize(("asked", "fine"), [(None, True), ("read", False)])
def test_a_client_without_scopes(service: Service, asked: str | None, *, fine: bool) -> None:
    """It gets a token without scope, and invalid_scope if it asks for one."""
    _, credentials = register(service)
    if fine:
        assert issue(service, credentials, scope=asked).record.scope == ()
    else:
        with pytest.raises(InvalidScope):
            issue(service, credentials, scope=asked)


@pytest.mark.parametrize("scope", [None, "read", "delete", "\0"])
@pytest.mark.parametrize("secret", [None, "wrong", "right"])
def test_an_implicit_token_only_reads_and_has_no_scope(
    service: Service, scope: str | None, secret: str | None
) -> None:
    """The id alone gets it; a secret or a scope sent along changes nothing (item 37)."""
    _, credentials = register(service, scopes=HELD)
    sent = credentials if secret == "right" else ClientCredentials("shop", secret)
    record = issue(service, sent, Grant.IMPLICIT, scope).record
    assert (record.grant, record.access, record.scope) == (Grant.IMPLICIT, Access.READ_ONLY, ())


@pytest.mark.parametrize(
    ("grant_type", "error"),
    [
        (None, InvalidRequest),
        ("", UnsupportedGrantType),
        ("password", UnsupportedGrantType),
        ("CLIENT_CREDENTIALS", UnsupportedGrantType),
        ("client_credentials ", UnsupportedGrantType),
    ],
)
def test_a_grant_must_be_one_of_the_dialect_s(
    service: Service, grant_type: str | None, error: type[Exception]
) -> None:
    """None at all, or one that is not offered (item 8)."""
    _, credentials = register(service)
    with pytest.raises(error):
        issue(service, credentials, grant_type)


def test_a_grant_the_dialect_does_not_offer_is_no_way_in(service: Service) -> None:
    """Where implicit is not offered the id alone proves nothing (item 37)."""
    _, credentials = register(service)
    offered = frozenset({Grant.CLIENT_CREDENTIALS})
    with pytest.raises(InvalidClient):
        service.issuer.issue(IssueRequest("implicit", ClientCredentials("shop"), offered))
    with pytest.raises(UnsupportedGrantType):
        service.issuer.issue(IssueRequest("implicit", credentials, offered))


@pytest.mark.parametrize(
    ("grants", "asked"),
    [((Grant.IMPLICIT,), "client_credentials"), ((Grant.CLIENT_CREDENTIALS,), "implicit")],
)
def test_a_grant_must_be_one_of_the_client_s(
    service: Service, grants: tuple[Grant, ...], asked: str
) -> None:
    """A client may use what it was given and no other (item 31)."""
    _, credentials = register(service, grants=grants)
    with pytest.raises(UnauthorizedClient):
        issue(service, credentials, asked)
    assert service.tokens.records == {}


def test_client_credentials_are_for_those_who_have_some(service: Service) -> None:
    """A public client is refused even if its record should list the grant (item 20)."""
    client, credentials = register(service, public=True)
    service.clients.replace(replace(client, grants=CLIENT_GRANTS))
    with pytest.raises(UnauthorizedClient):
        issue(service, credentials)


def test_the_client_is_judged_before_the_request(service: Service) -> None:
    """Who is not authenticated learns nothing about grants and scopes (item 15)."""
    register(service)
    for credentials in (None, ClientCredentials("shop", "wrong"), ClientCredentials("nobody", "x")):
        for grant in (None, "password", "client_credentials"):
            with pytest.raises(InvalidClient):
                issue(service, credentials, grant, "delete")
    with pytest.raises(InvalidClient):
        issue(service, None, Grant.IMPLICIT)


@pytest.mark.parametrize(
    ("form", "own", "default", "lifetime"),
    [
        (TokenFormat.JWT, None, HOUR, HOUR),
        (TokenFormat.JWT, 60, HOUR, 60),
        (TokenFormat.JWT, 59, HOUR, 60),
        (TokenFormat.JWT, 1, HOUR, 60),
        (TokenFormat.JWT, DAY, HOUR, DAY),
        (TokenFormat.JWT, DAY + 1, HOUR, DAY),
        (TokenFormat.JWT, None, 7 * DAY, DAY),
        (TokenFormat.JWT, None, 5, 60),
        (TokenFormat.OPAQUE, DAY + 1, HOUR, DAY + 1),
        (TokenFormat.OPAQUE, YEAR, HOUR, YEAR),
        (TokenFormat.OPAQUE, YEAR + 1, HOUR, YEAR),
        (TokenFormat.OPAQUE, None, 7 * DAY, 7 * DAY),
    ],
)
def test_lifetimes_are_bounded(
    form: TokenFormat, own: int | None, default: int, lifetime: int
) -> None:
    """The client's own or the deployment's, within a minute and the format's longest (item 35)."""
    service = Service(lifetime=default)
    client, credentials = register(service, token_format=form)
    service.clients.replace(replace(client, token_lifetime=own))
    token = issue(service, credentials)
    assert token.expires_in == lifetime
    service.now.advance(lifetime - 1)
    assert service.validator.validate(token.value)
    service.now.advance(1)
    assert service.validator.validate(token.value) is None


@pytest.mark.parametrize(("own", "audience"), [((), (ISSUER,)), (("a", "b"), ("a", "b"))])
def test_the_audience_is_the_client_s_or_the_deployment_s(
    service: Service, own: tuple[str, ...], audience: tuple[str, ...]
) -> None:
    """Every token is for somebody named (item 34)."""
    _, credentials = register(service, audience=own)
    assert issue(service, credentials).record.audience == audience


def attempt(service: Service, error: Exception) -> IssuedToken | None:
    """Issue while storing fails."""
    _, credentials = register(service)

    def fail(record: TokenRecord) -> None:  # noqa: ARG001 - the port's
        raise error

    service.tokens.put = fail  # type: ignore[method-assign] # a store that fails
    return issue(service, credentials)


@pytest.mark.parametrize("error", [Unavailable(), RuntimeError("collision"), ValueError("large")])
def test_nothing_is_returned_that_was_not_stored(service: Service, error: Exception) -> None:
    """A fault while storing comes out instead of a token (item 40)."""
    with pytest.raises(type(error)):
        attempt(service, error)


@pytest.mark.parametrize("form", TokenFormat)
def test_the_layout_of_the_deployment_is_used(form: TokenFormat) -> None:
    """New tokens are written under the configured number of shards."""
    service = Service(settings=MintSettings(ISSUER, ISSUER, layout=3))
    _, credentials = register(service, token_format=form)
    assert issue(service, credentials).record.layout == 3
