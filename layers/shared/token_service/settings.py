"""Settings that a deployment puts into a function's environment. Times are in seconds.

Each function has one model in its own module of `runtime/`. It inherits from `Settings` and from
the groups of variables that its builders need. A field is named like its variable, in lower case.
Groups are plain classes: a pydantic model would cost half a millisecond of each cold start.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from token_service.domain.location import read_layouts


class SettingError(ValueError):
    """Settings are missing or malformed; the message has one line for each, with its name."""


class Settings(BaseModel):
    """Variables of the environment; others are ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, defer_build=True)


class ClientsTable:
    """The table of clients, accounts, integrations and published keys."""

    clients_table: str


class Tables(ClientsTable):
    """Both tables."""

    tokens_table: str


def load[S: Settings](model: type[S], variables: Mapping[str, str] = os.environ) -> S:
    """The settings of a model; an empty variable counts as not set.

    Raises:
        SettingError: variables are missing or malformed.

    """
    try:
        return model.model_validate({name: text for name, text in variables.items() if text})
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise SettingError("\n".join(_line(fault) for fault in faults)) from None


def _line(fault: Mapping[str, Any]) -> str:
    name = f"the environment variable {fault['loc'][0]}"
    if fault["type"] == "missing":
        return f"{name} is not set"
    context = fault["ctx"]
    reason = context["error"] if "error" in context else f"none of {context['expected']}"
    return f"{name} is {reason}: {fault['input']}"


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("not a whole number")
    return int(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text == "true"


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not all(re.fullmatch("[A-Za-z0-9_-]+", name, re.ASCII) for name in names):
        raise ValueError("no list of names")
    return names


# pydantic's own reading of numbers and booleans takes `1_000`, ` 5` and `yes`, too.
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""Names separated by commas, of letters, digits, `_` and `-`; at least one."""
Layouts = Annotated[tuple[int, ...], BeforeValidator(read_layouts)]
"""The layouts in use, oldest first; new tokens are written under the last."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables that AWS calls and log lines need."""

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

    def number(self, name: str, default: int) -> int:
        """A whole number, not negative."""
        value = self.variables.get(name, str(default))
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
