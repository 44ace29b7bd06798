"""The trusted providers at rest: one item, written conditionally, with no secret in clear."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from token_service.domain.openid import NewProvider, ProviderAdministration
from token_service.domain.ports import OwnerChangedError
from token_service.store.openid_providers import DynamoProviders

from tests.clock import FrozenClock, SeededBytes
from tests.moto_transport import items_of
from tests.openid_world import CLIENT_SECRET, provider, sealer

if TYPE_CHECKING:
    from token_service.aws.dynamodb import DynamoDB


@pytest.fixture
def providers(dynamodb: "DynamoDB") -> DynamoProviders:
    """None yet."""
    return DynamoProviders(dynamodb, "ClientsTable")


def test_providers_are_kept_in_order(providers: DynamoProviders) -> None:
    """Found by id, listed oldest first, written over, removed."""
    old, new = provider(id="b", created_at=1), provider(id="a", created_at=2)
    providers.save(new)
    providers.save(old)
    assert providers.list() == (old, new)
    changed = replace(new, name="Renamed", updated_at=3)
    providers.save(changed)
    assert providers.find("a") == changed
    assert providers.find("c") is None
    assert providers.delete("b")
    assert not providers.delete("b")
    assert providers.list() == (changed,)


def test_two_operators_cannot_undo_each_other(
    providers: DynamoProviders, dynamodb: "DynamoDB", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who read before another wrote is told so, and nothing is lost."""
    providers.save(provider(id="a"))
    stale = providers._read()  # noqa: SLF001 - what the slower of the two has seen
    DynamoProviders(dynamodb, "ClientsTable").save(provider(id="b"))
    monkeypatch.setattr(providers, "_read", lambda: stale)
    with pytest.raises(OwnerChangedError):
        providers.save(provider(id="c"))
    monkeypatch.undo()
    assert {one.id for one in providers.list()} == {"a", "b"}


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
