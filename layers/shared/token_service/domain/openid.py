"""OpenID providers: what is kept of each, what is asked of them, and how an operator names them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from token_service.domain.errors import Unavailable
from token_service.domain.handles import RandomBytes, new_uuid
from token_service.domain.owners import OwnerKind
from token_service.domain.ports import Clock
from token_service.domain.sealing import Sealer

_MAX_TEXT = 255
_MAX_PROVIDERS = 10
_MAX_REDIRECT_URIS = 10
# RFC 6749 appendices A.1 and A.2: a client id and a secret may hold a space.
_VISIBLE = re.compile(r"[\x20-\x7e]{1,255}", re.ASCII)
_URL = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_SHOPPERS = frozenset({OwnerKind.CUSTOMER, OwnerKind.ACCOUNT_MEMBER})
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """A provider that an operator trusts; its client secret is kept sealed.

    `redirect_uris` are the storefront's addresses that shoppers may be sent back to, exactly.
    `kinds` are those of the shoppers that it may sign in: whom it vouches for becomes one of them.
    `trust_email` takes its e-mail addresses for verified where it does not say so.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    kinds: tuple[OwnerKind, ...]
    trust_email: bool
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a provider says somebody is; `subject` is unique at that provider and never reused."""

    subject: str
    email: str | None
    email_verified: bool
    name: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What it takes to turn a provider's code into an identity."""

    code: str = field(repr=False)
    callback: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class ProviderRefusedError(Unavailable):
    """The provider's answer cannot be believed; `detail` says what was wrong with it.

    Nobody can sign in by it until that is mended, which is not for the caller to do.
    """


class Providers(Protocol):
    """The providers an operator trusts."""

    def find(self, provider_id: str) -> OpenIdProvider | None:
        """The provider, or None; raises Unavailable."""


class RelyingParty(Protocol):
    """Talks to providers.

    Every method raises Unavailable if the provider does not answer, and ProviderRefusedError if
    what it answers cannot be believed.
    """

    def authorization_endpoint(self, provider: OpenIdProvider) -> str:
        """Where the provider takes authorization requests."""

    def identity(self, provider: OpenIdProvider, secret: str, exchange: Exchange) -> Identity:
        """Exchange a code, check the ID token (OpenID Connect Core section 3.1.3.7)."""


class ProviderDetailError(ValueError):
    """A detail given for a provider is not acceptable; the message names it."""


class NoSuchProviderError(LookupError):
    """There is no provider of this id."""


@dataclass(frozen=True, slots=True)
class NewProvider:
    """What an operator says of a provider; see OpenIdProvider."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    kinds: tuple[OwnerKind, ...] = (OwnerKind.CUSTOMER,)
    trust_email: bool = False


class ProviderRegistry(Providers, Protocol):
    """Keeps the providers."""

    def list(self) -> tuple[OpenIdProvider, ...]:
        """All of them, oldest first."""

    def read(self) -> tuple[tuple[OpenIdProvider, ...], int]:
        """All of them, oldest first, and the version of the whole."""

    def write(self, providers: Iterable[OpenIdProvider], over: int) -> None:
        """Keep these instead of what was read at version `over`; raises OwnerChangedError."""


class ProviderAdministration:
    """What an operator does with providers: what was read is written over, or nothing is."""

    def __init__(
        self, registry: ProviderRegistry, sealer: Sealer, now: Clock, random: RandomBytes
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._registry = registry
        self._sealer = sealer
        self._now = now
        self._random = random

    def create(self, details: NewProvider) -> OpenIdProvider:
        """Trust a provider from now on.

        Raises:
            ProviderDetailError: a detail is not acceptable.
            OwnerChangedError: somebody else changed the providers meanwhile.

        """
        kept, version = self._registry.read()
        if len(kept) >= _MAX_PROVIDERS:
            raise ProviderDetailError(f"there are {_MAX_PROVIDERS} providers at most")
        _check(details)
        now, identifier = self._now(), new_uuid(self._random)
        provider = OpenIdProvider(
            id=identifier,
            name=details.name,
            issuer=details.issuer,
            client_id=details.client_id,
            client_secret=self._sealer.seal(details.client_secret, provider_sealing(identifier)),
            redirect_uris=details.redirect_uris,
            kinds=details.kinds,
            trust_email=details.trust_email,
            created_at=now,
            updated_at=now,
        )
        self._registry.write((*kept, provider), over=version)
        return provider

    def show(self, provider_id: str) -> OpenIdProvider:
        """The provider.

        Raises:
            NoSuchProviderError: there is none of this id.

        """
        provider = self._registry.find(provider_id)
        if provider is None:
            raise NoSuchProviderError(provider_id)
        return provider

    def list(self) -> tuple[OpenIdProvider, ...]:
        """All providers, oldest first."""
        return self._registry.list()

    def set_secret(self, provider_id: str, client_secret: str) -> OpenIdProvider:
        """Use another client secret from now on.

        Raises:
            NoSuchProviderError: there is none of this id.
            ProviderDetailError: the secret is not acceptable.
            OwnerChangedError: somebody else changed the providers meanwhile.

        """
        by_id, version = self._read(provider_id)
        _check_secret(client_secret)
        sealed = self._sealer.seal(client_secret, provider_sealing(provider_id))
        changed = replace(by_id[provider_id], client_secret=sealed, updated_at=self._now())
        by_id[provider_id] = changed  # in the place it had
        self._registry.write(by_id.values(), over=version)
        return changed

    def delete(self, provider_id: str) -> None:
        """Trust the provider no longer; who signed in by it keeps the tokens until they expire.

        Raises:
            NoSuchProviderError: there is none of this id.
            OwnerChangedError: somebody else changed the providers meanwhile.

        """
        by_id, version = self._read(provider_id)
        del by_id[provider_id]
        self._registry.write(by_id.values(), over=version)

    def _read(self, provider_id: str) -> tuple[dict[str, OpenIdProvider], int]:
        """All providers by id, this one among them, and the version of the whole."""
        kept, version = self._registry.read()
        by_id = {one.id: one for one in kept}
        if provider_id not in by_id:
            raise NoSuchProviderError(provider_id)
        return by_id, version


def provider_sealing(provider_id: str) -> str:
    """What a provider's client secret is sealed as."""
    return f"openid provider {provider_id}"


def _check(details: NewProvider) -> None:
    uris = details.redirect_uris
    problems = {
        f"name must have 1 to {_MAX_TEXT} printable characters": not (
            0 < len(details.name) <= _MAX_TEXT and details.name.isprintable()
        ),
        "issuer must be an https URL without query and fragment": not _is_web(details.issuer)
        or "?" in details.issuer,
        f"client id must have 1 to {_MAX_TEXT} characters": not _VISIBLE.fullmatch(
            details.client_id
        ),
        f"there must be 1 to {_MAX_REDIRECT_URIS} redirect URIs": (
            not 1 <= len(uris) <= _MAX_REDIRECT_URIS
        ),
        "it must be for customers, account members or both": (
            not details.kinds or not _SHOPPERS.issuperset(details.kinds)
        ),
        "redirect URIs are https URLs without fragment": not all(_is_web(uri) for uri in uris),
    }
    for problem, is_one in problems.items():
        if is_one:
            raise ProviderDetailError(problem)
    _check_secret(details.client_secret)


def _check_secret(client_secret: str) -> None:
    if not _VISIBLE.fullmatch(client_secret):
        raise ProviderDetailError(f"client secret must have 1 to {_MAX_TEXT} characters")


def _is_web(url: str) -> bool:
    """An https URL, or one of this machine for trying things out (RFC 8252 section 7.3)."""
    if not _URL.fullmatch(url) or "#" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    secure = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    )
    return secure and bool(parts.hostname) and parts.username is None
