"""Spans of time as people write them: 3600, 90s, 30m, 12h, 7d; and as they read them: 7d 12h."""

import re
from typing import override

import click

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
# Far beyond any use, and every moment that far ahead can still be written as a date.
_LONGEST = 36500 * 86400


class Duration(click.ParamType[int]):
    """Seconds, or a number with s, m, h or d behind it."""

    name = "duration"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The span in seconds."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d{1,9})([smhd]?)", str(value))
        if not match:
            self.fail(f"{value!r} is not a span of time such as 3600, 90s, 30m, 12h or 7d")
        seconds = int(match[1]) * _UNITS[match[2]]
        if seconds > _LONGEST:
            self.fail(f"{value!r} is more than a hundred years")
        return seconds


def span(seconds: int) -> str:
    """Days and hours, or hours and minutes within the first day."""
    minutes = max(0, seconds) // 60
    days, hours = divmod(minutes // 60, 24)
    return f"{days}d {hours}h" if days else f"{hours}h {minutes % 60}m"
