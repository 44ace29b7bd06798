"""Single sign-on: shoppers who prove themselves at somebody else's OpenID provider.

A storefront sends its shopper here; this service sends them on to the provider, checks the answer,
and gives the storefront a code, which it redeems with its PKCE verifier (RFC 7636). Nothing is kept
on the way: the state that travels with the shopper and the code are sealed, short-lived, and used
up by one conditional write each. Times are seconds since the epoch.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

from token_service.domain.errors import InvalidGrant, InvalidRequest, ServiceError, Unavailable
from token_service.domain.handles import RandomBytes
from token_service.domain.limits import MINUTE
from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.openid import (
    Exchange,
    Identity,
    OpenIdProvider,
    ProviderRefusedError,
    Providers,
    RelyingParty,
    provider_sealing,
)
from token_service.domain.owners import OwnerKind, OwnerRef
from token_service.domain.sealing import Sealer
from token_service.domain.sign_in_codes import SignInCodes, challenge_of

# How long a shopper may take at the provider.
STATE_LIFETIME = 10 * MINUTE
# The state travels in a URL, with the storefront's own state and address inside.
_MAX_TEXT = 512
_STATE = "single sign-on state"
# RFC 7636 section 4.2: an S256 challenge has 43 characters.
_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}", re.ASCII)
# What the storefront is told of a refusal (RFC 6749 section 4.1.2.1).
_TOLD = {
    InvalidGrant.code: "access_denied",
    Unavailable.code: "temporarily_unavailable",
}
# What a storefront may say to the provider through us (OpenID Connect Core section 3.1.2.1).
PASSED_ON = frozenset({"display", "prompt", "ui_locales", "login_hint"})


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """A storefront's authorization request (OpenID Connect Core section 3.1.2.1), as it came."""

    kind: OwnerKind
    provider_id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send a shopper, and the value that marks their browser until they come back."""

    url: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Return:
    """A shopper who comes back from a provider; `browser` is the mark they left with."""

    kind: OwnerKind
    provider_id: str
    fields: Mapping[str, str] = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where to send a shopper who came back, and why they were not let in (None: they were)."""

    url: str = field(repr=False)
    refusal: ServiceError | None = None


class Shoppers(Protocol):
    """The people behind identities."""

    def belonging_to(self, kind: OwnerKind, provider: OpenIdProvider, one: Identity) -> OwnerRef:
        """The person of this identity, made at their first sign-in.

        Raises:
            InvalidGrant: the provider vouches for no e-mail address, or it is somebody else's.
            Unavailable: the store did not answer.

        """


class SingleSignOn:
    """Sends shoppers to their provider and takes them back."""

    def __init__(  # noqa: PLR0913 - the composition root names each collaborator once
        self,
        *,
        providers: Providers,
        relying_party: RelyingParty,
        shoppers: Shoppers,
        sealer: Sealer,
        seals: OneTimeSeals,
        codes: SignInCodes,
        random: RandomBytes,
    ) -> None:
        """`sealer` opens providers' secrets; `random` gives n unpredictable bytes."""
        self._providers = providers
        self._relying_party = relying_party
        self._shoppers = shoppers
        self._sealer = sealer
        self._seals = seals
        self._codes = codes
        self._random = random

    def begin(self, request: SignInRequest, callback: str) -> Departure:
        """Where to send the shopper; the state that goes along holds all that comes back.

        Raises:
            InvalidRequest: the storefront asked wrongly; nobody is sent anywhere.
            ProviderRefusedError: the provider's metadata cannot be believed.
            Unavailable: the store or the provider did not answer.

        """
        provider = self._provider(request.provider_id, request.kind)
        _check(request.fields, provider)
        browser, nonce, verifier = self._secret(), self._secret(), self._secret()
        state = self._seals.seal(
            _STATE,
            {
                "kind": request.kind,
                "provider": provider.id,
                "redirect_uri": request.fields["redirect_uri"],
                "state": request.fields["state"],
                "challenge": request.fields["code_challenge"],
                "nonce": nonce,
                "verifier": verifier,
                "browser": sha256(browser.encode()).hexdigest(),
            },
            STATE_LIFETIME,
        )
        query = {name: request.fields[name] for name in PASSED_ON if name in request.fields} | {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": callback,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        return Departure(
            _with(self._relying_party.authorization_endpoint(provider), query), browser
        )

    def complete(self, back: Return, callback: str) -> Arrival:
        """The storefront's address to send the shopper back to, with a code or the refusal.

        Raises:
            InvalidRequest: the state is not ours, too old, used before, of another browser; nobody
                is sent anywhere.
            Unavailable: the store did not answer.

        """
        state = self._seals.open(_STATE, back.fields.get("state", ""))
        if (
            state is None
            or state["kind"] != back.kind
            or state["provider"] != back.provider_id
            or not compare_digest(state["browser"], sha256(back.browser.encode()).hexdigest())
            or not self._seals.use_up(_STATE, state)
        ):
            raise InvalidRequest("The sign-in was not begun in this browser, or is over.")
        refusal: ServiceError | None = None
        try:
            answer = {"code": self._code(back, state, callback)}
        except (InvalidGrant, InvalidRequest, Unavailable) as error:
            refusal = error
            lies = isinstance(error, ProviderRefusedError)
            answer = {"error": "server_error" if lies else _TOLD.get(error.code, "server_error")}
        return Arrival(_with(state["redirect_uri"], answer | {"state": state["state"]}), refusal)

    def _code(self, back: Return, state: Mapping[str, Any], callback: str) -> str:
        """A code for the storefront, after the provider's own was exchanged."""
        provider = self._provider(back.provider_id, back.kind)
        # RFC 9207: an answer that names another issuer was meant for somebody else.
        if back.fields.get("iss", provider.issuer) != provider.issuer:
            raise ProviderRefusedError(detail="the answer names another issuer")
        if "code" not in back.fields:
            raise InvalidGrant(detail="the provider gave no code")
        secret = self._sealer.open(provider.client_secret, provider_sealing(provider.id))
        exchange = Exchange(back.fields["code"], callback, state["nonce"], state["verifier"])
        identity = self._relying_party.identity(provider, secret, exchange)
        owner = self._shoppers.belonging_to(back.kind, provider, identity)
        return self._codes.write(owner, state["redirect_uri"], state["challenge"])

    def _provider(self, provider_id: str, kind: OwnerKind) -> OpenIdProvider:
        provider = self._providers.find(provider_id)
        if provider is None or kind not in provider.kinds:
            raise InvalidRequest("There is no such OpenID Connect profile.")
        return provider

    def _secret(self) -> str:
        return urlsafe_b64encode(self._random(32)).rstrip(b"=").decode()


def _check(fields: Mapping[str, str], provider: OpenIdProvider) -> None:
    """Refuse what could not come back safely; nothing is redirected before all of it holds."""
    problems = {
        "The redirect_uri is not one of this profile's.": (
            fields.get("redirect_uri") not in provider.redirect_uris
        ),
        "The response_type must be code.": fields.get("response_type") != "code",
        "The scope must contain openid.": "openid" not in fields.get("scope", "").split(),
        f"A state of 1 to {_MAX_TEXT} characters is required.": (
            not 1 <= len(fields.get("state", "")) <= _MAX_TEXT
        ),
        "The code_challenge_method must be S256.": fields.get("code_challenge_method") != "S256",
        "The code_challenge must have 43 characters of base64url.": (
            not _CHALLENGE.fullmatch(fields.get("code_challenge", ""))
        ),
        "A parameter is too long.": any(len(value) > _MAX_TEXT for value in fields.values()),
    }
    for problem, is_one in problems.items():
        if is_one:
            raise InvalidRequest(problem)


def _with(url: str, query: Mapping[str, str]) -> str:
    """The URL with more parameters; what its query has already stays."""
    parts = urlsplit(url)
    joined = "&".join(part for part in (parts.query, urlencode(query)) if part)
    return urlunsplit(parts._replace(query=joined))
