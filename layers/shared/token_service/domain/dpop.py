"""DPoP proofs (RFC 9449): that a caller holds the private key which a token is bound to."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from token_service.domain.algorithms import LoadedKey, SigningAlgorithm, load_jwk
from token_service.domain.base64url import base64url_encode
from token_service.domain.errors import InvalidProof, NonceRequired
from token_service.domain.jwk import WeakKeyError
from token_service.domain.jws import Jws, MalformedJwsError, numeric_date, read_jws
from token_service.domain.limits import MINUTE
from token_service.domain.ports import Clock, Nonces
from token_service.domain.server_nonces import ServerNonces
from token_service.domain.target_uri import normalized

_TYPES = frozenset({"dpop+jwt"})
# How far a proof's `iat` may be from our clock, either way: a minute, and 10 s for our own clocks
# (RFC 9449 section 11.1: seconds or minutes, and room for clocks that run fast).
WINDOW = MINUTE + 10
# RFC 9449 section 4.2 asks for 96 random bits or a UUID: some 40 characters.
_JTI = re.compile(r"[\x20-\x7e]{1,256}", re.ASCII)
# What a thumbprint is made of (RFC 7638 section 3.2, RFC 8037 section 2), in order.
_IDENTIFYING = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """A DPoP header as it came, and the request it came with; `url` as its client called it."""

    text: str = field(repr=False)
    method: str
    url: str


@dataclass(frozen=True, slots=True)
class ProvedKey:
    """A proof that is right in everything but that it may have been used before.

    `jkt` is the key's thumbprint, `use` names this one proof, which is too old after `until`
    (seconds).
    """

    jkt: str
    use: str
    until: int


class ProofVerifier:
    """Checks proofs as RFC 9449 section 4.3 lists it, in two steps.

    A proof is used up only when all else about its request has been found right, so that a refused
    request leaves nothing behind.
    """

    def __init__(
        self, nonces: Nonces, now: Clock, server_nonces: ServerNonces | None = None
    ) -> None:
        """`now` gives seconds since the epoch; with `server_nonces` every proof must hold one."""
        self._nonces = nonces
        self._now = now
        self._server_nonces = server_nonces

    def verify(self, proof: Proof, token: str | None = None) -> ProvedKey:
        """The key that signed the proof for this request, and for the `token` sent with it if any.

        Raises:
            InvalidProof: anything about the proof is wrong.
            NonceRequired: it is right but for the server's nonce.
            Unavailable: the seed of the nonces could not be read.

        """
        try:
            jws = read_jws(proof.text, _TYPES)
            key = _key(jws)
            claims = jws.claims(key)
            issued_at = numeric_date(claims, "iat")
            self._check_times(claims, issued_at)
        except (MalformedJwsError, WeakKeyError) as error:
            raise InvalidProof("the DPoP proof is no signed JWT that this server reads") from error
        jti, target = claims.get("jti"), normalized(proof.url)
        if not isinstance(jti, str) or not _JTI.fullmatch(jti):
            raise InvalidProof("the DPoP proof has no jti")
        if not proof.method or claims.get("htm") != proof.method:
            raise InvalidProof("the DPoP proof is for another method")
        if target is None or _target(claims) != target:
            raise InvalidProof("the DPoP proof is for another address")
        if token is not None and claims.get("ath") != token_hash(token):
            raise InvalidProof("the DPoP proof is for another access token")
        self._check_nonce(claims)
        jkt = thumbprint(key)
        return ProvedKey(jkt, f"dpop {jkt} {target} {jti}", issued_at + 2 * WINDOW)

    def use(self, proved: ProvedKey) -> None:
        """Use a proof up.

        Raises:
            InvalidProof: it was used before (RFC 9449 section 11.1).
            Unavailable: the store did not answer.

        """
        if not self._nonces.use(proved.use, proved.until):
            raise InvalidProof("the DPoP proof was used before")

    def next_nonce(self) -> str | None:
        """What the caller's next proof must hold; None where no nonce is asked for.

        Raises:
            Unavailable: the seed of the nonces could not be read.

        """
        return self._server_nonces.current() if self._server_nonces else None

    def _check_times(self, claims: Mapping[str, Any], issued_at: int) -> None:
        """By our own clock; `exp` and `nbf` are not asked for, but hold (RFC 7519 section 4.1)."""
        now = self._now()
        if abs(now - issued_at) > WINDOW:
            raise InvalidProof("the DPoP proof is too old, or from the future")
        if "exp" in claims and now >= numeric_date(claims, "exp") + WINDOW:
            raise InvalidProof("the DPoP proof has expired")
        if "nbf" in claims and now < numeric_date(claims, "nbf") - WINDOW:
            raise InvalidProof("the DPoP proof is not valid yet")

    def _check_nonce(self, claims: Mapping[str, Any]) -> None:
        nonce = claims.get("nonce", "")
        if not isinstance(nonce, str):
            raise InvalidProof("the nonce of the DPoP proof is no string")
        if self._server_nonces and not self._server_nonces.accepts(nonce):
            raise NonceRequired(self._server_nonces.current())


def token_hash(token: str) -> str:
    """The `ath` claim for an access token (RFC 9449 section 4.2)."""
    return base64url_encode(sha256(token.encode()).digest())


def thumbprint(key: LoadedKey) -> str:
    """Return the JWK thumbprint of a public key (RFC 7638), from its canonical form."""
    jwk = key.public_jwk()
    members = {name: jwk[name] for name in _IDENTIFYING[jwk["kty"]]}
    return base64url_encode(sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def _key(jws: Jws) -> LoadedKey:
    """Return the public key in the proof's own header; it only proves who sent the proof."""
    jwk, algorithm = jws.header.get("jwk"), jws.header.get("alg")
    if not isinstance(jwk, dict) or algorithm not in list(SigningAlgorithm):
        raise MalformedJwsError
    return load_jwk("of the proof", SigningAlgorithm(algorithm), jwk)


def _target(claims: Mapping[str, Any]) -> str | None:
    address = claims.get("htu")
    return normalized(address) if isinstance(address, str) else None
