"""The Authorization header of a protected call (RFC 6750 section 2.1, RFC 9449 section 7.1)."""

import re

from token_service.domain.limits import LIMITS

# RFC 6750's b64token; a scheme compares without case, and exactly one space follows it.
_BEARER = re.compile(r"(?:(?i:bearer) )?([A-Za-z0-9\-._~+/]+=*)", re.ASCII)
_DPOP = re.compile(r"(?i:dpop) ([A-Za-z0-9\-._~+/]+=*)", re.ASCII)


def read_bearer(header: str | None, *, scheme_required: bool = False) -> str | None:
    """The token of an Authorization header, or None for anything that is not one.

    A bare token is taken too unless the scheme is required: Elastic Path's PHP client and AppSync
    send none (docs/platforms/elastic-path.md, 6.4), Magento asks for it
    (docs/platforms/magento.md, 6.1).
    """
    if scheme_required and " " not in (header or ""):
        return None
    return _token(_BEARER, header)


def read_dpop(header: str | None) -> str | None:
    """The token of an Authorization header under the DPoP scheme, or None for all others."""
    return _token(_DPOP, header)


def _token(scheme: re.Pattern[str], header: str | None) -> str | None:
    if header is None or len(header) > LIMITS.token + len("Bearer "):
        return None
    match = scheme.fullmatch(header)
    return match.group(1) if match else None
