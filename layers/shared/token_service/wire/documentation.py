"""The OpenAPI document and the interactive page made of it: files, served as they are.

People type secrets into that page: it loads nothing from elsewhere, sends nothing elsewhere, runs
no inline script and is shown in nobody's frame (its Content-Security-Policy).
"""

import gzip
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from token_service.wire.http import Request

DOCUMENT_PATH = "/openapi.json"
PAGE_PATH = "/docs"
_COMPRESSED = ".gz"
# What each path is: a file of the site, as it is or already compressed, and its media type.
FILES: Mapping[str, tuple[str, str]] = {
    DOCUMENT_PATH: ("openapi.json", "application/json"),
    PAGE_PATH: ("index.html", "text/html; charset=utf-8"),
    f"{PAGE_PATH}/": ("index.html", "text/html; charset=utf-8"),
    f"{PAGE_PATH}/init.js": ("init.js", "text/javascript; charset=utf-8"),
    f"{PAGE_PATH}/page.css": ("page.css", "text/css; charset=utf-8"),
    f"{PAGE_PATH}/swagger-ui-bundle.js": (
        "swagger-ui-bundle.js.gz",
        "text/javascript; charset=utf-8",
    ),
    f"{PAGE_PATH}/swagger-ui.css": ("swagger-ui.css.gz", "text/css; charset=utf-8"),
}
_METHODS = "GET, HEAD"
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # icons in Swagger UI's style sheet
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    # Five minutes, as the metadata documents; then a request that is mostly answered 304.
    "cache-control": "public, max-age=300",
    "content-security-policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "Accept-Encoding",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Asset:
    """One file, in clear and compressed; each of the two is made when first asked for."""

    path: Path
    media_type: str

    @cached_property
    def clear(self) -> bytes:
        """The bytes as they are."""
        raw = self.path.read_bytes()
        return gzip.decompress(raw) if self.path.suffix == _COMPRESSED else raw

    @cached_property
    def compressed(self) -> bytes:
        """The same bytes in gzip; the large files of others lie there so."""
        raw = self.path.read_bytes()
        return raw if self.path.suffix == _COMPRESSED else gzip.compress(raw, mtime=0)


class DocumentationSite:
    """Answers GET and HEAD with one of its files."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the files."""
        self._assets = {
            path: Asset(folder / name, media_type) for path, (name, media_type) in FILES.items()
        }

    def respond(self, request: Request) -> dict[str, Any]:
        """What API Gateway is given back (payload 2.0); the body is base64, as it may be gzip."""
        asset = self._assets.get(request.path)
        if asset is None:
            return _answer(404, {"cache-control": "no-store"})
        if request.method not in ("GET", "HEAD"):
            return _answer(405, {"cache-control": "no-store", "allow": _METHODS})
        zipped = _takes_gzip(request.headers.get("accept-encoding", ""))
        body = asset.compressed if zipped else asset.clear
        headers = {
            **_HEADERS,
            "content-type": asset.media_type,
            "etag": f'"{sha256(body).hexdigest()[:32]}"',
        }
        if request.path == DOCUMENT_PATH:
            headers["access-control-allow-origin"] = "*"  # tools of others may read it too
        if _has(request.headers.get("if-none-match", ""), headers["etag"]):
            return _answer(304, headers)
        if zipped:
            headers["content-encoding"] = "gzip"
        return _answer(200, headers, body if request.method == "GET" else b"")


def _answer(status: int, headers: Mapping[str, str], body: bytes = b"") -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": dict(headers),
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip is named and not refused (RFC 9110 section 12.5.3)."""
    for coding in accept_encoding.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _has(if_none_match: str, etag: str) -> bool:
    """Weak comparison, since a gateway may weaken a tag (RFC 9110 section 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags
