"""Named lifetimes and size limits, each with the page it mirrors. Times are seconds."""

from dataclasses import dataclass

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR

# A JWT cannot be made shorter-lived once it is out and is checked offline by others.
JWT_MAX_LIFETIME = DAY
# Opaque tokens are always checked against the store; a year bounds what a forged hour may claim.
OPAQUE_MAX_LIFETIME = 366 * DAY
# Clients that renew 60 s early would log in on every call (docs/platforms/elastic-path.md, 6.2 and
# 6.3).
MIN_LIFETIME = MINUTE

# One hour: docs/platforms/elastic-path.md, 1; docs/platforms/simplestore.md, 1.
DEFAULT_LIFETIME = HOUR

# The moment (seconds) that stands for never: the last hour that an opaque token's 24 bits can name.
NEVER = 0xFFFFFF * HOUR

# How far the clocks of two of our own functions may be apart (RFC 7519 section 4.1.4: "small").
CLOCK_SKEW = MINUTE


@dataclass(frozen=True, slots=True)
class FieldLimits:
    """Longest accepted values, in characters; body in bytes (IdentityServer's InputLengths).

    `resources` is how many a token request may name. `audience` holds for all of a client's
    together, as `scope` does, so that every record fits into one write unit.
    """

    body: int = 64 * 1024
    client_id: int = 100
    client_secret: int = 100
    grant_type: int = 100
    resources: int = 10
    scope: int = 300
    audience: int = 300
    token: int = 8 * 1024
    jti: int = 256


LIMITS = FieldLimits()
