"""Moments as text. No clock is here: what to write is always given."""

from datetime import UTC, datetime


def rfc3339(seconds: int) -> str:
    """A moment (seconds since the epoch) as `2026-11-22T10:00:00Z` (RFC 3339 section 5.6)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
