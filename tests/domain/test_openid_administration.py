"""What an operator may register as a provider."""

from collections.abc import Iterable
from typing import Any

import pytest
from token_service.domain.model import OwnerKind
from token_service.domain.openid import (
    NewProvider,
    NoSuchProviderError,
    OpenIdProvider,
    ProviderAdministration,
    ProviderDetailError,
    provider_sealing,
)

from tests.clock import FrozenClock, SeededBytes
from tests.openid_world import sealer

DETAILS: dict[str, Any] = {
    "name": "Directory",
    "issuer": "https://idp.example/tenant",
    "client_id": "us",
    "client_secret": "s3cret",
    "redirect_uris": ("https://shop.example/back?x=1", "http://localhost:3000/back"),
}


class MemoryProviders:
    """Providers, and how often they were written."""

    def __init__(self) -> None:
        self.kept: tuple[OpenIdProvider, ...] = ()
        self.version = 0

    def find(self, provider_id: str) -> OpenIdProvider | None:
        """The provider."""
        return next((one for one in self.kept if one.id == provider_id), None)

    def list(self) -> tuple[OpenIdProvider, ...]:
        """All."""
        return self.kept

    def read(self) -> tuple[tuple[OpenIdProvider, ...], int]:
        """All, and the version."""
        return self.kept, self.version

    def write(self, providers: Iterable[OpenIdProvider], over: int) -> None:
        """Keep these."""
        assert over == self.version
        self.kept, self.version = tuple(providers), over + 1


@pytest.fixture
def administration() -> ProviderAdministration:
    """Over no providers."""
    return ProviderAdministration(MemoryProviders(), sealer(), FrozenClock(), SeededBytes())


def test_a_provider_is_made_changed_and_removed(administration: ProviderAdministration) -> None:
    """Its secret opens only as its own."""
    made = administration.create(NewProvider(**DETAILS))
    assert administration.show(made.id) == made
    assert made.kinds == (OwnerKind.CUSTOMER,)  # account members must be named
    assert sealer().open(made.client_secret, provider_sealing(made.id)) == "s3cret"
    changed = administration.set_secret(made.id, "another")
    assert sealer().open(changed.client_secret, provider_sealing(made.id)) == "another"
    assert administration.list() == (changed,)
    administration.delete(made.id)
    for act in (administration.show, administration.delete):
        with pytest.raises(NoSuchProviderError):
            act(made.id)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "n" * 256},
        {"name": "a\nb"},
        {"issuer": "http://idp.example"},
        {"issuer": "idp.example"},
        {"issuer": "https://idp.example?x"},
        {"issuer": "https://idp.example#x"},
        {"issuer": "https://user@idp.example"},
        {"issuer": "https://[::"},
        {"issuer": "https://"},
        {"client_id": ""},
        {"client_id": "a\tb"},
        {"client_secret": ""},
        {"client_secret": "ü"},
        {"redirect_uris": ()},
        {"kinds": ()},
        {"kinds": (OwnerKind.ADMIN,)},
        {"kinds": (OwnerKind.CUSTOMER, OwnerKind.CLIENT)},
        {"redirect_uris": ("http://shop.example",)},
        {"redirect_uris": ("javascript:alert(1)",)},
        {"redirect_uris": ("https://shop.example/#x",)},
        {"redirect_uris": tuple(f"https://{n}.example" for n in range(11))},
    ],
    ids=str,
)
def test_what_could_not_work_or_is_not_safe_is_refused(
    administration: ProviderAdministration, change: dict[str, Any]
) -> None:
    """Before anything is kept."""
    with pytest.raises(ProviderDetailError):
        administration.create(NewProvider(**DETAILS | change))
    assert administration.list() == ()


def test_there_are_few_providers(administration: ProviderAdministration) -> None:
    """All of them are read at each sign-in, so there is an end to them."""
    for _ in range(10):
        administration.create(NewProvider(**DETAILS))
    with pytest.raises(ProviderDetailError):
        administration.create(NewProvider(**DETAILS))
