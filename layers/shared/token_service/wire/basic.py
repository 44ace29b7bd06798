"""HTTP Basic client authentication (RFC 6749 section 2.3.1, RFC 7617)."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import replace

from token_service.domain.errors import InvalidClient, InvalidRequest
from token_service.domain.model import ClientCredentials
from token_service.wire.form import decode_component
from token_service.wire.http import Request


def uses_basic(request: Request) -> bool:
    """Whether the caller tried HTTP Basic, well formed or not."""
    scheme, _, _ = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "basic"


def read_basic(request: Request) -> ClientCredentials | None:
    """The credentials of an Authorization header, both halves form-decoded; None without Basic.

    Where the second half cannot be read they still name a client, whose failure it is.

    Raises:
        InvalidClient: the header names nobody.

    """
    if not uses_basic(request):
        return None
    try:
        decoded = b64decode(
            request.headers["authorization"].partition(" ")[2].strip(), validate=True
        )
        first, colon, second = decoded.partition(b":")
        client_id = decode_component(first)
    except (Base64Error, ValueError, InvalidRequest) as error:
        raise InvalidClient(detail="malformed Basic credentials") from error
    if not client_id:
        raise InvalidClient(detail="malformed Basic credentials")
    named = ClientCredentials(client_id, source=request.source_ip)
    try:
        secret = decode_component(second)
    except InvalidRequest:
        return replace(named, malformed=True)
    return replace(named, secret=secret or None, malformed=not colon)
