"""JWT access tokens (RFC 9068): written one way, and read with every doubt an answer of no.

The reader follows RFC 8725: length and shape first, then the key by exact `kid`, the algorithm by
the key and never by the header, the signature, and only then the claims.

A token that has no record carries its owner's epoch. That claim is how the reader knows it, and it
says itself all that a record would hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from token_service.domain.algorithms import LoadedKey
from token_service.domain.grants import Access, Grant
from token_service.domain.handles import layout_of_jwt_id
from token_service.domain.jws import (
    Jws,
    MalformedJwsError,
    audiences,
    numeric_date,
    read_jws,
    write_jws,
)
from token_service.domain.keys import VerificationKeys
from token_service.domain.limits import CLOCK_SKEW
from token_service.domain.location import Location, hour_of, locate
from token_service.domain.owners import OwnerRef
from token_service.domain.tokens import TokenRecord

# RFC 9068 section 4: both spellings; media types compare without case.
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
# A private claim (RFC 7519 section 4.3), of tokens without a record alone.
_EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says that its record's place and its owner can be found by.

    `unrecorded` is what the record would hold, of a token that was made without one.
    """

    jti: str
    layout: int
    owner: OwnerRef
    audience: tuple[str, ...]
    expires_at: int
    issued_at: int
    unrecorded: TokenRecord | None = None
    members: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def stated(self) -> TokenRecord | None:
        """All that the token says of itself, as its record would; its epoch is '' unless claimed.

        None if it says something else than we write.
        """
        try:
            return self.unrecorded or _stated(self.members, self, "")
        except MalformedJwsError:
            return None

    @property
    def location(self) -> Location:
        """Where the record lies."""
        return locate(self.jti, hour_of(self.expires_at), self.layout)


def write_access_token(
    record: TokenRecord, issuer: str, key: LoadedKey, *, recorded: bool = True
) -> str:
    """The signed form of a record whose handle is its `jti`; `recorded`: whether it is stored."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": record.owner.subject,
        "aud": record.audience[0] if len(record.audience) == 1 else list(record.audience),
        "client_id": record.owner.subject,
        "iat": record.issued_at,
        "nbf": record.issued_at,
        "exp": record.expires_at,
        "jti": record.handle,
        "gty": record.grant,
    }
    if record.scope:
        claims["scope"] = " ".join(record.scope)
    if record.access is Access.READ_ONLY:
        claims["access"] = record.access
    if record.jkt is not None:
        claims["cnf"] = {"jkt": record.jkt}
    if record.account is not None:
        claims["account"] = record.account
    if not recorded:
        claims[_EPOCH] = record.epoch
    return write_jws("at+jwt", claims, key)


def read_access_token(token: str, issuer: str, keys: VerificationKeys, now: int) -> Claims | None:
    """The claims of a token we signed and that is within its times at `now` (seconds), or None.

    Raises:
        Unavailable: the keys could not be read.

    """
    try:
        jws = read_jws(token, _TYPES)
        key = _key_for(jws, keys)
        return _claims(jws.claims(key), issuer, now) if key else None
    except MalformedJwsError:
        return None


def _key_for(jws: Jws, keys: VerificationKeys) -> LoadedKey | None:
    """Our key of exactly this id; `jku`, `jwk`, `x5u` and `x5c` are never looked at."""
    kid = jws.header.get("kid")
    return keys.find(kid) if isinstance(kid, str) else None


def _claims(claims: dict[str, Any], issuer: str, now: int) -> Claims | None:
    jti, subject = claims.get("jti"), claims.get("sub")
    if (
        claims.get("iss") != issuer
        or not isinstance(jti, str)
        or not isinstance(subject, str)
        or claims.get("client_id") != subject
    ):
        return None
    layout = layout_of_jwt_id(jti)
    expires_at, issued_at = numeric_date(claims, "exp"), numeric_date(claims, "iat")
    not_before = numeric_date(claims, "nbf") if "nbf" in claims else issued_at
    if layout is None or now >= expires_at or max(issued_at, not_before) > now + CLOCK_SKEW:
        return None
    owner = OwnerRef.from_subject(subject)
    if owner is None:
        return None
    read = Claims(jti, layout, owner, audiences(claims), expires_at, issued_at, members=claims)
    # By its name alone: a token that has the claim, whatever is in it, never counts as recorded.
    if _EPOCH not in claims:
        return read
    epoch = _text(claims, _EPOCH)
    if epoch is None:
        raise MalformedJwsError
    return replace(read, unrecorded=_stated(claims, read, epoch))


def _stated(claims: Mapping[str, Any], read: Claims, epoch: str) -> TokenRecord:
    """The record that a token does without.

    Raises:
        MalformedJwsError: it says something else than we write.

    """
    scope = _text(claims, "scope")
    scopes = tuple(scope.split(" ")) if scope else ()
    if not all(scopes):
        raise MalformedJwsError
    try:
        grant = Grant(_text(claims, "gty") or "")
        access = Access(_text(claims, "access") or Access.FULL)
    except ValueError as error:
        raise MalformedJwsError from error
    return TokenRecord(
        handle=read.jti,
        layout=read.layout,
        owner=read.owner,
        epoch=epoch,
        issued_at=read.issued_at,
        expires_at=read.expires_at,
        grant=grant,
        access=access,
        audience=read.audience,
        scope=scopes,
        jkt=_key_bound_to(claims),
        account=_text(claims, "account"),
    )


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    """A text that is not empty, or None if there is no such claim."""
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise MalformedJwsError
    return value


def _key_bound_to(claims: Mapping[str, Any]) -> str | None:
    """The thumbprint in `cnf` (RFC 9449 section 6.1); bound in another way is not unbound."""
    if "cnf" not in claims:
        return None
    confirmation = claims["cnf"]
    if not isinstance(confirmation, dict) or confirmation.keys() != {"jkt"}:
        raise MalformedJwsError
    return _text(confirmation, "jkt")
