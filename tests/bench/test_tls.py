"""TLS in front of a plain endpoint."""

import ssl
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.tls import over_tls
from local.loopback import ANY_PORT, Silent, serving


class Echo(Silent, BaseHTTPRequestHandler):
    """Answers with the request's body, over one connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Send the body back."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_plain_endpoint_is_reached_over_tls(tmp_path: Path) -> None:
    """Several requests over one connection, large ones too; a client must know the authority."""
    with serving(ThreadingHTTPServer(ANY_PORT, Echo)) as server:
        plain = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}
        with over_tls(plain, tmp_path) as variables:
            netloc = urlsplit(variables["AWS_ENDPOINT_URL"]).netloc
            trusting = ssl.create_default_context(cafile=variables["AWS_CA_BUNDLE"])
            connection = HTTPSConnection(netloc, context=trusting, timeout=10)
            for body in (b"one", b"x" * 300_000):
                connection.request("POST", "/", body)
                assert connection.getresponse().read() == body
            connection.close()
            stranger = HTTPSConnection(netloc, context=ssl.create_default_context(), timeout=10)
            with pytest.raises(ssl.SSLCertVerificationError):
                stranger.request("POST", "/", b"one")


def test_loading_the_bundle_costs_what_a_real_one_costs(tmp_path: Path) -> None:
    """It has botocore's authorities beside the throw-away one."""
    with over_tls({}, tmp_path) as variables:
        assert variables["AWS_CA_BUNDLE"] == variables["SSL_CERT_FILE"]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(variables["AWS_CA_BUNDLE"])
        assert len(context.get_ca_certs()) > 100
