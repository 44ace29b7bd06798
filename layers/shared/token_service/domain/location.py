"""Where a token's record lies, computed from the token alone.

Records are grouped by the hour in which they expire, so that expired ones lie together, and spread
over 2^layout shards within the hour. The layout travels in the token: the number of shards can
grow without orphaning tokens that are already out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from token_service.domain.limits import HOUR, NEVER

# 2^8 shards carry about 50,000 tokens a second; 2^14 about 1,000,000 (docs/performance.md,
# "Scale, on paper").
DEFAULT_LAYOUT = 8
MAX_LAYOUT = 14


@dataclass(frozen=True, slots=True)
class Location:
    """The full key of one record."""

    bucket: str
    handle: str


def hour_of(moment: int) -> int:
    """The hour since the epoch in which `moment` (seconds) lies."""
    return moment // HOUR


def locate(handle: str, expires_in_hour: int, layout: int) -> Location:
    """Where the record with this handle lies; `expires_in_hour` counts hours since the epoch.

    Records that never expire have a partition each, which no sweep ever computes.
    """
    if expires_in_hour == hour_of(NEVER):
        return Location(f"never#{handle}", handle)
    return Location(bucket(expires_in_hour, layout, _shard(handle, layout)), handle)


def bucket(hour: int, layout: int, shard: int) -> str:
    """The partition key of one shard of one expiry hour."""
    return f"{hour}#{layout}#{shard:x}"


def buckets_of_hour(hour: int, layout: int) -> Iterator[str]:
    """Every partition that may hold a record which expires in `hour`."""
    return (bucket(hour, layout, shard) for shard in range(1 << layout))


def read_layouts(text: str) -> tuple[int, ...]:
    """Layouts from a list such as `8,12`.

    Raises:
        ValueError: not such a list.

    """
    entries = text.split(",")
    if not all(entry.isdecimal() and int(entry) <= MAX_LAYOUT for entry in entries):
        raise ValueError(f"no list of whole numbers up to {MAX_LAYOUT}")
    return tuple(int(entry) for entry in entries)


def _shard(handle: str, layout: int) -> int:
    """Spread evenly: the leading `layout` bits of the handle's SHA-256."""
    return int.from_bytes(sha256(handle.encode()).digest()[:4]) >> (32 - layout)
