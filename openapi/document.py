"""Puts the document together from its files."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from openapi import resolved
from openapi.models import schemas

SOURCE = Path(__file__).parent
OUTPUT = SOURCE.parent / "functions/docs/site/openapi.json"
# A path item may say where else the same is found; `{store}` there is a parameter.
ALSO_AT = "x-also-at"
_STORE = {"$ref": "#/components/parameters/Store"}
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def build() -> dict[str, Any]:
    """The whole document.

    Raises:
        ValueError: two files describe the same path or component.

    """
    document = _read(SOURCE / "document.yaml")
    document["components"]["schemas"] = schemas()
    for path in sorted((SOURCE / "dialects").glob("*.yaml")):
        part = _read(path)
        document["tags"] += part.get("tags", [])
        _add(document["paths"], dict(_all_paths(part["paths"])))
        for kind, components in part.get("components", {}).items():
            _add(document["components"].setdefault(kind, {}), components)
    resolved.add_to(document)
    document["tags"].sort(key=lambda tag: int(tag.pop("x-order")))
    return document


def written(document: Mapping[str, Any]) -> str:
    """The document as it is committed and served."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _all_paths(paths: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        elsewhere = item.pop(ALSO_AT, {})
        yield path, item
        for suffix, other in elsewhere.items():
            yield other, _elsewhere(item, path, other, suffix)


def _elsewhere(item: Mapping[str, Any], path: str, other: str, suffix: str) -> dict[str, Any]:
    """The same path item at another address."""
    copy = deepcopy(dict(item))
    if "{store}" in other and "{store}" not in path:
        copy["parameters"] = [_STORE, *copy.get("parameters", [])]
    for method in _METHODS:
        if method in copy:
            operation = copy[method]
            operation["operationId"] += suffix
            operation["description"] = f"The same as `{method.upper()} {path}`, which see."
    return copy


def _add(known: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if name in known:
            raise ValueError(f"described twice: {name}")
        known[name] = value


def _read(path: Path) -> dict[str, Any]:
    read = yaml.safe_load(path.read_text("utf-8"))
    # YAML's aliases are one object in many places; JSON has no such thing, nor numbers as keys.
    plain: dict[str, Any] = json.loads(json.dumps(read))
    return plain
