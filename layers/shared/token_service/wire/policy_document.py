"""Reads policy documents, and refuses broken ones with the place that is wrong.

Several documents are one policy, in their order: the routes of the first come first.
"""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)

from token_service.domain.policy import WORDS, Policy, Refusal, Route, is_plain
from token_service.domain.policy_order import PolicyError, compose
from token_service.wire.json_documents import read_json

# An IAM policy would read `?` and `$` as wildcards and variables where decide() does not.
_PATH = re.compile(r"/|(/([^/*?${}]+|\{\w+\}))*(/\*)?")
_RESOURCE = re.compile(r"[A-Za-z0-9_]+::[A-Za-z0-9_]+", re.ASCII)
_ONE_WORD, _SEVERAL_WORDS = "one word", "several words"
_WORD_NEEDED = f"one of {', '.join(WORDS)}, or a resource like A::b, is needed"
_NEEDED = {
    "routes": "a list with at least one route is needed",
    "path": "a plain path from /, exact, with {name}, or ending in /*, is needed",
    "read": _WORD_NEEDED,
    "write": _WORD_NEEDED,
    "refusal": f"one of {', '.join(Refusal)} is needed",
}


def read_policy(texts: Mapping[str, str]) -> Policy:
    """One policy of several documents, given as JSON by their names.

    Raises:
        PolicyError: a document is not JSON, or a member is missing, unknown or contradicts another.

    """
    documents = {name: _parse(name, text) for name, text in texts.items()}
    return compose(
        [route for name, document in documents.items() for route in read_routes(document, name)]
    )


def read_routes(document: object, name: str) -> list[Route]:
    """The routes of one document.

    Raises:
        PolicyError: members are missing, unknown or malformed; the message has a line for each.

    """
    try:
        lines = _Document.model_validate(document).routes
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise PolicyError("\n".join(_told(name, fault) for fault in faults)) from error
    return [
        Route(
            path=line.path,
            read=_requirement(line.read),
            write=_requirement(line.write),
            refusal=line.refusal,
            place=f"{name}: routes[{i}]",
        )
        for i, line in enumerate(lines)
    ]


def _parse(name: str, text: str) -> object:
    try:
        return read_json(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise PolicyError(f"{name}: {where}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{name}: {error}") from error


def _path(text: str) -> str:
    if not is_plain(text) or not _PATH.fullmatch(text):
        raise ValueError(_NEEDED["path"])
    return text


def _word(text: str) -> str:
    if text not in WORDS and not _RESOURCE.fullmatch(text):
        raise ValueError(_WORD_NEEDED)
    return text


_Path = Annotated[str, AfterValidator(_path)]
_Word = Annotated[str, AfterValidator(_word)]
_Words = Annotated[list[_Word], Field(min_length=1)]
_Requirement = Annotated[
    Annotated[_Word, Tag(_ONE_WORD)] | Annotated[_Words, Tag(_SEVERAL_WORDS)],
    Discriminator(lambda value: _SEVERAL_WORDS if isinstance(value, list) else _ONE_WORD),
]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    path: _Path
    read: _Requirement
    write: _Requirement
    refusal: Refusal = Refusal.GATEWAY


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    routes: Annotated[list[_Line], Field(min_length=1)]


def _requirement(words: str | list[str]) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, list) else (words,)


def _told(document: str, fault: Mapping[str, Any]) -> str:
    """One line: the document, the place and the reason."""
    if fault["type"] == "extra_forbidden":
        *place, member = fault["loc"]
        return f"{_named(document, place)}: unknown member {member}"
    place = [part for part in fault["loc"] if part not in (_ONE_WORD, _SEVERAL_WORDS)]
    if fault["type"] == "model_type":
        return f"{_named(document, place)}: an object is needed"
    if fault["type"] == "too_short" and place[-1] != "routes":
        return f"{_named(document, place)}: a word, or a list with at least one, is needed"
    member = next(part for part in reversed(place) if isinstance(part, str))
    told = f"{_named(document, place)}: {_NEEDED[member]}"
    return f"{told}, not {fault['input']!r}" if member == "refusal" else told


def _named(document: str, place: list[str | int]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place]
    return f"{document}: {''.join(parts)[1:]}" if parts else document
