"""The `data` envelope that requests come in, read strictly in what is asked for and in no more."""

import json
from collections.abc import Mapping
from typing import Any

from token_service.domain.errors import InvalidRequest, PayloadTooLarge
from token_service.domain.limits import LIMITS
from token_service.wire.http import Request


def read_data(request: Request, kind: str) -> Mapping[str, Any]:
    """The members of `data`, whose `type` must be this kind.

    The content type says nothing, as at the token endpoint.

    Raises:
        PayloadTooLarge: longer than any legitimate body.
        InvalidRequest: not JSON, no envelope, or of another type.

    """
    data = _member(_read_json(request.body), "data")
    if not isinstance(data, dict):
        raise InvalidRequest("The field 'data' must be an object.")
    if _member(data, "type") != kind:
        raise InvalidRequest(f"The field 'type' must be {kind}.")
    return data


def text(data: Mapping[str, Any], name: str) -> str | None:
    """A member that is a string, or None if it is not there.

    Raises:
        InvalidRequest: it is something else.

    """
    value = data.get(name)
    if name in data and not isinstance(value, str):
        raise InvalidRequest(f"The field '{name}' must be a string.")
    return value


def whole_number(data: Mapping[str, Any], name: str) -> int | None:
    """A member that is a whole number, or None if it is not there.

    Raises:
        InvalidRequest: it is something else.

    """
    value = data.get(name)
    if name in data and (not isinstance(value, int) or isinstance(value, bool)):
        raise InvalidRequest(f"The field '{name}' must be a whole number.")
    return value


def _member(value: Mapping[str, Any], name: str) -> object:
    if name not in value:
        raise InvalidRequest(f"The field '{name}' is required.")
    return value[name]


def _read_json(body: bytes) -> dict[str, Any]:
    if len(body) > LIMITS.body:
        raise PayloadTooLarge
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be an object.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(constant)
