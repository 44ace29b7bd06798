"""The people behind identities at OpenID providers: linked for good at their first sign-in."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from token_service.domain.errors import InvalidGrant, Unavailable
from token_service.domain.handles import RandomBytes, new_uuid
from token_service.domain.login import MAX_USERNAME
from token_service.domain.model import Account, OwnerKind, OwnerRef
from token_service.domain.openid import Identity, OpenIdProvider
from token_service.domain.ports import Accounts, Clock, OwnerExistsError

# A display name is somebody else's text: what is kept of it is bounded.
_MAX_NAME = 255


class IdentityLinks(Protocol):
    """Which person an identity belongs to. Every method may raise Unavailable."""

    def find(self, identity: str) -> str | None:
        """The person's id, strongly consistent, or None."""

    def keep(self, identity: str, person: str, instead_of: str | None) -> bool:
        """Link an identity, unless it is linked to somebody else by now; False then."""


class LinkedShoppers:
    """Finds the person of an identity, or makes one.

    The link is written before the person, so that an interruption leaves a link to nobody, who is
    made at the next sign-in: never a person whom no link leads to.
    """

    def __init__(
        self,
        accounts: Mapping[OwnerKind, Accounts],
        links: IdentityLinks,
        now: Clock,
        random: RandomBytes,
    ) -> None:
        """`now` gives seconds since the epoch; `random` gives n unpredictable bytes."""
        self._accounts = accounts
        self._links = links
        self._now = now
        self._random = random

    def belonging_to(self, kind: OwnerKind, provider: OpenIdProvider, one: Identity) -> OwnerRef:
        """The person of this identity, made at their first sign-in.

        An address makes or finds a person only if the provider vouches for it: whoever could claim
        another's would sign in as that other, or wait in an account that the other takes for new.

        Raises:
            InvalidGrant: the provider vouches for no e-mail address.
            Unavailable: the store did not answer, or others kept interfering.

        """
        identity = sha256(f"{kind} {provider.id} {one.subject}".encode()).hexdigest()
        linked = self._links.find(identity)
        if linked is not None and self._accounts[kind].find(linked) is not None:
            return OwnerRef(kind, linked)
        email = self._vouched_for(provider, one)
        person = linked or new_uuid(self._random)
        if linked is None and not self._links.keep(identity, person, None):
            raise Unavailable(detail="the same identity signs in twice at once")
        try:
            self._accounts[kind].create(self._account(kind, person, email, one.name))
        except OwnerExistsError:
            return self._link_to_existing(kind, identity, email, person)
        return OwnerRef(kind, person)

    def _vouched_for(self, provider: OpenIdProvider, one: Identity) -> str:
        email = (one.email or "").strip()
        usable = 0 < len(email) <= MAX_USERNAME and email.isprintable() and "@" in email
        if not usable or not (one.email_verified or provider.trust_email):
            raise InvalidGrant(detail="the provider vouches for no e-mail address")
        return email

    def _account(self, kind: OwnerKind, person: str, email: str, name: str) -> Account:
        printable = "".join(letter for letter in name if letter.isprintable())
        return Account(
            kind=kind,
            id=person,
            username=email,
            password_hash=None,
            epoch=self._random(8).hex(),
            created_at=self._now(),
            name=printable[:_MAX_NAME] or email,
            email=email,
        )

    def _link_to_existing(
        self, kind: OwnerKind, identity: str, email: str, person: str
    ) -> OwnerRef:
        """Somebody has the address already: the same person, as the provider vouches."""
        existing = self._accounts[kind].find_by_username(email)
        if existing is None:
            raise Unavailable(detail="the account was removed just now")
        if existing.id != person and not self._links.keep(identity, existing.id, person):
            raise Unavailable(detail="the same identity signs in twice at once")
        return existing.ref
