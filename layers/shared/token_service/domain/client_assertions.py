"""Clients that prove themselves by a signed JWT: private_key_jwt (RFC 7521, RFC 7523 section 3)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from token_service.domain.algorithms import SigningAlgorithm
from token_service.domain.client_keys import fitting_keys
from token_service.domain.errors import InvalidClient
from token_service.domain.jws import (
    Jws,
    MalformedJwsError,
    audiences,
    numeric_date,
    read_jws,
)
from token_service.domain.limits import CLOCK_SKEW, HOUR, LIMITS
from token_service.domain.owners import Client
from token_service.domain.ports import Clock, Nonces

# RFC 8725 section 3.11: an access token or a DPoP proof is no assertion. Many clients name no type
# or plain JWT; draft-ietf-oauth-rfc7523bis has a type of its own.
_TYPES = frozenset({"", "jwt", "client-authentication+jwt"})
# Common libraries make an assertion for an hour; their clocks may be ahead by the skew.
MAX_LIFETIME = HOUR
_PRINTABLE = re.compile(r"[\x20-\x7e]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProvedAssertion:
    """An assertion that was proved, by the key of this id; its `jti` is still to be used up."""

    jti: str
    expires_at: int
    kid: str | None


def named_client(assertion: str) -> str | None:
    """The client that an assertion names, unproved; None if it names none."""
    try:
        subject = read_jws(assertion, _TYPES).unproved_claims().get("sub")
    except MalformedJwsError:
        return None
    if not isinstance(subject, str) or len(subject) > LIMITS.client_id:
        return None
    return subject if _PRINTABLE.fullmatch(subject) else None


class ClientAssertions:
    """Proves assertions, and lets each prove a client once."""

    def __init__(self, audiences: frozenset[str], nonces: Nonces, now: Clock) -> None:
        """`audiences` are the names of this server that an assertion may be for.

        They are the issuer, the token endpoints and the endpoint called: what RFC 7523 section 3
        and RFC 9126 section 2 let clients use. draft-ietf-oauth-rfc7523bis asks them for the
        issuer alone, which is among these.
        """
        self._audiences = audiences
        self._nonces = nonces
        self._now = now

    def prove(self, client: Client, assertion: str) -> ProvedAssertion:
        """Check everything but whether it was used before.

        Raises:
            InvalidClient: not signed by a key of this client, or not saying what it has to.

        """
        try:
            jws = read_jws(assertion, _TYPES)
            return self._proved(client, *_signed_claims(client, jws))
        except MalformedJwsError as error:
            raise InvalidClient(detail="assertion malformed or wrongly signed") from error

    def use_up(self, client: Client, proved: ProvedAssertion) -> None:
        """Let an assertion count this once; one write.

        Raises:
            InvalidClient: it was used before.
            Unavailable: the store did not answer.

        """
        # Kept for the skew longer, in which another function may still think it alive.
        until = proved.expires_at + CLOCK_SKEW
        if not self._nonces.use(f"assertion {client.id} {proved.jti}", until):
            raise InvalidClient(detail="assertion replayed")

    def _proved(
        self, client: Client, claims: Mapping[str, Any], kid: str | None
    ) -> ProvedAssertion:
        now = self._now()
        expires_at = numeric_date(claims, "exp")
        begins = [numeric_date(claims, name) for name in ("iat", "nbf") if name in claims]
        jti, audience = claims.get("jti"), audiences(claims)
        problems = {
            "assertion not issued by the client": claims.get("iss") != client.id,
            "assertion not about the client": claims.get("sub") != client.id,
            # Every member must mean us: nobody else who got it could then use it here.
            "assertion not for this server": (
                not audience or not self._audiences.issuperset(audience)
            ),
            "assertion expired": now >= expires_at,
            "assertion lives too long": expires_at > now + MAX_LIFETIME + CLOCK_SKEW,
            "assertion not valid yet": any(begin > now + CLOCK_SKEW for begin in begins),
        }
        for problem, is_one in problems.items():
            if is_one:
                raise InvalidClient(detail=problem)
        if not isinstance(jti, str) or len(jti) > LIMITS.jti or not _PRINTABLE.fullmatch(jti):
            raise InvalidClient(detail="assertion without a usable jti")
        return ProvedAssertion(jti, expires_at, kid)


def _signed_claims(client: Client, jws: Jws) -> tuple[Mapping[str, Any], str | None]:
    """The claims, signed by one of the client's registered keys and no other; and that key's id.

    `jku`, `jwk`, `x5u` and `x5c` are never looked at.
    """
    algorithm, kid = jws.header.get("alg"), jws.header.get("kid")
    if algorithm not in list(SigningAlgorithm) or not isinstance(jws.header.get("kid", ""), str):
        raise MalformedJwsError
    for key in fitting_keys(client.jwks, SigningAlgorithm(algorithm), kid):
        with suppress(MalformedJwsError):
            return jws.claims(key), key.kid or None
    raise MalformedJwsError
