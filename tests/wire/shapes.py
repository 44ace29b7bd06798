"""What a refusal looks like in each dialect, whatever it refuses."""

import json
import re

from token_service.wire.http import Response

# RFC 6749 section 5.2: error_description excludes the quote, the backslash and all beyond ASCII.
_DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


def assert_refusal(dialect: str, response: Response) -> None:
    """The response is a refusal in this dialect's own shape, and nobody may keep it."""
    assert 400 <= response.status < 600
    assert "no-store" in response.headers["cache-control"]
    assert response.headers["pragma"] == "no-cache"
    assert "Traceback" not in response.body
    _SHAPES[dialect](response)


def _elastic_path(response: Response) -> None:
    body = json.loads(response.body)
    assert response.headers["content-type"] == "application/json"
    assert list(body) == ["errors"]
    (entry,) = body["errors"]
    assert entry["status"] == str(response.status)
    assert entry["title"]
    assert set(entry) <= {"status", "title", "detail"}
    assert all(isinstance(value, str) for value in entry.values())


def _simple_store(response: Response) -> None:
    if not response.body:
        assert "content-type" not in response.headers
        return
    body = json.loads(response.body)
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    assert list(body) == ["error"]
    assert re.fullmatch("[a-z_]+", body["error"])


def _standard(response: Response) -> None:
    if not response.body:  # RFC 6750 section 3.1: no error where no credentials were sent
        assert response.headers["www-authenticate"].startswith("Bearer ")
        assert "content-type" not in response.headers
        return
    body = json.loads(response.body)
    assert response.headers["content-type"] == "application/json"
    assert set(body) <= {"error", "error_description"}
    assert re.fullmatch("[a-z_]+", body["error"])
    assert _DESCRIPTION.fullmatch(body.get("error_description", "none"))


def _magento(response: Response) -> None:
    body = json.loads(response.body)
    if response.status == 406:  # told before there is a format
        (entry,) = body["messages"]["error"]
        assert response.headers["content-type"] == "application/json; charset=UTF-8"
        assert entry["code"] == response.status
        assert entry["message"]
        return
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert set(body) <= {"message", "errors", "parameters"}
    assert body["message"]


_SHAPES = {
    "elastic_path": _elastic_path,
    "magento": _magento,
    "simple_store": _simple_store,
    "standard": _standard,
}
