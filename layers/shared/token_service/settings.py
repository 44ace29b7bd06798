"""What a deployment sets, read from a function's environment. Times are seconds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from token_service.domain.location import MAX_LAYOUT


class SettingError(ValueError):
    """A setting is missing or malformed; the message names it. Found at the first event."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Typed access to a function's environment; each function asks only for what it is given."""

    variables: Mapping[str, str]

    def text(self, name: str) -> str:
        """A setting that must be there."""
        value = self.variables.get(name, "")
        if not value:
            raise SettingError(f"the environment variable {name} is not set")
        return value

    def optional(self, name: str) -> str | None:
        """A setting that may be empty or missing: None."""
        return self.variables.get(name) or None

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number, not negative; without a default it must be there."""
        value = self.text(name) if default is None else self.variables.get(name, str(default))
        if not value.isdecimal():
            raise SettingError(f"the environment variable {name} is not a whole number: {value}")
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """`true` or `false`."""
        value = self.variables.get(name, "") or str(default).lower()
        if value not in ("true", "false"):
            raise SettingError(
                f"the environment variable {name} is neither true nor false: {value}"
            )
        return value == "true"

    def choice(self, name: str, *choices: str) -> str:
        """One of these; the first where nothing is set."""
        value = self.variables.get(name, "") or choices[0]
        if value not in choices:
            raise SettingError(f"the environment variable {name} is none of {choices}: {value}")
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """Names between commas, of letters, digits, `_` and `-`; at least one."""
        names = tuple(self.text(name).split(","))
        if not all(re.fullmatch("[A-Za-z0-9_-]+", one, re.ASCII) for one in names):
            raise SettingError(f"the environment variable {name} is no list of names: {names}")
        return names

    def layouts(self) -> tuple[int, ...]:
        """The layouts in use, oldest first; new tokens are written under the last."""
        return read_layouts(self.text("TOKEN_LAYOUTS"))


def read_layouts(text: str) -> tuple[int, ...]:
    """Layouts from a list such as `8,12`.

    Raises:
        SettingError: not such a list.

    """
    entries = text.split(",")
    if not all(entry.isdecimal() and int(entry) <= MAX_LAYOUT for entry in entries):
        raise SettingError(f"TOKEN_LAYOUTS is no list of whole numbers up to {MAX_LAYOUT}: {text}")
    return tuple(int(entry) for entry in entries)
