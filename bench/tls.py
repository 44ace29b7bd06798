"""TLS in front of the local endpoints, so that connections cost what connections to AWS cost."""

import ipaddress
import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import override
from urllib.parse import urlsplit

import botocore
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from local.loopback import ANY_PORT, serving

_HOST = "127.0.0.1"
_PART = 65536


@contextmanager
def over_tls(endpoints: Mapping[str, str], place: Path) -> Iterator[dict[str, str]]:
    """The same variables with each endpoint behind TLS, and those that make a client trust it.

    The CA bundle is botocore's own and one authority more. With that authority alone, loading the
    bundle would be almost free, and it is a large part of what TLS costs a cold start.
    """
    context = _server_context(place)
    with ExitStack() as running:
        secured = {
            name: running.enter_context(serving(_Terminator(endpoint, context))).endpoint
            for name, endpoint in endpoints.items()
        }
        bundle = str(place / "ca-bundle.pem")
        yield {**secured, "AWS_CA_BUNDLE": bundle, "SSL_CERT_FILE": bundle}


class _Terminator(ThreadingTCPServer):
    """Passes bytes on to a plain endpoint and back."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, endpoint: str, context: ssl.SSLContext) -> None:
        super().__init__(ANY_PORT, _Connection)
        parts = urlsplit(endpoint)
        self.target = (parts.hostname or _HOST, parts.port or 80)
        self.context = context

    @property
    def endpoint(self) -> str:
        """Its own address."""
        return f"https://{_HOST}:{self.server_address[1]}"


class _Connection(BaseRequestHandler):
    server: _Terminator
    request: socket.socket

    @override
    def handle(self) -> None:
        # A measured process is killed as soon as it has answered.
        with (
            suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection(self.server.target) as target,
        ):
            for one in (client, target):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            others = {client: target, target: client}
            while True:
                ready = [client] if client.pending() else select.select([*others], [], [])[0]
                for one in ready:
                    data = one.recv(_PART)
                    if not data:
                        return
                    others[one].sendall(data)


def _server_context(place: Path) -> ssl.SSLContext:
    """A throw-away authority and a certificate of it; writes `ca-bundle.pem` to `place`."""
    authority_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    issuer = _name("Bench CA")
    authority = (
        _certificate(issuer, issuer, authority_key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, SHA256())
    )
    certificate = (
        _certificate(_name("Bench"), issuer, key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(_HOST))]),
            critical=False,
        )
        .sign(authority_key, SHA256())
    )
    trusted = (Path(botocore.__file__).parent / "cacert.pem").read_bytes()
    pem = authority.public_bytes(Encoding.PEM)
    (place / "ca-bundle.pem").write_bytes(trusted + b"\n" + pem)
    chain = place / "server.pem"
    chain.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, issuer_key: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
