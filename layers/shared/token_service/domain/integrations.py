"""Integrations: programs with four credentials, of which only the token is for ever.

docs/platforms/magento.md, 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from token_service.domain.account_administration import AccountDetailError, check_resources
from token_service.domain.client_details import MAX_NAME
from token_service.domain.grants import Grant, TokenFormat
from token_service.domain.handles import RandomBytes
from token_service.domain.mint import TokenDetails, TokenMint
from token_service.domain.owners import Integration
from token_service.domain.ports import Clock, Registry
from token_service.domain.sealing import Sealer

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_CREDENTIAL_LENGTH = 32


def consumer_sealing(consumer_key: str) -> str:
    """What a sealed consumer secret belongs to."""
    return f"consumer {consumer_key}"


def token_sealing(consumer_key: str) -> str:
    """What a sealed access token secret belongs to."""
    return f"token {consumer_key}"


class NoSuchIntegrationError(LookupError):
    """There is no integration of this name."""


class Integrations(Registry[Integration], Protocol):
    """Keeps integrations, and finds them by name or by consumer key."""

    def find_by_name(self, name: str) -> Integration | None:
        """The integration of this name, or None."""

    def find_by_consumer_key(self, consumer_key: str) -> Integration | None:
        """The integration of this consumer, or None."""


@dataclass(frozen=True, slots=True)
class ConsumerCredentials:
    """Made with the integration, and shown once."""

    integration: Integration
    consumer_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessCredentials:
    """Made when it is activated, and shown once."""

    integration: Integration
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)


class IntegrationAdministration:
    """Every change is one conditional write; ending all tokens is a new epoch."""

    def __init__(
        self,
        *,
        registry: Integrations,
        mint: TokenMint,
        sealer: Sealer,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._registry = registry
        self._mint = mint
        self._sealer = sealer
        self._now = now
        self._random = random

    def create(self, name: str, resources: tuple[str, ...]) -> ConsumerCredentials:
        """Make an integration, not active yet.

        Raises:
            AccountDetailError: a detail is not acceptable.
            OwnerExistsError: the name is taken.

        """
        if not (0 < len(name.strip()) <= MAX_NAME and name.isprintable()):
            raise AccountDetailError(f"a name has 1 to {MAX_NAME} printable characters")
        check_resources(resources)
        key, secret = self._credential(), self._credential()
        integration = Integration(
            id=self._random(16).hex(),
            name=name.strip(),
            consumer_key=key,
            consumer_secret=self._sealer.seal(secret, consumer_sealing(key)),
            epoch=self._new_epoch(),
            created_at=self._now(),
            resources=resources,
        )
        self._registry.create(integration)
        return ConsumerCredentials(integration, secret)

    def activate(self, name: str) -> AccessCredentials:
        """Let it in with a new access token; former ones end.

        Raises:
            NoSuchIntegrationError, OwnerChangedError: see the names.

        """
        found, secret = self.show(name), self._credential()
        integration = self._registry.replace(
            replace(
                found,
                enabled=True,
                epoch=self._new_epoch(),
                token_secret=self._sealer.seal(secret, token_sealing(found.consumer_key)),
            )
        )
        token = self._mint.mint(
            TokenDetails(
                owner=integration,
                grant=Grant.INTEGRATION,
                form=TokenFormat.BASE36,
                lifetime=None,
            )
        )
        return AccessCredentials(integration, token.value, secret)

    def reauthorize(self, name: str) -> AccessCredentials:
        """Give an active integration a new access token and secret; the former ones end.

        Raises:
            NoSuchIntegrationError, OwnerChangedError: see the names.
            AccountDetailError: it is not active.

        """
        if not self.show(name).enabled:
            raise AccountDetailError(f"the integration {name} is not active: activate it")
        return self.activate(name)

    def deactivate(self, name: str) -> Integration:
        """Let it in no more, and end its token.

        Raises:
            NoSuchIntegrationError, OwnerChangedError: see the names.

        """
        return self._registry.replace(
            replace(self.show(name), enabled=False, epoch=self._new_epoch(), token_secret=None)
        )

    def grant(self, name: str, resources: tuple[str, ...]) -> Integration:
        """Let it use these resources and no others.

        Raises:
            NoSuchIntegrationError, OwnerChangedError, AccountDetailError: see the names.

        """
        check_resources(resources)
        return self._registry.replace(replace(self.show(name), resources=resources))

    def delete(self, name: str) -> None:
        """Remove it; its token ends with it.

        Raises:
            NoSuchIntegrationError: there is none of this name.

        """
        if not self._registry.delete(self.show(name)):
            raise NoSuchIntegrationError(name)

    def show(self, name: str) -> Integration:
        """The integration.

        Raises:
            NoSuchIntegrationError: there is none of this name.

        """
        integration = self._registry.find_by_name(name)
        if integration is None:
            raise NoSuchIntegrationError(name)
        return integration

    def list(self) -> Iterator[Integration]:
        """Every integration, in no particular order."""
        return self._registry.list()

    def _credential(self) -> str:
        """32 characters of 0-9 and a-z: 165 bits."""
        number = int.from_bytes(self._random(32))
        digits = []
        for _ in range(_CREDENTIAL_LENGTH):
            number, digit = divmod(number, len(_ALPHABET))
            digits.append(_ALPHABET[digit])
        return "".join(digits)

    def _new_epoch(self) -> str:
        return self._random(8).hex()
