"""The files of the OpenAPI document and its page: how they are labelled, compressed and cached."""

import gzip
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from token_service.wire.documentation import FILES, DocumentationSite
from token_service.wire.http import Request

SITE = Path(__file__).parents[2] / "functions/docs/site"


@pytest.fixture(scope="module")
def site() -> DocumentationSite:
    """The very files that are deployed."""
    return DocumentationSite(SITE)


def get(site: DocumentationSite, path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """The answer to a request with these headers."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.respond(Request(method=method, path=path, headers=given))


def body(answer: dict[str, Any]) -> bytes:
    """The bytes that the gateway sends."""
    assert answer["isBase64Encoded"] is True
    return b64decode(answer["body"])


@pytest.mark.parametrize("path", FILES)
def test_each_file_is_served_in_clear_and_compressed(site: DocumentationSite, path: str) -> None:
    """Both are the same bytes; a cache is told that they differ by what the client accepts."""
    clear = get(site, path)
    zipped = get(site, path, accept_encoding="br, GZIP;q=0.8")
    assert clear["statusCode"] == zipped["statusCode"] == 200
    assert zipped["headers"]["content-encoding"] == "gzip"
    assert "content-encoding" not in clear["headers"]
    assert gzip.decompress(body(zipped)) == body(clear) != b""
    assert clear["headers"]["etag"] != zipped["headers"]["etag"]
    for answer in (clear, zipped):
        assert answer["headers"]["content-type"] == FILES[path][1]
        assert answer["headers"]["vary"] == "Accept-Encoding"
        assert answer["headers"]["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("refused", ["", "br", "gzip;q=0", "gzip; q=0.0", "xgzip", "identity"])
def test_who_does_not_take_gzip_is_not_sent_it(site: DocumentationSite, refused: str) -> None:
    """Named, and not with a weight of nothing."""
    assert "content-encoding" not in get(site, "/docs", accept_encoding=refused)["headers"]


@pytest.mark.parametrize("path", FILES)
def test_nothing_from_elsewhere_may_run(site: DocumentationSite, path: str) -> None:
    """Scripts, styles and calls of this origin only; no frame, no referrer, no guessed type."""
    headers = get(site, path)["headers"]
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", FILES)
def test_head_is_get_without_a_body(site: DocumentationSite, path: str) -> None:
    """The same headers, and no byte."""
    answer = get(site, path, "HEAD")
    assert (answer["statusCode"], body(answer)) == (200, b"")
    assert answer["headers"] == get(site, path)["headers"]


@pytest.mark.parametrize("wrap", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_client_has_is_not_sent_again(site: DocumentationSite, wrap: str) -> None:
    """304 with the same tag, and a full answer where another tag is named."""
    tag = get(site, "/openapi.json")["headers"]["etag"]
    again = get(site, "/openapi.json", if_none_match=wrap.format(tag))
    assert (again["statusCode"], body(again)) == (304, b"")
    assert again["headers"]["etag"] == tag
    assert get(site, "/openapi.json", if_none_match='"other"')["statusCode"] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_files_are_only_read(site: DocumentationSite, method: str) -> None:
    """Any other method is 405 and told which are allowed."""
    answer = get(site, "/docs", method)
    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, "GET, HEAD")
    assert body(answer) == b""


@pytest.mark.parametrize(
    "path",
    ["/docs/nothing.js", "/docs/../handler.py", "/docs/openapi.json", "/docs/swagger-ui.css.gz"],
)
def test_only_files_of_the_list_are_served(site: DocumentationSite, path: str) -> None:
    """A name that is not listed is 404, whatever lies on the disk."""
    answer = get(site, path)
    assert (answer["statusCode"], body(answer)) == (404, b"")
    assert answer["headers"]["cache-control"] == "no-store"


def test_only_the_document_is_for_other_origins(site: DocumentationSite) -> None:
    """Tools of others read the document; nobody needs the page."""
    shared = {p for p in FILES if "access-control-allow-origin" in get(site, p)["headers"]}
    assert shared == {"/openapi.json"}
