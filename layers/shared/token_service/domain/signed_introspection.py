"""Introspection answers that a resource server can keep and show to others (RFC 9701)."""

from collections.abc import Mapping

from token_service.domain.jws import write_jws
from token_service.domain.keys import SigningKeys
from token_service.domain.ports import Clock

TYPE = "token-introspection+jwt"


class IntrospectionSigner:
    """Signs answers with the key that signs tokens; the type keeps the two apart."""

    def __init__(self, keys: SigningKeys, issuer: str, now: Clock) -> None:
        """`now` gives seconds since the epoch."""
        self._keys = keys
        self._issuer = issuer
        self._now = now

    def sign(self, caller: str, answer: Mapping[str, object]) -> str:
        """The answer as a JWT for the client id `caller` (RFC 9701 section 5).

        It has no `sub` and no `exp` of its own, so that it cannot pass for an access token where
        nobody looks at the type (RFC 9701 section 8.1).

        Raises:
            Unavailable: the secret could not be read and none was read before.

        """
        claims = {
            "iss": self._issuer,
            "aud": caller,
            "iat": self._now(),
            "token_introspection": dict(answer),
        }
        return write_jws(TYPE, claims, self._keys.current())
