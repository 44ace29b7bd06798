"""Who a caller is: every way to be refused, and what holding a client costs and risks."""

from dataclasses import replace

import pytest
from token_service.domain.clients import ClientAuthenticator, secret_digest
from token_service.domain.errors import InvalidClient, ServiceError
from token_service.domain.model import Client, ClientCredentials, Secret

from tests.clock import FrozenClock
from tests.domain.acts import issue, register
from tests.memory_store import MemoryClients
from tests.samples import NOW, SECRET, a_client
from tests.service import Service, authenticator

PUBLIC = {"public": True, "secrets": ()}
OLD = "old-secret-" + "y" * 32


def for_one(client: Client, hold: int = 0) -> tuple[ClientAuthenticator, MemoryClients]:
    """Authenticates against a store with this one client."""
    clients = MemoryClients()
    clients.create(client)
    return authenticator(clients, FrozenClock(NOW), hold), clients


def shop(secret: str | None = SECRET) -> ClientCredentials:
    """The client named shop, with this secret."""
    return ClientCredentials("shop", secret)


@pytest.mark.parametrize("client_id", ["shop"])
def test_the_right_secret_proves_a_client(client_id: str) -> None:
    """Id and secret together give the client as it is stored."""
    authenticate, _ = for_one(a_client())
    assert authenticate.authenticate(ClientCredentials(client_id, SECRET)) == a_client()


def test_a_public_client_proves_itself_by_sending_none() -> None:
    """It has no secret to send (RFC 6749 section 2.1)."""
    authenticate, _ = for_one(a_client(**PUBLIC))
    assert authenticate.authenticate(shop(None)).public


REFUSED = {
    "no credentials": (a_client(), None),
    "unknown": (a_client(id="other"), shop()),
    "wrong secret": (a_client(), shop(SECRET + "x")),
    "secret in another case": (a_client(), shop(SECRET.upper())),
    "no secret": (a_client(), shop(None)),
    "empty secret": (a_client(), shop("")),
    "the digest itself": (a_client(), shop(secret_digest(SECRET))),
    "client without secrets": (a_client(secrets=()), shop()),
    "client without secrets, empty": (a_client(secrets=()), shop("")),
    "expired secret": (a_client(secrets=(Secret(secret_digest(SECRET), 1, NOW),)), shop()),
    "disabled": (a_client(enabled=False), shop()),
    "expired": (a_client(expires_at=NOW), shop()),
    "public with a secret": (a_client(**PUBLIC), shop()),
    "public with an empty secret": (a_client(**PUBLIC), shop("")),
    "public and disabled": (a_client(enabled=False, **PUBLIC), shop(None)),
}


@pytest.mark.parametrize(("client", "credentials"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("hold", [0, 60])
def test_every_refusal_looks_the_same(
    client: Client, credentials: ClientCredentials | None, hold: int
) -> None:
    """Whatever is wrong, the caller learns that it is not authenticated (items 15, 19, 21, 22)."""
    authenticate, _ = for_one(client, hold)
    with pytest.raises(InvalidClient) as caught:
        authenticate.authenticate(credentials)
    assert (type(caught.value), caught.value.code, caught.value.public) == (
        InvalidClient,
        "invalid_client",
        "",
    )
    assert SECRET not in caught.value.detail


@pytest.mark.parametrize(("before", "alive"), [(1, True), (0, False), (-1, False)])
def test_expiry_is_judged_to_the_second(before: int, *, alive: bool) -> None:
    """A client and a secret live until the second of their expiry (item 21)."""
    ends = NOW + before
    for client in (
        a_client(expires_at=ends),
        a_client(secrets=(Secret(secret_digest(SECRET), 1, ends),)),
    ):
        authenticate, _ = for_one(client)
        if alive:
            assert authenticate.authenticate(shop()) == client
        else:
            with pytest.raises(InvalidClient):
                authenticate.authenticate(shop())


def test_both_secrets_work_during_the_overlap() -> None:
    """After a rotation, new and old prove the client until the old one ends (item 21)."""
    service = Service()
    _, old = register(service)
    made = service.administration.rotate_secret("shop", overlap=100)
    new = ClientCredentials("shop", made.secret)
    service.now.advance(99)
    issue(service, old)
    issue(service, new)
    service.now.advance(1)
    with pytest.raises(InvalidClient):
        issue(service, old)
    issue(service, new)


@pytest.mark.parametrize("secret", [None, "", "anything"])
def test_a_dialect_may_let_public_clients_send_secrets(secret: str | None) -> None:
    """IdentityServer does not look at the secret of a client that needs none; others it does."""
    authenticate, _ = for_one(a_client(**PUBLIC))
    assert authenticate.authenticate(shop(secret), public_may_send_secret=True).public
    confidential, _ = for_one(a_client())
    with pytest.raises(InvalidClient):
        confidential.authenticate(shop(secret), public_may_send_secret=True)


@pytest.mark.parametrize("change", [{"enabled": False}, {"expires_at": NOW}, {"id": "other"}])
def test_identifying_needs_a_live_client(change: dict[str, object]) -> None:
    """The id alone names only a client that is there, enabled and not expired."""
    authenticate, _ = for_one(a_client())
    assert authenticate.identify("shop") == a_client()
    refused, _ = for_one(a_client(**change))
    with pytest.raises(InvalidClient):
        refused.identify("shop")


def test_without_holding_every_call_reads() -> None:
    """By default a client is asked for each time, so a change counts at once (item 22)."""
    authenticate, clients = for_one(a_client())
    for _ in range(3):
        authenticate.authenticate(shop())
    assert clients.reads == 3
    clients.replace(a_client(enabled=False))
    with pytest.raises(InvalidClient):
        authenticate.authenticate(shop())


def test_a_held_client_costs_one_read_while_it_is_held() -> None:
    """Held for 60 seconds: one read, and one more when they are over."""
    clients, now = MemoryClients(), FrozenClock(NOW)
    clients.create(a_client())
    authenticate = authenticator(clients, now, 60)
    for seconds, reads in ((0, 1), (59, 1), (1, 2), (59, 2), (1, 3)):
        now.advance(seconds)
        authenticate.authenticate(shop())
        authenticate.identify("shop")
        assert clients.reads == reads


def test_a_held_secret_that_does_not_match_costs_one_fresh_read() -> None:
    """A new secret works at once although the held client does not know it."""
    authenticate, clients = for_one(a_client(secrets=(Secret(secret_digest(OLD), 1),)), 60)
    authenticate.authenticate(shop(OLD))
    clients.replace(replace(clients.by_id["shop"], secrets=a_client().secrets))
    authenticate.authenticate(shop())
    assert clients.reads == 2
    authenticate.authenticate(shop())
    assert clients.reads == 2
    with pytest.raises(InvalidClient):
        authenticate.authenticate(shop(OLD))
    assert clients.reads == 3


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("end", ["disable", "revoke", "delete", "recreate"])
def test_a_token_made_from_a_stale_client_is_dead_on_arrival(end: str, *, recorded: bool) -> None:
    """Holding fails closed: what an operator ended, no held client brings back (item 22)."""
    service = Service(hold_seconds=60)
    _, credentials = register(service, recorded=recorded)
    issue(service, credentials)
    if end == "disable":
        service.administration.set_enabled("shop", enabled=False)
    elif end == "revoke":
        service.administration.revoke_tokens("shop")
    else:
        service.administration.delete("shop")
        if end == "recreate":
            register(service, recorded=recorded)
    token = issue(service, credentials)
    assert service.validator.validate(token.value) is None


def test_a_client_that_ended_while_held_gets_nothing() -> None:
    """Its own expiry is judged by the clock, held or not."""
    service = Service(hold_seconds=600)
    _, credentials = register(service, expires_at=service.now() + 30)
    issue(service, credentials)
    service.now.advance(30)
    with pytest.raises(ServiceError):
        issue(service, credentials)


def test_holding_is_bounded() -> None:
    """Many clients do not grow a function's memory without end, and all still authenticate."""
    clients = MemoryClients()
    authenticate = authenticator(clients, FrozenClock(NOW), 60)
    for n in range(1500):
        clients.create(a_client(id=f"c{n}"))
        authenticate.authenticate(ClientCredentials(f"c{n}", SECRET))
    assert len(authenticate._held) <= 1000  # noqa: SLF001 - nothing else shows it
