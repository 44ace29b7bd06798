"""The people behind identities at OpenID providers: linked for good at their first sign-in."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Protocol

from token_service.domain.errors import InvalidGrant, Unavailable
from token_service.domain.handles import RandomBytes, new_uuid
from token_service.domain.login import MAX_USERNAME
from token_service.domain.openid import Identity, OpenIdProvider
from token_service.domain.owners import Account, OwnerKind, OwnerRef
from token_service.domain.ports import Accounts, Clock, OwnerChangedError, OwnerExistsError

# A display name is somebody else's text: what is kept of it is bounded.
_MAX_NAME = 255


class IdentityLinks(Protocol):
    """Which person an identity belongs to, and which identity a person's seat at a provider.

    Every method may raise Unavailable.
    """

    def find(self, identity: str) -> str | None:
        """What it is linked to, strongly consistent, or None."""

    def keep(self, identity: str, person: str, instead_of: str | None) -> bool:
        """Link an identity, unless it is linked to somebody else by now; False then."""


class LinkedShoppers:
    """Finds the person of an identity, or makes one.

    The link is written before the person, so that an interruption leaves a link to nobody, who is
    made at the next sign-in: never a person whom no link leads to.

    A person has one seat at each provider, which belongs to the first identity that takes it:
    a provider gives a mailbox to somebody else one day, and never a subject.
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
            InvalidGrant: the provider vouches for no e-mail address, or the address was somebody
                else's at the same provider.
            Unavailable: the store did not answer, or others kept interfering.

        """
        identity = _digest(f"{kind} {provider.id} {one.subject}")
        linked = self._links.find(identity)
        if linked is not None and self._accounts[kind].find(linked) is not None:
            return OwnerRef(kind, linked)
        email = self._vouched_for(provider, one)
        person = linked or new_uuid(self._random)
        if linked is None and not self._links.keep(identity, person, None):
            raise Unavailable(detail="the same identity signs in twice at once")
        self._take_seat(kind, provider, person, identity)
        try:
            self._accounts[kind].create(self._account(kind, person, email, one.name))
        except OwnerExistsError:
            existing = self._accounts[kind].find_by_username(email)
            if existing is None:
                raise Unavailable(detail="the account was removed just now") from None
        else:
            return OwnerRef(kind, person)
        if existing.id != person:
            self._take_seat(kind, provider, existing.id, identity)
            self._hand_over(existing, email)
            if not self._links.keep(identity, existing.id, person):
                raise Unavailable(detail="the same identity signs in twice at once")
        return existing.ref

    def _take_seat(
        self, kind: OwnerKind, provider: OpenIdProvider, person: str, identity: str
    ) -> None:
        """Make this the person's one identity at the provider, before anything else is theirs."""
        seat = _digest(f"seat {kind} {provider.id} {person}")
        if not self._links.keep(seat, identity, None):
            raise InvalidGrant(detail="the address was another subject's of this provider")

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

    def _hand_over(self, existing: Account, email: str) -> None:
        """Somebody has the address already: from now on whoever the provider vouches for alone.

        They may have signed up with an address that is not theirs and wait for its owner. So their
        password, their address for one-time passwords and their tokens end, before the link is
        written: after an interruption the next sign-in does it again. The other way round it
        would find the link, and leave the account open to both.
        """
        changed = replace(existing, password_hash=None, email=email, epoch=self._random(8).hex())
        try:
            self._accounts[existing.kind].replace(changed)
        except OwnerChangedError as error:
            raise Unavailable(detail="the account was changed just now") from error


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
