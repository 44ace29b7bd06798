"""The variables and credentials that Lambda gives a function started from a snapshot."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.loopback import ANY_PORT, Silent, serving

_TOKEN = "bench-token"  # noqa: S105 - what the endpoint wants to see
_FIXED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_SERVED = {
    "AccessKeyId": "bench",
    "SecretAccessKey": "bench",
    "Token": "bench",
    "Expiration": "2099-01-01T00:00:00Z",
}


class Credentials(ThreadingHTTPServer):
    """Serves credentials as a restored environment does; `asked` counts the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        """Nobody has asked yet."""
        super().__init__(ANY_PORT, _Serving)
        self.asked = 0

    def variables(self, function: Mapping[str, str]) -> dict[str, str]:
        """A function's variables as SnapStart has them: no credentials, but where to get them."""
        kept = {name: value for name, value in function.items() if name not in _FIXED}
        return {
            **kept,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self.server_port}/",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": _TOKEN,
        }


@contextmanager
def credentials() -> Iterator[Credentials]:
    """Such an endpoint, gone at the end."""
    with serving(Credentials()) as server:
        yield server


class _Serving(Silent, BaseHTTPRequestHandler):
    server: Credentials

    def do_GET(self) -> None:
        """Count the request and answer it."""
        self.server.asked += 1
        allowed = self.headers["Authorization"] == _TOKEN
        body = json.dumps(_SERVED if allowed else {}).encode()
        self.send_response(200 if allowed else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
