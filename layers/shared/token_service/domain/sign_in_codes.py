"""Authorization codes of single sign-on: what a storefront redeems for its shopper's token.

RFC 6749 section 4.1.2 and RFC 7636: bound to a redirect URI and to a challenge, good once and for
two minutes.
"""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

from token_service.domain.errors import InvalidGrant
from token_service.domain.limits import MINUTE
from token_service.domain.one_time_seals import OneTimeSeals
from token_service.domain.owners import OwnerKind, OwnerRef

CODE_LIFETIME = 2 * MINUTE
_PURPOSE = "single sign-on code"
# RFC 7636 section 4.1
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}", re.ASCII)


class SignInCodes:
    """Writes codes and redeems them."""

    def __init__(self, seals: OneTimeSeals) -> None:
        """`seals` keep what a code stands for."""
        self._seals = seals

    def write(self, owner: OwnerRef, redirect_uri: str, challenge: str) -> str:
        """A code that stands for this person, at this address, for who knows the verifier."""
        facts = {
            "kind": owner.kind,
            "owner": owner.id,
            "redirect_uri": redirect_uri,
            "challenge": challenge,
        }
        return self._seals.seal(_PURPOSE, facts, CODE_LIFETIME)

    def redeem(self, kind: OwnerKind, code: str, redirect_uri: str, verifier: str) -> OwnerRef:
        """The person a code stands for, once.

        Raises:
            InvalidGrant: not our code, too old, used before, or of another storefront.
            Unavailable: the store did not answer.

        """
        held = self._seals.open(_PURPOSE, code)
        if (
            held is None
            or held["kind"] != kind
            or held["redirect_uri"] != redirect_uri
            or not _VERIFIER.fullmatch(verifier)
            or not compare_digest(held["challenge"], challenge_of(verifier))
            or not self._seals.use_up(_PURPOSE, held)
        ):
            raise InvalidGrant(detail="sign-in code refused")
        return OwnerRef(kind, held["owner"])


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
