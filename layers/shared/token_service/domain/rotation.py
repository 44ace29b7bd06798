"""Moving signing keys through their lives. Times are seconds.

A rotation looks at the two places where keys are kept and takes the one step that is due, then
looks again, until none is. A step is one write, which fails if its place has changed since it was
looked at. So a run may stop anywhere, and others may run beside it: whoever looks next goes on from
what is there.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.errors import Unavailable
from token_service.domain.handles import RandomBytes
from token_service.domain.key_pairs import is_valid, make_key, public_half
from token_service.domain.keyring import (
    Keyring,
    KeysChangedError,
    PrivateKeyring,
    PrivateKeys,
    PublicKeys,
)
from token_service.domain.keys import ANNOUNCE, KeyState, PrivateKey, PublicKey
from token_service.domain.ports import Clock

# More than the steps of the longest way; only others at the same work use the rest up.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class RotationPolicy:
    """The algorithm of new keys, and how old (seconds) a key that signs may get (None: any age)."""

    algorithm: SigningAlgorithm
    max_age: int | None = None


class Step(StrEnum):
    """What a run has done."""

    MADE = "made"
    DISCARDED = "discarded"
    PUBLISHED = "published"
    PROMOTED = "promoted"
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a run has done, and the published keys as it left them at that moment (seconds)."""

    steps: tuple[Step, ...]
    keyring: Keyring
    at: int

    def in_state(self, state: KeyState) -> PublicKey | None:
        """The key in this state, or None."""
        return next((key for key in self.keyring.keys if key.state is state), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain facts for logs, answers and an operator's screen; times in seconds."""
        current, coming = self.in_state(KeyState.CURRENT), self.in_state(KeyState.NEXT)
        return {
            "steps": list(self.steps),
            "current": current.kid if current else None,
            "key_age": self.at - current.signing_since if current else 0,
            "next": coming.kid if coming else None,
            "next_may_sign_at": coming.may_sign_at() if coming else None,
            "published": sum(key.verifies(self.at) for key in self.keyring.keys),
        }


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a run is to reach: keys of these ids sign no more, and of those verify no more."""

    policy: RotationPolicy
    outworn: frozenset[str] = frozenset()
    compromised: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Look:
    """What a run sees of both places, and what it is to reach."""

    public: Keyring
    private: PrivateKeyring
    wish: _Wish
    now: int

    @property
    def signing(self) -> PublicKey | None:
        """The key that signs, as published."""
        return self.public.find(self.private.current.kid) if self.private.current else None

    @property
    def coming(self) -> PublicKey | None:
        """The key that will, as published."""
        return self.public.find(self.private.next.kid) if self.private.next else None

    def publishing(self, *keys: PublicKey) -> Keyring:
        """The keyring with these keys."""
        since = self.now if self.public.since is None else self.public.since
        return replace(self.public, keys=keys, since=since)


type _Due = tuple[Step, Keyring | PrivateKeyring]


class KeyRotation:
    """Gives a deployment its keys; safe to interrupt, to run again and to run twice at once."""

    def __init__(
        self, public: PublicKeys, private: PrivateKeys, now: Clock, random: RandomBytes
    ) -> None:
        """`now` gives seconds since the epoch; `random` names the keys (it does not make them)."""
        self._public = public
        self._private = private
        self._now = now
        self._random = random

    def advance(self, policy: RotationPolicy) -> Rotated:
        """Do what is due: the first key, the next one, letting it sign, forgetting former ones.

        Raises:
            Unavailable: a store did not answer, or others kept interfering; run again.

        """
        return self._reach(_Wish(policy))

    def rotate(self, policy: RotationPolicy) -> Rotated:
        """Let the key that signs now be followed, by the next one if that is published already.

        Raises:
            Unavailable: as `advance`.

        """
        signing = self._private.keyring().current
        return self._reach(_Wish(policy, outworn=frozenset({signing.kid} if signing else ())))

    def replace_compromised(self, policy: RotationPolicy) -> Rotated:
        """Trust no key that there is now: a new one signs at once, and nothing else verifies.

        Raises:
            Unavailable: as `advance`; run again, for nothing may have been withdrawn yet.

        """
        published, private = self._public.keyring(), self._private.keyring()
        signing = {key.kid for key in (private.current, private.next) if key}
        kids = frozenset(signing | {key.kid for key in published.keys})
        return self._reach(_Wish(policy, outworn=kids, compromised=kids))

    def _reach(self, wish: _Wish) -> Rotated:
        steps: list[Step] = []
        for _ in range(_TRIES):
            # In this order: whatever signs, or will, was put into the secret before it was
            # published, so a published key that the secret lacks is really gone from it.
            keyring = self._public.keyring()
            private = self._private.keyring()
            look = _Look(keyring, private, wish, self._now())
            due = _mend(look) or self._prepare(look) or _finish(look)
            if due is None:
                return Rotated(tuple(steps), keyring, look.now)
            step, changed = due
            try:
                if isinstance(changed, Keyring):
                    self._public.save(changed)
                else:
                    self._private.save(changed)
            except KeysChangedError:
                continue
            steps.append(step)
        raise Unavailable(detail="the signing keys kept changing")

    def _prepare(self, look: _Look) -> _Due | None:
        """A next key where one is needed, in the secret first and then published."""
        private = look.private
        if private.next is None and _must_be_followed(look.signing, look.wish, look.now):
            made, _ = make_key(look.wish.policy.algorithm, look.now, self._random)
            return Step.MADE, replace(private, next=made)
        if private.next and look.coming is None:
            published = public_half(private.next, look.now)
            return Step.PUBLISHED, look.publishing(*look.public.keys, published)
        return None


def _mend(look: _Look) -> _Due | None:
    """What signs is recorded as current, whatever was; what must not sign next is discarded."""
    current, signing, coming = look.private.current, look.signing, look.private.next
    if current and (signing is None or signing.state in (KeyState.NEXT, KeyState.PREVIOUS)):
        return Step.RECORDED, look.publishing(*_with_current(look.public, current, look.now))
    if coming and (
        coming.algorithm is not look.wish.policy.algorithm
        or coming.kid in look.wish.compromised
        or (look.coming is not None and look.coming.withdrawn)
        # Functions that sign do not validate the key again.
        or not is_valid(coming)
    ):
        return Step.DISCARDED, replace(look.private, next=None)
    return None


def _finish(look: _Look) -> _Due | None:
    """What may sign signs, and what nothing needs is no longer published."""
    keys, private, wish = look.public.keys, look.private, look.wish
    if any(key.kid in wish.compromised and not key.withdrawn for key in keys):
        return Step.WITHDRAWN, look.publishing(*_withdrawing(keys, wish.compromised, look.now))
    # With nothing that can be verified in use, a key signs that verifiers have yet to learn of.
    urgent = look.signing is None or look.signing.withdrawn
    if look.coming and (urgent or look.now >= look.coming.may_sign_at()):
        return Step.PROMOTED, replace(private, current=private.next, next=None)
    kept = tuple(key for key in keys if not _is_gone(key, private.next, look.now))
    return None if kept == keys else (Step.FORGOTTEN, look.publishing(*kept))


def _must_be_followed(signing: PublicKey | None, wish: _Wish, now: int) -> bool:
    """Whether the key that signs needs a next one, early enough for that to be announced."""
    if signing is None or signing.withdrawn or signing.kid in wish.outworn:
        return True
    if signing.algorithm is not wish.policy.algorithm:
        return True
    max_age = wish.policy.max_age
    return max_age is not None and now - signing.signing_since >= max_age - ANNOUNCE


def _with_current(public: Keyring, current: PrivateKey, now: int) -> tuple[PublicKey, ...]:
    """The key that signs, recorded as current; the one that was, as retired no earlier than now."""
    known = public.find(current.kid) or public_half(current, now)
    former = (
        replace(key, state=KeyState.PREVIOUS, retired_at=now)
        if key.state is KeyState.CURRENT
        else key
        for key in public.keys
        if key.kid != current.kid
    )
    return (
        replace(known, state=KeyState.CURRENT, signs_since=now, retired_at=None),
        *former,
    )


def _withdrawing(
    keys: tuple[PublicKey, ...], kids: frozenset[str], now: int
) -> tuple[PublicKey, ...]:
    """What is withdrawn stays on record, so that nothing ever publishes it again."""
    return tuple(
        replace(key, state=KeyState.WITHDRAWN, retired_at=now)
        if key.kid in kids and not key.withdrawn
        else key
        for key in keys
    )


def _is_gone(key: PublicKey, coming: PrivateKey | None, now: int) -> bool:
    """Whether nothing alive was signed by it, and nothing ever will be."""
    discarded = key.state is KeyState.NEXT and (coming is None or key.kid != coming.kid)
    return discarded or key.is_over(now)
