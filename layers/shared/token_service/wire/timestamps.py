"""Moments as text, in UTC (RFC 3339 section 5.6). No clock is here: the moment is given."""

from datetime import UTC, datetime


def rfc3339(seconds: int) -> str:
    """A moment (seconds since the epoch) as `2026-11-22T10:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_milliseconds(seconds: int) -> str:
    """The same with milliseconds, for clients that expect them: `2026-11-22T10:00:00.000Z`."""
    return rfc3339(seconds).replace("Z", ".000Z")
