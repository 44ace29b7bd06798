"""What a refusal looks like over HTTP in each dialect, whatever it refuses."""

import json
import re
from collections.abc import Mapping

ELASTIC_PATH, SIMPLE_STORE, STANDARD = "elastic_path", "simple_store", "standard"
# RFC 6749 section 5.2: error_description excludes the quote, the backslash and all beyond ASCII.
_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def assert_refusal(dialect: str, status: int, headers: Mapping[str, str], text: str) -> None:
    """The answer refuses in this dialect's own shape, and neither breaks nor may be kept."""
    assert 400 <= status < 500, (status, text)
    assert "no-store" in headers["cache-control"]
    assert headers["pragma"] == "no-cache"
    assert "Traceback" not in text
    _SHAPES[dialect](status, headers, text)


def _elastic_path(status: int, headers: Mapping[str, str], text: str) -> None:
    body = json.loads(text)
    assert headers["content-type"] == "application/json"
    assert list(body) == ["errors"]
    (entry,) = body["errors"]
    assert entry["status"] == str(status)
    assert set(entry) <= {"status", "title", "detail"}
    assert all(isinstance(value, str) and value for value in entry.values())


def _simple_store(_status: int, headers: Mapping[str, str], text: str) -> None:
    if not text:  # IdentityServer says nothing beside some statuses
        return
    body = json.loads(text)
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert list(body) == ["error"]
    assert re.fullmatch("[a-z_]+", body["error"])


def _standard(_status: int, headers: Mapping[str, str], text: str) -> None:
    body = json.loads(text)
    assert headers["content-type"] == "application/json"
    assert set(body) <= {"error", "error_description"}
    assert re.fullmatch("[a-z_]+", body["error"])
    assert _DESCRIPTION.fullmatch(body.get("error_description", "none"))


_SHAPES = {
    ELASTIC_PATH: _elastic_path,
    SIMPLE_STORE: _simple_store,
    STANDARD: _standard,
}
