"""The trusted providers at rest: one item, written conditionally, with no secret in clear."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from token_service.domain.openid import (
    NewProvider,
    OpenIdProvider,
    ProviderAdministration,
)
from token_service.domain.ports import OwnerChangedError
from token_service.store.openid_providers import DynamoProviders

from tests.aws_hooks import items_of
from tests.clock import FrozenClock, SeededBytes
from tests.openid_world import CLIENT_SECRET, provider, sealer

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def providers(dynamodb: "DynamoDBClient") -> DynamoProviders:
    """None yet."""
    return DynamoProviders(dynamodb, "ClientsTable")


def test_providers_are_kept_in_order(providers: DynamoProviders) -> None:
    """Found by id, listed oldest first, those of one second as they were given."""
    assert providers.read() == ((), 0)
    first, second, third = (
        provider(id=name, created_at=second) for name, second in [("c", 1), ("b", 2), ("a", 2)]
    )
    providers.write([second, third, first], over=0)
    assert providers.read() == ((first, second, third), 1)
    assert providers.list() == (first, second, third)
    changed = replace(second, name="Renamed", updated_at=3)
    providers.write([first, changed], over=1)
    assert providers.find("b") == changed
    assert providers.find("a") is None


def test_two_operators_cannot_undo_each_other(providers: DynamoProviders) -> None:
    """Who read before another wrote is told so, nothing is lost, and one's own repeat is none."""
    one, other = provider(id="a"), provider(id="b")
    for _ in range(2):
        providers.write([one], over=0)
    with pytest.raises(OwnerChangedError):
        providers.write([other], over=0)
    assert providers.read() == ((one,), 1)


ANOTHER = NewProvider("Other", "https://other.example", "us", "s3cret", ("https://shop.example",))
type Act = Callable[[ProviderAdministration, str], object]
ACTS: dict[str, Act] = {
    "created": lambda one, _: one.create(ANOTHER),
    "changed": lambda one, provider_id: one.set_secret(provider_id, "theirs"),
    "deleted": lambda one, provider_id: one.delete(provider_id),
}


@pytest.mark.parametrize("theirs", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("ours", [ACTS["created"], ACTS["changed"]], ids=["create", "set_secret"])
def test_what_was_done_in_between_stays_done(
    providers: DynamoProviders, dynamodb: "DynamoDBClient", ours: Act, theirs: Act
) -> None:
    """Who looked before another operator acted is told so, whatever the two were about."""
    store = DynamoProviders(dynamodb, "ClientsTable")
    another = ProviderAdministration(store, sealer(), FrozenClock(), SeededBytes(1))
    there = another.create(ANOTHER)
    left: list[tuple[OpenIdProvider, ...]] = []

    def after_reading() -> int:
        theirs(another, there.id)
        left.append(store.list())
        return 5

    slower = ProviderAdministration(providers, sealer(), after_reading, SeededBytes(2))
    with pytest.raises(OwnerChangedError):
        ours(slower, there.id)
    assert [store.list()] == left


def test_a_provider_s_secret_is_sealed(providers: DynamoProviders) -> None:
    """A stolen table has no client secret in it."""
    administration = ProviderAdministration(providers, sealer(), FrozenClock(), SeededBytes())
    administration.create(
        NewProvider(
            name="Directory",
            issuer="https://idp.example",
            client_id="us",
            client_secret="an-idp-secret",
            redirect_uris=("https://shop.example",),
        )
    )
    assert "an-idp-secret" not in str(items_of("ClientsTable"))
    assert CLIENT_SECRET not in repr(provider())
